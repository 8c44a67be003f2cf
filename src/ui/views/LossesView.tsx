import { useMemo, useRef, useState } from 'react';
import type { GeneratorSample, StudentSample } from '../../engine/runReport';
import { FDDA_TERMS, TERMS } from '../../engine/runSettings';
import type { PlaygroundState } from '../../state/playgroundState';
import { shownGenerator, shownMoment } from '../../state/playgroundState';
import { armsIn, generatorArm } from '../../state/runRecord';
import type { Series } from '../../state/series';
import { emptySeries, thinned } from '../../state/series';
import type { ChartSeries } from '../charts/chart';
import { LineChart } from '../charts/LineChart';
import { Choice } from '../Choice';
import { usePinned } from '../compare/comparison';
import { PinnedKey } from '../compare/PinnedKey';
import { lineColors } from '../palette';
import { usePlayground, useThrottledPlayground } from '../playground';
import { useWords } from '../language';
import type { Origin, Thing } from '../takeaway/things';
import { useScheme } from '../useScheme';
import { Num } from '../Num';
import { ArmPicker } from './ArmPicker';
import { View } from './View';

const POINTS = 150;
const NO_GENERATOR_LOSSES = emptySeries<GeneratorSample>();
const NO_STUDENT_LOSSES: PlaygroundState['studentLosses'] = {};
/** Of the generator that is shown. */
const generatorLosses = (state: PlaygroundState) =>
  state.generatorLosses[shownGenerator(state) ?? 'custom'] ?? NO_GENERATOR_LOSSES;
const studentLosses = (state: PlaygroundState) => state.studentLosses;

interface Line extends ChartSeries {
  title: string;
}

function useGeneratorLines(losses: Series<GeneratorSample>): Line[] {
  const {
    terms,
    views: { losses: words },
  } = useWords();
  const scheme = useScheme();
  return useMemo(() => {
    const samples = thinned(losses, POINTS);
    const colors = lineColors[scheme];
    // What the paper has is always listed; what is beyond it, where it is used.
    const shown = TERMS.filter(
      (term) => FDDA_TERMS.some((own) => own === term) || samples.some((sample) => sample.terms[term] !== null),
    );
    const lines: Line[] = shown.map((term) => ({
      id: term,
      label: terms[term].short,
      title: terms[term].name,
      color: colors[term],
      points: samples.map((sample) => [sample.step, sample.terms[term]] as const),
      faint: term === 'distorted',
    }));
    lines.splice(3, 0, {
      id: 'floor',
      label: words.floor,
      title: words.floorHelp,
      color: colors.floor,
      dash: 'dashed',
      points: samples.map(
        ({ step, terms: { distorted }, distortedFloor }) =>
          [step, distorted === null || distortedFloor === null ? null : distorted - distortedFloor] as const,
      ),
    });
    return lines;
  }, [losses, scheme, terms, words]);
}

/** Error of the block that the step fitted; null where it trained the whole network. */
const ofBlock = ({ ce, total }: StudentSample) => (ce === null ? total : null);

function useStudentLines(losses: PlaygroundState['studentLosses']): Line[] {
  const {
    comma,
    arms: { names },
    views: { losses: words },
  } = useWords();
  const scheme = useScheme();
  return useMemo(() => {
    const colors = lineColors[scheme];
    return armsIn(losses).flatMap((arm) => {
      const samples = thinned(losses[arm]!, POINTS);
      if (samples.length === 0) return [];
      const line = (key: 'ce' | 'distillation' | 'blocks', dash?: 'dashed'): Line => ({
        id: arm + key,
        label: `${words[key]}${comma}${names[arm]}`,
        title: names[arm],
        color: colors[arm],
        dash,
        points: samples.map((sample: StudentSample) => [sample.step, key === 'blocks' ? ofBlock(sample) : sample[key]]),
      });
      const whole = samples.some(({ ce }) => ce !== null);
      const blocks = samples.some((sample) => ofBlock(sample) !== null);
      return [...(blocks ? [line('blocks')] : []), ...(whole ? [line('ce'), line('distillation', 'dashed')] : [])];
    });
  }, [losses, scheme, comma, names, words]);
}

/** Where the shown moment is on the current axis; null while live. */
function useCursor(which: 'generator' | 'student'): number | null {
  return usePlayground((state) => {
    const { viewing } = state;
    if (viewing === null) return null;
    if (which === 'generator') return viewing.generatorStep[shownGenerator(state) ?? 'custom'] ?? null;
    // Several students: the one whose turn it was, else the last one that had it.
    const steps = armsIn(viewing.studentStep).map((arm) => viewing.studentStep[arm]!);
    return (viewing.arm && viewing.studentStep[viewing.arm]) ?? steps.at(-1) ?? null;
  });
}

/** The line's value at the shown moment, or its newest. */
const valueAt = ({ points }: Line, cursor: number | null) =>
  (cursor === null ? points.at(-1) : points.findLast(([x]) => x <= cursor))?.[1];

export function LossesView() {
  const { views, compare, share } = useWords();
  const words = views.losses;
  // The student's losses come up by themselves when it is its turn, unless the visitor chose a tab.
  const [wanted, setWanted] = useState<'generator' | 'student' | null>(null);
  const studentsTurn = usePlayground((state) => shownMoment(state)?.phase === 'student');
  const which = wanted ?? (studentsTurn ? 'student' : 'generator');
  const [log, setLog] = useState(true);
  const series = { generator: useThrottledPlayground(generatorLosses), student: useThrottledPlayground(studentLosses) };
  const generator = useGeneratorLines(series.generator);
  const student = useStudentLines(series.student);
  const lines = which === 'generator' ? generator : student;
  const pinned = usePinned();
  const shownArm = usePlayground((state) => state.arm);
  const pinnedArm = pinned && generatorArm(pinned.overview, shownArm);
  const pinnedLosses = pinnedArm && pinned.generatorLosses[pinnedArm];
  const pinnedGenerator = useGeneratorLines(pinnedLosses ?? NO_GENERATOR_LOSSES);
  const pinnedStudent = useStudentLines(pinned?.studentLosses ?? NO_STUDENT_LOSSES);
  const pinnedLines = which === 'generator' ? pinnedGenerator : pinnedStudent;
  const drawn = useMemo(
    () => [
      ...pinnedLines.map((each) => ({
        ...each,
        id: `pinned-${each.id}`,
        label: compare.ofPinned(each.label),
        dash: 'dotted' as const,
        faint: true,
      })),
      ...lines,
    ],
    [pinnedLines, lines, compare],
  );
  const cursor = useCursor(which);
  const empty = drawn.every(({ points }) => points.length === 0);

  const title = `${words.title}: ${words[which]}`;
  const svg = useRef<SVGSVGElement>(null);
  const things = (): Thing[] => [
    ...(svg.current === null
      ? []
      : [
          {
            kind: 'picture' as const,
            what: share.takeAway.chart,
            file: `losses-${which}`,
            make: async ({ footnote }: Origin) =>
              (await import('../takeaway/chartPicture')).chartPicture(svg.current!, {
                title,
                description: words.help.join(' '),
                footnote,
                series: drawn,
              }),
          },
        ]),
    ...(series.generator.last
      ? [
          {
            kind: 'table' as const,
            what: share.takeAway.generatorLosses,
            file: 'losses-generator',
            make: async () => (await import('../takeaway/tables')).generatorTable(series.generator),
          },
        ]
      : []),
    ...(armsIn(series.student).length > 0
      ? [
          {
            kind: 'table' as const,
            what: share.takeAway.studentLosses,
            file: 'losses-student',
            make: async () => (await import('../takeaway/tables')).studentTable(series.student),
          },
        ]
      : []),
  ];

  return (
    <View
      title={words.title}
      area="losses"
      help={words.help}
      things={things}
      tools={
        <>
          {which === 'generator' && <ArmPicker />}
          <Choice
            label={words.which}
            value={which}
            onChange={setWanted}
            options={[
              { value: 'generator', label: words.generator },
              { value: 'student', label: words.student },
            ]}
          />
        </>
      }
    >
      {empty ? (
        <div className="view-empty">{views.notYet}</div>
      ) : (
        <LineChart ref={svg} label={title} series={drawn} xLabel={words.axis} log={log} cursor={cursor} />
      )}
      <footer className="view-foot losses-legend">
        {lines.map((line) => (
          <span key={line.id} className="legend-key" title={line.title}>
            <span
              className={`legend-line ${line.dash ?? ''}`}
              style={{ borderColor: line.color, opacity: line.faint ? 0.55 : 1 }}
              aria-hidden="true"
            />
            {line.label} {which === 'generator' && <Num value={valueAt(line, cursor)} note={line.title} />}
          </span>
        ))}
        {pinnedLines.some(({ points }) => points.length > 0) && <PinnedKey shown />}
        <label className="view-note check">
          <input type="checkbox" checked={log} onChange={(event) => setLog(event.target.checked)} /> {words.scale}
        </label>
      </footer>
    </View>
  );
}
