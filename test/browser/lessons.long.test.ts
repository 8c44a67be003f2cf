/** The lessons that take longer. */
import './lessons.test';
