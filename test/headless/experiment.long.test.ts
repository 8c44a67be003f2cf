/** Interruptions, and more images than there are. */
import './experiment.test';
