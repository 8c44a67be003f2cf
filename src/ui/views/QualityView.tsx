import { useCallback, useMemo, useState } from 'react';
import { coveredView } from '../../state/lessons/lessonState';
import { shownSynthetic } from '../../state/playgroundState';
import { Choice } from '../Choice';
import { ClassSampleBar } from '../classes/ClassSampleBar';
import { pinnedSynthetic, usePinned } from '../compare/comparison';
import { short } from '../format';
import { useWords } from '../language';
import { divergingShades } from '../palette';
import { useActions, usePlayground, useThrottledPlayground } from '../playground';
import type { Thing } from '../takeaway/things';
import { useScheme } from '../useScheme';
import type { Words } from '../words/words';
import { className } from '../words/words';
import { ArmPicker } from './ArmPicker';
import { QualityFigures } from './QualityFigures';
import { QualityMap } from './QualityMap';
import type { QualityMeasure, ShownQuality } from './qualityValues';
import { cellValues, ofClasses, QUALITY_MEASURES, readingAt, SHADES, shownQuality } from './qualityValues';
import { useShownClasses } from './useShownClasses';
import { View } from './View';

/** The values of a layer and a class, or of all classes, in words. */
function readings({ quality: words }: Words, shown: ShownQuality, layer: number, chosen: number | null): string[] {
  const values = readingAt(shown, layer, chosen);
  return (['own', 'other', 'spread', 'silhouette', 'gap'] as const).map((key) =>
    words.reading.beside(words.reading[key], short(values[key].synthetic), short(values[key].real)),
  );
}

/** What the shades of the map mean. */
function Legend({ measure }: { measure: QualityMeasure }) {
  const words = useWords().quality;
  const shades = divergingShades[useScheme()];
  const swatches = (from: number, dotted: boolean) => (
    <svg width={4 * 15} height={12} aria-hidden="true">
      {shades.slice(from, from + SHADES).map(([fill, ink], i) => (
        <g key={fill}>
          <rect x={i * 15} width={14} height={12} fill={fill} />
          {dotted && <circle cx={i * 15 + 7} cy={6} r={2} fill={ink} />}
        </g>
      ))}
    </svg>
  );
  return (
    <>
      <span className="legend-key">
        {swatches(0, false)}
        {words.unmarked[measure]}
      </span>
      <span className="legend-key">
        {swatches(SHADES, true)}
        {words.marked[measure]}
      </span>
    </>
  );
}

/** How good the synthetic images are: figures beside those of real images, and a map of all layers and classes. */
export function QualityView() {
  const all = useWords();
  const { quality: words, share, views, lessons } = all;
  const overview = usePlayground((state) => state.overview);
  const layer = usePlayground((state) => state.layer);
  const chosen = usePlayground((state) => state.classIndex);
  // What a lesson covers may not be read off here.
  const covered = usePlayground((state) => coveredView(state) === 'separation');
  const snapshot = useThrottledPlayground(shownSynthetic);
  const scheme = useScheme();
  const { selectLayer, toggleClass } = useActions();
  const [measure, setMeasure] = useState<QualityMeasure>('centers');
  const pinned = usePinned();
  const arm = usePlayground((state) => state.arm);

  const shown = useMemo(() => overview && shownQuality(overview, snapshot), [overview, snapshot]);
  const pinnedShown = useMemo(
    () => pinned && shownQuality(pinned.overview, pinnedSynthetic(pinned, arm)),
    [pinned, arm],
  );
  const classes = useShownClasses();
  const values = useMemo(
    () => shown && ofClasses(cellValues(measure, shown), shown.classes, classes),
    [measure, shown, classes],
  );
  const names = useMemo(
    () => classes.map((c) => className(all, overview?.network.classNames, c)),
    [all, overview, classes],
  );
  const row = chosen === null ? -1 : classes.indexOf(chosen);
  const describe = useCallback(
    (at: number, place: number) =>
      shown && values
        ? [
            words.place(String(at + 1), names[place]),
            `${words.measures[measure]}: ${short(values[at * classes.length + place])}`,
            ...readings(all, shown, at, classes[place]),
          ]
        : [],
    [all, words, names, shown, values, measure, classes],
  );
  const pick = useCallback(
    (at: number | null, place: number | null) => {
      const c = place === null ? null : classes[place];
      const same = at === layer;
      if (at !== null) selectLayer(at);
      // A class that is chosen already stays so while another layer is looked at.
      if (c !== null && (c !== chosen || at === null || same)) toggleClass(c);
    },
    [layer, chosen, classes, selectLayer, toggleClass],
  );

  const things = (): Thing[] =>
    overview && shown && values && !covered
      ? [
          {
            kind: 'picture',
            what: share.takeAway.map,
            file: `quality-${measure}`,
            make: async ({ footnote }) =>
              (await import('../takeaway/qualitySvg')).qualitySvg({
                title: `${words.title}: ${words.measures[measure]}`,
                description: words.measureHelp[measure],
                footnote,
                measure,
                values,
                classNames: names,
                classes,
                layers: shown.layers,
                startLayer: shown.startLayer,
                words: {
                  layers: words.layers,
                  deep: words.deep,
                  marked: words.marked[measure],
                  unmarked: words.unmarked[measure],
                },
              }),
          },
          {
            kind: 'table',
            what: words.tables.cells,
            file: 'quality-by-layer-and-class',
            make: async () => (await import('../takeaway/tables')).qualityTable(overview, shown),
          },
          {
            kind: 'table',
            what: words.tables.activations,
            file: 'quality-activation-ranges',
            make: async () => (await import('../takeaway/tables')).coverageTable(shown),
          },
        ]
      : [];

  const content = () => {
    if (covered) return <div className="view-empty">{lessons.covered}</div>;
    if (!overview) return <div className="view-empty">{views.waiting}</div>;
    if (!shown || !values) return <div className="view-empty">{snapshot ? words.missing : words.none}</div>;
    return (
      <>
        <QualityFigures shown={shown} pinned={pinnedShown} />
        <ClassSampleBar />
        <div className="view-bar">
          <Choice
            label={words.map}
            value={measure}
            onChange={setMeasure}
            options={QUALITY_MEASURES.map((value) => ({
              value,
              label: words.measures[value],
              title: words.measureHelp[value],
            }))}
          />
        </div>
        <QualityMap
          label={words.mapLabel(words.measures[measure], words.measureHelp[measure])}
          measure={measure}
          values={values}
          layers={shown.layers}
          classNames={names}
          classes={classes}
          startLayer={shown.startLayer}
          words={words}
          layer={layer}
          chosen={row < 0 ? null : row}
          scheme={scheme}
          describe={describe}
          onPick={pick}
        />
        <footer className="view-foot">
          <Legend measure={measure} />
          {layer !== null && layer < shown.layers && (
            <span className="view-note quality-reading">
              <b>{words.place(String(layer + 1), row < 0 ? words.allClasses : names[row])}:</b>{' '}
              {readings(all, shown, layer, row < 0 ? null : chosen).join(all.comma)}
            </span>
          )}
        </footer>
      </>
    );
  };

  return (
    <View title={words.title} area="quality" help={words.help} things={things} tools={<ArmPicker />}>
      {content()}
    </View>
  );
}
