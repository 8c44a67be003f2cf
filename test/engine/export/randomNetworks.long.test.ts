/** A thousand others. */
import './randomNetworks.test';
