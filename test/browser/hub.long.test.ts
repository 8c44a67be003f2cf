/** Downloads that fail. */
import './hub.test';
