/** The other numbers of bits. */
import './export.test';
