import { runCases } from './runCases';

runCases('wasm');
runCases('webgl');
