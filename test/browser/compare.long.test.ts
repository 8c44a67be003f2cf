/** Repetitions. */
import './compare.test';
