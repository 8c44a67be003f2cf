import { Button } from '@mantine/core';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { Range } from '../../engine/kernels/scalarQuantizer';
import { FULL_PRECISION, quantizerId } from '../../engine/quantization/layerBits';
import { gridError } from '../../engine/workbench/gridError';
import type { HistogramReply, ImageSource } from '../../engine/workbench/report';
import { IMAGE_SOURCES } from '../../engine/workbench/report';
import { Choice } from '../Choice';
import { useLocked } from '../controls/Lock';
import { grouped, short } from '../format';
import { useFormat, useWords } from '../language';
import { useActions, usePlayground } from '../playground';
import { sentencesOf } from '../../state/failures';
import { useSize } from '../useSize';
import { AccuracyOf } from './AccuracyLine';
import { HistogramPlot } from './HistogramPlot';
import { keptRange, withoutRange, withRange } from './kept';
import type { KeptProps } from './KeptBar';
import { TaskBar } from './TaskBar';
import { useTask } from './useTask';
import { useTriedRange, type Tried } from './useTriedRange';

/** From the lowest level to the highest one of a reply's grids; of the values where there is none. */
function rangeOf({ scale, zero, bits, channel, lo, hi }: HistogramReply): Range {
  if (scale.length === 0) return { lo, hi };
  const half = 2 ** (bits - 1);
  const grids = scale.length === 1 ? [0] : channel === null ? [...scale.keys()] : [channel];
  return {
    lo: Math.min(...grids.map((i) => (zero[i] - half) / scale[i])),
    hi: Math.max(...grids.map((i) => (zero[i] + half - 1) / scale[i])),
  };
}

/** A change is looked at at once; of several that follow one another so soon, the last one after so long. */
const IN_A_ROW_MS = 200;
const SETTLED_MS = 50;

/** Ranges that were moved, by quantizer and channel, with the run that was there. Kept as long as the network is. */
export type Moved = Readonly<Record<string, { range: Range; run: number }>>;

export interface MovedProps {
  moved: Moved;
  onMove: (moved: Moved) => void;
}

/** The accuracy with the range as it is: of how many images, it always says. */
function TriedLine({ tried, step }: { tried: Tried; step: number }) {
  const all = useWords();
  const words = all.workbench;
  const { accuracy, current, late, failure } = useTriedRange(tried);
  if (failure) {
    const { message, hint } = sentencesOf(failure, all.sentences);
    return (
      <span role="alert" className="bench-failure">
        {message} {hint}
      </span>
    );
  }
  if (!accuracy || late) return <span aria-busy>{words.accuracyComes}</span>;
  const { n, total, split } = accuracy;
  const images = n < total ? words.firstOf[split](grouped(n), grouped(total)) : words.splits[split](grouped(n));
  return (
    <span aria-busy={!current} data-n={n}>
      <AccuracyOf counts={accuracy} n={n} images={images} />
      {accuracy.step !== step && ` ${words.histogram.otherStep(String(accuracy.step))}`}
    </span>
  );
}

interface ValuesProps extends KeptProps, MovedProps {
  reply: HistogramReply;
  /** The run and the result that the reply is of. */
  run: number;
  look: number;
}

/** The histogram of one reply, whose range can be dragged. */
function Values({ reply, run, look, kept, onKeep, moved, onMove }: ValuesProps) {
  const words = useWords().workbench;
  const { percent } = useFormat();
  const [box, { width }] = useSize<HTMLDivElement>();
  const own = useMemo(() => rangeOf(reply), [reply]);
  const { standAside } = useActions();
  const { kind, node, bits } = reply;
  // Where all channels share a grid, none has a range of its own.
  const channel = reply.scale.length > 1 ? reply.channel : null;
  const key = `${quantizerId(reply)} ${channel}`;
  const before = keptRange(kept, { kind, node, channel });
  const chosen = moved[key]?.range ?? before?.range ?? null;
  const range = chosen ?? own;
  const tried = useMemo(
    () => ({ quantizer: { kind, node }, channel, range: chosen, look }),
    [kind, node, channel, chosen, look],
  );
  if (bits === FULL_PRECISION) return <p>{words.histogram.notQuantized}</p>;
  const error = gridError(reply, range, bits);
  return (
    <>
      <div ref={box}>
        {width > 0 && (
          <HistogramPlot
            label={words.histogram.label(node, String(bits))}
            histogram={reply}
            range={range}
            bits={bits}
            width={width}
            ends={words.histogram.ends}
            onChange={(next) => onMove({ ...moved, [key]: { range: next, run } })}
            onReach={standAside}
          />
        )}
      </div>
      <p className="bench-reading">
        {words.histogram.reading(
          short(range.lo),
          short(range.hi),
          error.sqnr === Infinity ? '∞' : error.sqnr.toFixed(2),
          percent(error.clipped, 2),
          Number.isNaN(error.clipping) ? '–' : percent(error.clipping, 0),
        )}{' '}
        <TriedLine key={look} tried={tried} step={reply.step} />
      </p>
      {moved[key] && moved[key].run !== run && <p className="view-note">{words.histogram.earlierRun}</p>}
      <div className="compare-actions">
        <Button
          size="compact-sm"
          variant="default"
          disabled={chosen === null || before?.range === chosen}
          onClick={() => onKeep(withRange(kept, { kind, node, channel, range }))}
        >
          {words.histogram.keep}
        </Button>
        <Button
          size="compact-sm"
          variant="default"
          disabled={chosen === null}
          onClick={() => {
            const { [key]: _, ...others } = moved;
            onMove(others);
            onKeep(withoutRange(kept, { kind, node, channel }));
          }}
        >
          {words.histogram.back}
        </Button>
        <span className="view-note">
          {reply.scale.length > 1 && channel === null && <b>{words.histogram.manyGrids} </b>}
          {words.histogram.legend}
        </span>
      </div>
    </>
  );
}

/** Values of one quantizer with the levels drawn through them. */
export function HistogramPanel({
  selected,
  onSelect,
  ...keeping
}: KeptProps & MovedProps & { selected: string | null; onSelect: (id: string) => void }) {
  const words = useWords().workbench;
  const task = useTask('histogram');
  const settings = usePlayground((state) => state.settings);
  const run = usePlayground((state) => state.run);
  const ready = usePlayground((state) => state.engine === 'ready');
  const locked = useLocked('weightGranularity');
  const { setSetting, standAside } = useActions();
  const [channel, setChannel] = useState<number | null>(null);
  const [images, setImages] = useState<ImageSource>('calibration');
  const { start, done } = task;
  const reply = done?.result ?? null;
  const chosen = reply?.quantizers.find((each) => quantizerId(each) === selected) ?? null;
  const wanted = chosen ? quantizerId(chosen) : null;
  const kind = chosen?.kind ?? null;
  const node = chosen?.node ?? null;
  // A panel that opens asks for the first quantizer, to learn which there are: nobody wants to see that one where another
  // is selected.
  const [settled, setSettled] = useState(false);
  if (!settled && reply && (wanted === null || quantizerId(reply) === wanted)) setSettled(true);
  const look = useCallback(
    () => start({ quantizer: kind === null || node === null ? null : { kind, node }, channel, images }),
    [kind, node, channel, images, start],
  );
  const changedAt = useRef(-Infinity);
  useEffect(() => {
    if (!ready) return;
    const now = performance.now();
    const timer = setTimeout(look, now - changedAt.current < IN_A_ROW_MS ? SETTLED_MS : 0);
    changedAt.current = now;
    return () => clearTimeout(timer);
  }, [ready, look, settings, run]);
  return (
    <>
      <p>{words.histogram.lead}</p>
      <div className="compare-actions">
        <select
          aria-label={words.histogram.which}
          onFocus={standAside}
          onPointerEnter={standAside}
          value={wanted ?? (reply ? quantizerId(reply) : '')}
          onChange={({ target: { value } }) => {
            setChannel(null);
            onSelect(value);
          }}
        >
          {(reply?.quantizers ?? []).map((each) => (
            <option key={quantizerId(each)} value={quantizerId(each)}>
              {words.histogram.option(each.node, words.kinds[each.kind])}
            </option>
          ))}
        </select>
        {reply?.kind === 'weight' && (
          <>
            <select
              aria-label={words.histogram.channel}
              value={channel ?? ''}
              onChange={({ target: { value } }) => setChannel(value === '' ? null : Number(value))}
            >
              <option value="">{words.histogram.allChannels}</option>
              {Array.from({ length: reply.channels }, (_, i) => (
                <option key={i} value={i}>
                  {words.histogram.channelOf(String(i + 1))}
                </option>
              ))}
            </select>
            <Choice
              label={words.histogram.granularity}
              value={settings.weightGranularity}
              onChange={(value) => !locked && setSetting('weightGranularity', value)}
              options={(['perChannel', 'perTensor'] as const).map((value) => ({
                value,
                label: words.histogram.granularities[value],
              }))}
            />
          </>
        )}
        {reply?.kind === 'activation' && (
          <Choice
            label={words.histogram.images}
            value={images}
            onChange={setImages}
            options={IMAGE_SOURCES.map((value) => ({ value, label: words.sources[value] }))}
          />
        )}
      </div>
      {task.failure && (
        <TaskBar task={task} label={words.tryAgain} onStart={() => start({ quantizer: null, channel, images })} />
      )}
      {reply && settled && (
        <>
          <p className="view-note">
            {words.histogram.counted(grouped(reply.n), String(reply.step))}{' '}
            <button type="button" className="bench-use" disabled={!ready || task.fraction !== null} onClick={look}>
              {words.histogram.again}
            </button>
          </p>
          <Values reply={reply} run={done!.run} look={done!.id} {...keeping} />
        </>
      )}
    </>
  );
}
