/** Snapshots of more places of a run. */
import './runSnapshot.test';
