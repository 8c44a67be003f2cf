/** What is made in the workbench, as a file. */
import './workbench.test';
