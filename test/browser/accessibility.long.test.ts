/** The page in Japanese, and what lies over it. */
import './accessibility.test';
