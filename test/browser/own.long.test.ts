/** More of the user’s own files. */
import './own.test';
