/** The benchmark with threads. */
import './bench.test';
