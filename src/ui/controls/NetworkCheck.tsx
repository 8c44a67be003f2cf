import { Button } from '@mantine/core';
import { useState } from 'react';
import { inWords } from '../../engine/sentences';
import { Help } from '../Help';
import { useFormat, useWords } from '../language';
import { useActions, usePlayground } from '../playground';

/** Common ways to feed pixels, as (pixel / 255 - mean) / deviation of three channels. */
const CHOICES = {
  unit: { mean: [0, 0, 0], std: [1, 1, 1] },
  symmetric: { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] },
  bytes: { mean: [0, 0, 0], std: [1 / 255, 1 / 255, 1 / 255] },
  imagenet: { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] },
} as const;
type Choice = keyof typeof CHOICES | 'other';

interface Values {
  mean: number[];
  std: number[];
}

const written = (values: number[]) => values.map((value) => String(Number(value.toPrecision(6)))).join(', ');
const same = (a: readonly number[], b: readonly number[]) => a.every((value, i) => Math.abs(value - b[i]) < 1e-6);

/** What the pixels are fed as, which can be changed: the same files are read again. */
function PixelEditor({ mean, std }: Values) {
  const words = useWords().own;
  const { loadNetwork } = useActions();
  const ready = usePlayground((state) => state.engine === 'ready' && !state.replacing);
  const channels = mean.length;
  const choices = (Object.keys(CHOICES) as (keyof typeof CHOICES)[]).filter(
    (key) => channels === 3 || key !== 'imagenet',
  );
  const now = choices.find((key) => same(mean, CHOICES[key].mean) && same(std, CHOICES[key].std)) ?? 'other';
  const [choice, setChoice] = useState<Choice>(now);
  const [typed, setTyped] = useState({ mean: written(mean), std: written(std) });
  const parsed = (text: string) =>
    text
      .split(/[,;\s]+/)
      .filter(Boolean)
      .map(Number);
  const values: Values =
    choice === 'other'
      ? { mean: parsed(typed.mean), std: parsed(typed.std) }
      : { mean: CHOICES[choice].mean.slice(0, channels), std: CHOICES[choice].std.slice(0, channels) };
  const usable =
    [values.mean, values.std].every((list) => list.length === channels && list.every(Number.isFinite)) &&
    !values.std.includes(0);
  const changed = !same(values.mean, mean) || !same(values.std, std);
  return (
    <div className="pixel-editor">
      <div className="setting-row">
        <label className="setting-label" htmlFor="pixel-choice">
          {words.pixels}
        </label>
        <Help label={words.pixels}>
          <p>{words.pixelsHelp}</p>
        </Help>
      </div>
      <select id="pixel-choice" value={choice} onChange={(event) => setChoice(event.target.value as Choice)}>
        {[...choices, 'other' as const].map((key) => (
          <option key={key} value={key}>
            {words.pixelChoices[key]}
          </option>
        ))}
      </select>
      {choice === 'other' &&
        (['mean', 'std'] as const).map((key) => {
          const label = key === 'mean' ? words.mean : words.deviation;
          return (
            <label key={key} className="pixel-values">
              {label}
              <input
                type="text"
                value={typed[key]}
                onChange={(event) => setTyped({ ...typed, [key]: event.target.value })}
              />
            </label>
          );
        })}
      {changed && (
        <Button
          size="compact-xs"
          disabled={!ready || !usable}
          onClick={() => void loadNetwork([], { normalization: values })}
        >
          {words.apply}
        </Button>
      )}
    </div>
  );
}

/** What was found out when the network and the images in use were opened; nothing for the bundled ones. */
export function NetworkCheck() {
  const all = useWords();
  const words = all.own;
  const { large } = useFormat();
  const opened = usePlayground((state) => state.opened);
  const images = usePlayground((state) => state.ownImages);
  const mendable = usePlayground((state) => state.mendable);
  const ready = usePlayground((state) => state.engine === 'ready' && !state.replacing);
  const { mend } = useActions();
  const notes = [...(opened?.notes ?? []), ...(images?.notes ?? [])];
  if (!opened && !images) return null;
  return (
    <>
      {images && (
        <small className="own-images">
          {words.images(String(images.classes.length), large(images.calibration), large(images.test))}
        </small>
      )}
      {opened && (
        <details className="network-check">
          <summary>{words.check}</summary>
          <dl>
            <dt>{words.operations}</dt>
            <dd>{large(opened.operations)}</dd>
            <dt>{words.parameters}</dt>
            <dd>{large(opened.parameters)}</dd>
            <dt>{words.macs}</dt>
            <dd>{large(opened.macs)}</dd>
            <dt>{words.memory}</dt>
            <dd>{words.megabytes(String(Number((opened.memory / 2 ** 20).toPrecision(2))))}</dd>
            <dt>{words.input}</dt>
            <dd>{opened.inputShape.join(' × ')}</dd>
            <dt>{words.classes}</dt>
            <dd>{large(opened.classes)}</dd>
            <dt>{words.compared}</dt>
            <dd>
              {opened.runtime === null
                ? words.noRuntime
                : opened.difference === null
                  ? words.notCompared(opened.runtime)
                  : words.difference(opened.runtime, opened.difference.toExponential(0))}
            </dd>
          </dl>
          <PixelEditor key={JSON.stringify(opened.normalization)} {...opened.normalization} />
        </details>
      )}
      {notes.length > 0 && (
        <ul className="own-notes">
          {notes.map((note, i) => (
            <li key={i}>{inWords(note, all.sentences)}</li>
          ))}
        </ul>
      )}
      {mendable && (
        <Button size="compact-xs" disabled={!ready} onClick={mend}>
          {words.mend}
        </Button>
      )}
    </>
  );
}
