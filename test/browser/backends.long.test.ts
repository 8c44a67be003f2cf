/** Whole runs on WebGPU, which is a processor here. */
import './backends.test';
