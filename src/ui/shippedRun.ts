import { loadShipped } from '../state/recording/shipped';

/** The text of the recorded run that comes with the page, for the poster and for the page: fetched once, first of all. */
export const shippedRun = loadShipped(document.baseURI);
