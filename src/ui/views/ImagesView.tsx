import { memo, useEffect, useMemo, useRef, useState } from 'react';
import type { RunOverview, SyntheticSnapshot, Verdicts } from '../../engine/runReport';
import { shownSynthetic } from '../../state/playgroundState';
import { generatorArms } from '../../state/runRecord';
import { Choice } from '../Choice';
import { ClassSampleBar } from '../classes/ClassSampleBar';
import { ClassMarker } from '../ClassMarker';
import { pinnedSynthetic, usePinned } from '../compare/comparison';
import { pictureDrawn } from '../firstPicture';
import { exact } from '../format';
import { useActions, usePlayground } from '../playground';
import { useFormat, useWords } from '../language';
import type { Thing } from '../takeaway/things';
import { className } from '../words/words';
import { useSize } from '../useSize';
import type { Cell } from './drawImages';
import { ArmPicker } from './ArmPicker';
import { drawRow, roomFor, rowLayout } from './drawImages';
import { useShownClasses } from './useShownClasses';
import { View } from './View';

/** Real images shown of each class, of however many there are. */
const REAL_SHOWN = 2;

interface RowProps {
  overview: RunOverview;
  /** Synthetic images there is room for. */
  shown: number;
  snapshot: SyntheticSnapshot | null;
  classIndex: number;
  width: number;
  height: number;
  chosen: boolean;
  faded: boolean;
  onPick: (classIndex: number) => void;
  onPoint: (tip: Tip | null) => void;
}

interface Tip {
  lines: string[];
  x: number;
  y: number;
}

function indicesOf(labels: Uint16Array, classIndex: number, most: number): number[] {
  const found: number[] = [];
  for (let i = 0; i < labels.length && found.length < most; i++) if (labels[i] === classIndex) found.push(i);
  return found;
}

const right = ({ labels, predicted }: Verdicts, index: number): boolean => labels[index] === predicted[index];

const Row = memo(function Row({
  overview,
  shown,
  snapshot,
  classIndex,
  width,
  height,
  chosen,
  faded,
  onPick,
  onPoint,
}: RowProps) {
  const all = useWords();
  const words = all.views.images;
  const { percent } = useFormat();
  const canvas = useRef<HTMLCanvasElement>(null);
  const { calibration, network } = overview;
  const name = className(all, network.classNames, classIndex);
  const real = useMemo(() => indicesOf(calibration.verdicts.labels, classIndex, REAL_SHOWN), [calibration, classIndex]);
  const perClass = snapshot?.perClass ?? 4;
  const made = useMemo(
    () => (snapshot ? indicesOf(snapshot.verdicts.labels, classIndex, perClass) : []),
    [snapshot, classIndex, perClass],
  );
  const { size, lefts } = useMemo(() => rowLayout(width, height, real.length, shown), [width, height, real, shown]);

  useEffect(() => {
    if (!canvas.current || width === 0) return;
    const cells: Cell[] = [
      ...real.map((index) => ({
        tile: calibration.images,
        index,
        right: right(calibration.verdicts, index) ? null : false,
      })),
      ...(snapshot
        ? made
            .slice(0, shown)
            .map((index) => ({ tile: snapshot.images, index, right: right(snapshot.verdicts, index) }))
        : []),
    ];
    drawRow(canvas.current, cells, lefts, size, width, size);
    pictureDrawn();
  }, [calibration, snapshot, real, made, shown, lefts, size, width]);

  const good = snapshot ? made.filter((index) => right(snapshot.verdicts, index)).length : 0;
  const point = (event: React.PointerEvent<HTMLCanvasElement>) => {
    const area = event.currentTarget.getBoundingClientRect();
    const cell = lefts.findIndex(
      (left) => event.clientX - area.left >= left && event.clientX - area.left < left + size,
    );
    const isReal = cell >= 0 && cell < real.length;
    const verdicts = isReal ? calibration.verdicts : snapshot?.verdicts;
    const index = isReal ? real[cell] : made[cell - real.length];
    if (!verdicts || index === undefined) return onPoint(null);
    onPoint({
      lines: [
        isReal ? words.calibrationImage(name) : words.syntheticImage(name),
        ...(isReal && calibration.images.withheld ? [all.recorded.withheld] : []),
        words.sees(className(all, network.classNames, verdicts.predicted[index])),
        words.probability(name, `${percent(verdicts.probability[index])} (${exact(verdicts.probability[index])})`),
      ],
      x: event.clientX,
      y: area.bottom + 4,
    });
  };

  return (
    <button
      type="button"
      className="image-row"
      aria-pressed={chosen}
      data-faded={faded}
      onClick={() => onPick(classIndex)}
    >
      <span className="visually-hidden">{words.row(name, good, made.length)}</span>
      <span className="image-row-head">
        <ClassMarker index={classIndex} />
        <span className="image-row-name" aria-hidden="true">
          {name}
        </span>
        {calibration.reliable[classIndex] === 0 && (
          <span className="unreliable" title={words.unreliableHelp}>
            {words.unreliable}
          </span>
        )}
        {snapshot && (
          <span className="image-row-count" aria-hidden="true">
            {made.length === 0 ? all.manyClasses.notLooked : words.count(good, made.length)}
          </span>
        )}
      </span>
      <canvas ref={canvas} style={{ width, height: size }} onPointerMove={point} onPointerLeave={() => onPoint(null)} />
    </button>
  );
});

export function ImagesView() {
  const {
    compare,
    views: { images: words },
    share: { takeAway: save },
  } = useWords();
  const pinned = usePinned();
  const [ofPinned, setOfPinned] = useState(false);
  const shownPinned = ofPinned ? pinned : null;
  const now = usePlayground((state) => state.overview);
  const nowSnapshot = usePlayground(shownSynthetic);
  const overview = shownPinned ? shownPinned.overview : now;
  const arm = usePlayground((state) => state.arm);
  const snapshot = shownPinned ? pinnedSynthetic(shownPinned, arm) : nowSnapshot;
  const chosen = usePlayground((state) => state.classIndex);
  const { toggleClass } = useActions();
  const several = usePlayground((state) => generatorArms(state.overview).length > 1);
  const [box, { width, height }] = useSize<HTMLDivElement>();
  const [tip, setTip] = useState<Tip | null>(null);
  const shownNow = useShownClasses();
  // A pinned run may be of a network with fewer classes.
  const classes = useMemo(() => shownNow.filter((c) => c < (overview?.network.numClasses ?? 0)), [shownNow, overview]);
  const realAll = overview?.settings.imagesPerClass ?? 1;
  const perClass = snapshot?.perClass ?? 4;
  const shown = roomFor(width - 8, Math.min(realAll, REAL_SHOWN), perClass);
  // Ten rows share the height; more classes scroll.
  const rowHeight = Math.max(26, Math.floor(height / Math.min(10, classes.length || 1)) - 21);

  const things = (): Thing[] =>
    overview
      ? [
          {
            kind: 'image',
            what: save.grid,
            file: 'images',
            make: async ({ footnote }) =>
              (await import('../takeaway/imageGrid')).imageGrid(overview, snapshot, classes, {
                title: words.title,
                real: save.real,
                synthetic: save.synthetic,
                footnote,
              }),
          },
          {
            kind: 'table',
            what: save.verdicts,
            file: 'images-verdicts',
            make: async () => (await import('../takeaway/tables')).verdictsTable(overview, snapshot),
          },
        ]
      : [];

  return (
    <View title={words.title} area="images" help={words.help} things={things}>
      {(pinned || several) && (
        <div className="view-bar">
          <ArmPicker />
          {pinned && (
            <Choice
              label={compare.imagesOf}
              value={ofPinned ? 'pinned' : 'now'}
              onChange={(value) => setOfPinned(value === 'pinned')}
              options={[
                { value: 'now', label: compare.thisRun },
                { value: 'pinned', label: compare.pinned },
              ]}
            />
          )}
        </div>
      )}
      <ClassSampleBar />
      <div className="image-columns" aria-hidden="true">
        <span>{realAll > REAL_SHOWN ? words.realOf(REAL_SHOWN, realAll) : words.real}</span>
        <span>{shown < perClass ? words.syntheticOf(shown, perClass) : words.synthetic}</span>
        <span>{words.recognized}</span>
      </div>
      <div className="image-rows" ref={box}>
        {overview && width > 0 ? (
          classes.map((classIndex) => (
            <Row
              key={classIndex}
              overview={overview}
              shown={shown}
              snapshot={snapshot}
              classIndex={classIndex}
              width={Math.max(0, width - 8)}
              height={rowHeight}
              chosen={chosen === classIndex}
              faded={chosen !== null && chosen !== classIndex}
              onPick={toggleClass}
              onPoint={setTip}
            />
          ))
        ) : (
          <div className="view-empty">{words.none}</div>
        )}
      </div>
      {tip && (
        <div
          className="tooltip tooltip-fixed"
          style={{ left: Math.min(tip.x - 60, window.innerWidth - 230), top: tip.y }}
        >
          {tip.lines.map((line, i) => (i === 0 ? <strong key={line}>{line}</strong> : <div key={line}>{line}</div>))}
        </div>
      )}
    </View>
  );
}
