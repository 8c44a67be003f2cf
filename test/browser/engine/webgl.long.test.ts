import { runCases } from './runCases';

runCases('webgl', true);
