/** In plain JavaScript, which takes longer. */
import './runArms.test';
