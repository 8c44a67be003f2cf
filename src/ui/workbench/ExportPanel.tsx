import { Button } from '@mantine/core';
import { useState } from 'react';
import { shareInterval } from '../../engine/evaluation/paired';
import type { Exported, ExportedFile, ExportFormat, StudentChanges } from '../../engine/workbench/report';
import { ENOUGH_SAME, EXPORT_FORMATS, LOGIT_TOLERANCE, verdictOf } from '../../engine/workbench/report';
import { Choice } from '../Choice';
import { grouped, short, storage } from '../format';
import { useFormat, useWords } from '../language';
import type { KeptProps } from './KeptBar';
import { useStale } from './MeasuredTask';
import { TaskBar } from './TaskBar';
import { useImages } from './useImages';
import { useTask } from './useTask';

/** Test images that a file is run on before it is offered. */
const IMAGES = 1000;

async function save({ name, bytes }: ExportedFile): Promise<void> {
  const { download } = await import('../takeaway/saving');
  download(name, new Blob([bytes]));
}

function Check({ exported: { check, bytes, fullBytes, images } }: { exported: Exported }) {
  const words = useWords().workbench.take;
  const { percent } = useFormat();
  if (!check)
    return <p>{images && words.images(String(images.calibration), String(images.synthetic), storage(bytes))}</p>;
  const { n, same, ties, close, maxDifference, largestLogit, unoptimized, runtime } = check;
  const [lower, upper] = shareInterval({ correct: same, n });
  return (
    <>
      {fullBytes !== null && <p>{words.size(storage(bytes), storage(fullBytes))}</p>}
      <p>
        {words.agreement(runtime, grouped(same), grouped(n), percent(lower, 2), percent(upper, 2))}{' '}
        {words.logits(
          percent(LOGIT_TOLERANCE, 0),
          grouped(close),
          grouped(n),
          short(maxDifference),
          short(largestLogit),
        )}{' '}
        {unoptimized &&
          (unoptimized.same === same && unoptimized.close === close
            ? words.optimizedAlike
            : words.optimizedOtherwise(grouped(unoptimized.same), grouped(n)))}
      </p>
      {same < n && <p>{words.others(grouped(n - same), grouped(ties), percent(LOGIT_TOLERANCE, 0))}</p>}
      {verdictOf(check) === 'differs' && (
        <p role="alert" className="bench-failure">
          {words.differs(percent(ENOUGH_SAME, 1))}
        </p>
      )}
    </>
  );
}

const NOTHING: StudentChanges = {};

/** Takes the student away as files that were run before they are offered. */
export function ExportPanel({ kept }: Pick<KeptProps, 'kept'>) {
  const words = useWords().workbench;
  const task = useTask('export');
  const { images, choice } = useImages('export', IMAGES);
  const [format, setFormat] = useState<ExportFormat>('onnx');
  const { done } = task;
  const exported = done?.result.format === format ? done.result : null;
  const changes = format === 'images' ? NOTHING : kept;
  const stale = useStale(done, changes);
  const offered = exported && (!exported.check || verdictOf(exported.check) !== 'differs');
  return (
    <>
      <p>{words.take.lead}</p>
      <div className="view-bar">
        <Choice
          label={words.take.format}
          value={format}
          onChange={setFormat}
          options={EXPORT_FORMATS.map((value) => ({ value, label: words.take.formats[value] }))}
        />
      </div>
      <p className="view-note">{words.take.formatHelp[format]}</p>
      <TaskBar
        task={task}
        label={format === 'images' ? words.take.collect : words.take.make}
        onStart={() => task.start({ format, images, changes })}
      />
      {format !== 'images' && choice}
      {exported && (
        <>
          {stale && (
            <p className="view-note">
              <b>{words.take.stale}</b>
            </p>
          )}
          <Check exported={exported} />
          <div className="compare-actions">
            {offered &&
              exported.files.map((file) => (
                <Button
                  key={file.name}
                  className="bench-save"
                  size="compact-sm"
                  variant="default"
                  onClick={() => void save(file)}
                >
                  {words.take.save(file.name, storage(file.bytes.length))}
                </Button>
              ))}
          </div>
        </>
      )}
    </>
  );
}
