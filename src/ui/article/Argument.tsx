import { Button } from '@mantine/core';
import { useState } from 'react';
import { useActions, usePlayground } from '../playground';
import { useFormat, useWords } from '../language';
import { ArgumentSection } from './ArgumentSection';
import { aboveFrom } from './distances';
import { CentralizedFigure } from './figures/CentralizedFigure';
import { DepthFigure } from './figures/DepthFigure';
import { DistortedFigure } from './figures/DistortedFigure';
import { GainFigure } from './figures/GainFigure';
import { QuantizerFigure } from './figures/QuantizerFigure';
import { StatisticsFigure } from './figures/StatisticsFigure';
import { Question } from './Question';
import { SETTINGS } from '../../state/settings';

/** More than this share of the images nearest to their own center: the threshold of the question about depth. */
const HALF = 0.5;

function Lacks() {
  const { lacks: words } = useWords().argument;
  const setup = (label: string, bits: number) => ({ label, settings: { weightBits: bits, activationBits: bits } });
  return (
    <ArgumentSection
      id="lacks"
      words={words}
      height={480}
      figure={<QuantizerFigure />}
      formula="quantizer"
      question={
        <Question
          ask={words.ask}
          answer={words.answer}
          setups={[setup(words.setups.eight, 8), setup(words.setups.four, 4)]}
        />
      }
    />
  );
}

function Statistics() {
  const { statistics: words } = useWords().argument;
  const [shuffled, setShuffled] = useState(false);
  const button = (
    <Button size="compact-sm" variant="default" aria-pressed={shuffled} onClick={() => setShuffled(!shuffled)}>
      {shuffled ? words.unshuffle : words.shuffle}
    </Button>
  );
  return (
    <ArgumentSection
      id="statistics"
      words={words}
      height={470}
      figure={<StatisticsFigure shuffled={shuffled} />}
      formula="statistics"
      question={<Question ask={words.ask} answer={words.answer} actions={button} />}
    />
  );
}

function Depth() {
  const { depth: words } = useWords().argument;
  const { percent } = useFormat();
  const overview = usePlayground((state) => state.overview);
  const layer = usePlayground((state) => state.layer);
  const { selectLayer } = useActions();
  const last = (overview?.network.layers.length ?? 0) - 1;
  const choose = (label: string, to: number) => (
    <Button
      size="compact-sm"
      variant="default"
      disabled={overview === null}
      aria-pressed={layer === to}
      onClick={() => selectLayer(to)}
    >
      {label}
    </Button>
  );
  const answer = (): string => {
    if (!overview) return words.answerWait;
    const values = overview.separation.nearestCenterAccuracy;
    const from = aboveFrom(values, HALF);
    return from === null
      ? words.answerNever(percent(values[last], 0))
      : words.answerFrom(String(from + 1), String(last + 1), percent(values[from], 0));
  };
  return (
    <ArgumentSection
      id="depth"
      words={words}
      height={500}
      figure={<DepthFigure />}
      formula="silhouette"
      question={
        <Question
          ask={words.ask}
          answer={answer()}
          actions={
            <>
              {choose(words.setups.first, 0)}
              {choose(words.setups.last, last)}
            </>
          }
        />
      }
    />
  );
}

function Centralized() {
  const { centralized: words } = useWords().argument;
  return (
    <ArgumentSection
      id="centralized"
      words={words}
      height={360}
      figure={<CentralizedFigure />}
      formula="centralized"
      question={
        <Question
          ask={words.ask}
          answer={words.answer}
          setups={[{ label: words.setups.off, settings: { centralizedEnabled: false, distortedEnabled: false } }]}
        />
      }
    />
  );
}

function Distorted() {
  const { distorted: words } = useWords().argument;
  const [batch, setBatch] = useState(1);
  const [noise, setNoise] = useState<number | null>(null);
  return (
    <ArgumentSection
      id="distorted"
      words={words}
      height={640}
      formula="distorted"
      figure={<DistortedFigure batch={batch} noise={noise} onBatch={setBatch} onNoise={setNoise} />}
      question={
        <Question
          ask={words.ask}
          answer={words.answer}
          setups={[{ label: words.setups.noNoise, settings: { distortionMean: 0, distortionVariance: 0 } }]}
          actions={
            <Button size="compact-sm" variant="default" onClick={() => setBatch(0)}>
              {words.setups.onCenter}
            </Button>
          }
        />
      }
    />
  );
}

function Gain() {
  const { gain: words } = useWords().argument;
  const seed = usePlayground((state) => state.settings.seed);
  const next = seed < SETTINGS.seed.max ? seed + 1 : SETTINGS.seed.min;
  return (
    <ArgumentSection
      id="gain"
      words={words}
      height={260}
      figure={<GainFigure />}
      formula="student"
      question={
        <Question
          ask={words.ask}
          answer={words.answer}
          setups={[{ label: words.setups.seed, settings: { seed: next } }]}
        />
      }
    >
      <h4>{words.evidenceTitle}</h4>
      {words.evidence.map((text) => (
        <p key={text}>{text}</p>
      ))}
    </ArgumentSection>
  );
}

/** The method's argument in six sections, each with a figure of the run above and a question to try. */
export function Argument() {
  return (
    <>
      <Lacks />
      <Statistics />
      <Depth />
      <Centralized />
      <Distorted />
      <Gain />
    </>
  );
}
