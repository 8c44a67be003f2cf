/** The whole way from a click to a run, and downloads that fail. */
import './hub.test';
