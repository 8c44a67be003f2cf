import type { Exported, ExportFormat } from '../report';
import type { TaskContext } from '../source';
import type { Trial } from '../trial';

/**
 * One format: makes the files, then reads them back and compares what they compute with the student. A further format
 * is a file beside this one and its line in the registry.
 *
 * @throws ExportError where the student cannot be written in this format
 */
export type Exporter = (
  context: TaskContext,
  trial: Trial,
  images: number,
) => Promise<Omit<Exported, 'format' | 'step' | 'bytes'>>;

export type Exporters = Record<ExportFormat, Exporter>;
