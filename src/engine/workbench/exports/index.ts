/** What can be taken away, by format. */
import type { Exported, TaskOptions } from '../report';
import { createChangedTrial } from '../changed';
import type { TaskContext } from '../source';
import type { Exporters } from './exporter';
import { exportImages } from './images';
import { exportLayersModel } from './layersModel';
import { exportOnnx } from './onnx';

const EXPORTERS: Exporters = { onnx: exportOnnx, layersModel: exportLayersModel, images: exportImages };

export async function exportStudent(
  context: TaskContext,
  { format, images, changes }: TaskOptions<'export'>,
): Promise<Exported> {
  // The images are the run's, whatever is done to its student.
  const trial = await createChangedTrial(context, format === 'images' ? {} : changes);
  try {
    const made = await EXPORTERS[format](context, trial, images);
    const bytes = made.files.reduce((sum, file) => sum + file.bytes.length, 0);
    return { format, step: trial.step, bytes, ...made };
  } finally {
    trial.student.dispose();
  }
}
