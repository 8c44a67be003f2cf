/** Other numbers of threads. */
import './threads.test';
