/** Embedded in another site’s page. */
import './share.test';
