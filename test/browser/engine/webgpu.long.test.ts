import { runCases } from './runCases';

runCases('webgpu', true);
