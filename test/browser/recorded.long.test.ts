/** Runs as files. */
import './recorded.test';
