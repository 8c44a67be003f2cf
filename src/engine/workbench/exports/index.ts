/** What can be taken away, by format. */
import type { Exported, TaskOptions } from '../report';
import { createTrial, type TaskContext } from '../trial';
import type { Exporters } from './exporter';
import { exportImages } from './images';
import { exportLayersModel } from './layersModel';
import { exportOnnx } from './onnx';

const EXPORTERS: Exporters = { onnx: exportOnnx, layersModel: exportLayersModel, images: exportImages };

export async function exportStudent(
  context: TaskContext,
  { format, images }: TaskOptions<'export'>,
): Promise<Exported> {
  const trial = await createTrial(context);
  try {
    const made = await EXPORTERS[format](context, trial, images);
    const bytes = made.files.reduce((sum, file) => sum + file.bytes.length, 0);
    return { format, step: trial.step, bytes, ...made };
  } finally {
    trial.student.dispose();
  }
}
