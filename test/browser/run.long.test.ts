/** A run whose images themselves are moved. */
import './run.test';
