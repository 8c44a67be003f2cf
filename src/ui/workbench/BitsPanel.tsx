import { Button } from '@mantine/core';
import { useEffect, useState } from 'react';
import { BudgetError } from '../../engine/workbench/bitBudget';
import type { LayerTable } from '../../engine/workbench/report';
import { useLocked } from '../controls/Lock';
import { storage } from '../format';
import { useWords } from '../language';
import { useActions, usePlayground } from '../playground';
import { AccuracyLine } from './AccuracyLine';
import { footprint, meanForBytes, sameQuantizer, withBudget } from './layerRows';
import { TaskBar } from './TaskBar';
import { useImages } from './useImages';
import { useTask } from './useTask';

/** Validation images of the accuracy that follows the bits, and of the sensitivities that bits are chosen by. */
const ACCURACY_IMAGES = 500;
const BUDGET_IMAGES = 100;
const BUDGET_BITS = [2, 3, 4, 6, 8];
/** A change of settings brings a new run first, where the old one has not begun. */
const FOLLOW_MS = 900;

/** The student's accuracy with the bits as they are, measured anew whenever they change. */
function FollowingAccuracy() {
  const task = useTask('answers');
  const settings = usePlayground((state) => state.settings);
  const run = usePlayground((state) => state.run);
  const ready = usePlayground((state) => state.engine === 'ready');
  const { start, stop, done, fraction } = task;
  const { images } = useImages('answers', ACCURACY_IMAGES);
  useEffect(() => {
    if (!ready) return;
    const timer = setTimeout(() => start({ images, split: 'validation' }), FOLLOW_MS);
    return () => {
      clearTimeout(timer);
      stop();
    };
  }, [ready, settings, run, images, start, stop]);
  const waits = fraction !== null || done?.run !== run || !sameQuantizer(done.settings, settings);
  return <AccuracyLine task={task} waits={waits} />;
}

/** Size, mean bits and accuracy of the chosen bits; presets; and bits chosen for a budget. */
export function BitsPanel({ table }: { table: LayerTable }) {
  const words = useWords().workbench;
  const settings = usePlayground((state) => state.settings);
  const locked = useLocked('layerBits');
  const { setSettings } = useActions();
  const task = useTask('sensitivities');
  const { images, choice } = useImages('sensitivities', BUDGET_IMAGES);
  const now = footprint(table, settings);
  const [unit, setUnit] = useState<'bits' | 'kilobytes'>('bits');
  const [budget, setBudget] = useState('3');
  const [problem, setProblem] = useState<string | null>(null);
  const found = task.done?.result ?? null;
  const kilobytes = (bytes: number) => (bytes / 1000).toFixed(1);
  const apply = () => {
    const asked = Number(budget);
    if (!found) return;
    if (budget.trim() === '' || !Number.isFinite(asked) || asked <= 0) return setProblem(words.notANumber(budget));
    const mean = unit === 'bits' ? asked : meanForBytes(table, asked * 1000);
    try {
      const chosen = withBudget(settings, table, found, 'weight', mean);
      setProblem(null);
      setSettings(unit === 'bits' ? withBudget(chosen, table, found, 'activation', mean) : chosen);
    } catch (error) {
      if (!(error instanceof BudgetError)) throw error;
      const least = withBudget(settings, table, found, 'weight', error.least);
      setProblem(
        unit === 'bits'
          ? words.budgetBits(budget, String(error.least))
          : words.budgetSize(budget, kilobytes(footprint(table, least).bytes)),
      );
    }
  };
  return (
    <div className="bench-bits">
      <p>
        {words.size(storage(now.bytes), storage(now.fullBytes))}{' '}
        {words.meanBits(now.weightBits.toFixed(2), now.activationBits.toFixed(2))} <FollowingAccuracy />
      </p>
      <div className="compare-actions">
        {(['low', '8'] as const).map((firstLast) => (
          <Button
            key={firstLast}
            size="compact-sm"
            variant="default"
            disabled={locked}
            onClick={() => setSettings({ ...settings, firstLast, layerBits: [] })}
          >
            {words.presets[firstLast]}
          </Button>
        ))}
      </div>
      <p className="view-note">{words.budgetHelp}</p>
      <TaskBar
        task={task}
        label={found ? words.sensitivitiesAgain : words.sensitivities}
        disabled={locked}
        onStart={() => task.start({ images, bits: BUDGET_BITS })}
      />
      {choice}
      {found && (
        <div className="compare-actions">
          <label>
            {words.budget}{' '}
            <input
              className="number-input"
              inputMode="decimal"
              value={budget}
              onChange={(event) => setBudget(event.target.value)}
            />
          </label>
          <select
            aria-label={words.budgetUnit}
            value={unit}
            onChange={(event) => setUnit(event.target.value as typeof unit)}
          >
            <option value="bits">{words.units.bits}</option>
            <option value="kilobytes">{words.units.kilobytes}</option>
          </select>
          <Button size="compact-sm" disabled={locked} onClick={apply}>
            {words.chooseBits}
          </Button>
          {problem && (
            <span role="alert" className="bench-failure">
              {problem}
            </span>
          )}
        </div>
      )}
    </div>
  );
}
