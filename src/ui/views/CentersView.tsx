import { useCallback, useEffect, useMemo, useState } from 'react';
import type { ProjectionReply } from '../../worker/protocol';
import type { Projection } from '../../state/linkView';
import { PROJECTIONS } from '../../state/linkView';
import { shownMoment } from '../../state/playgroundState';
import { Choice } from '../Choice';
import { exact } from '../format';
import { useActions, usePlayground } from '../playground';
import { useFormat, useWords } from '../language';
import type { Thing } from '../takeaway/things';
import { useScheme } from '../useScheme';
import { LOOKS } from './drawPoints';
import { LayerPicker } from './LayerPicker';
import { PointsMap } from './PointsMap';
import type { Cloud, Hit, PointKind } from './scene';
import { movingClouds, POINT_KINDS, projectedClouds, stillClouds, trails as trailsOf } from './scene';
import { View } from './View';

const NOTHING: readonly never[] = [];

/** Maps that were worked out on demand, by run, layer and method. */
function useMaps(layer: number | null, projection: Projection) {
  const run = usePlayground((state) => state.run);
  const { project } = useActions();
  const [maps, setMaps] = useState<Record<string, ProjectionReply>>({});
  const [failed, setFailed] = useState<string | null>(null);
  const [asked, setAsked] = useState(0);
  const key = `${run}/${layer}/${projection}`;
  const have = key in maps;
  useEffect(() => {
    if (projection === 'pca' || layer === null || run === 0 || (have && asked === 0)) return;
    const abort = new AbortController();
    project(layer, projection, abort.signal).then(
      (map) => {
        // Null: the run ended meanwhile. Maps of earlier runs are of no use any more.
        if (map) setMaps((old) => ({ ...Object.fromEntries(Object.entries(old).filter(([name]) => name.startsWith(`${run}/`))), [key]: map }));
        setAsked(0);
        setFailed(null);
      },
      (error: unknown) => {
        if (abort.signal.aborted) return;
        setAsked(0);
        setFailed(error instanceof Error ? error.message : String(error));
      },
    );
    return () => abort.abort();
  }, [key, run, asked, have, layer, project, projection]);
  return { map: maps[key] ?? null, failed, computing: !have || asked > 0, recompute: () => setAsked((count) => count + 1) };
}

/** A kind of point as it is drawn, without a class. */
function LegendMark({ kind }: { kind: PointKind }) {
  const { radius, fill, marker, outline } = LOOKS[kind];
  const r = Math.min(radius, 6);
  return (
    <svg width={2 * r + 3} height={2 * r + 3} viewBox={`${-r - 1.5} ${-r - 1.5} ${2 * r + 3} ${2 * r + 3}`} aria-hidden="true" className="legend-mark">
      <path d={marker ? `M0 ${-r}L${r} 0L0 ${r}L${-r} 0Z` : `M${r} 0A${r} ${r} 0 1 1 ${-r} 0A${r} ${r} 0 1 1 ${r} 0Z`}
        fill={fill ? 'currentColor' : 'none'} stroke="currentColor" strokeWidth={fill ? 0 : outline ? 2 : 1} />
    </svg>
  );
}

export function CentersView() {
  const { views, share: { takeAway: save } } = useWords();
  const words = views.centers;
  const { percent } = useFormat();
  const overview = usePlayground((state) => state.overview);
  const layer = usePlayground((state) => state.layer);
  const chosen = usePlayground((state) => state.classIndex);
  const shown = usePlayground(shownMoment);
  const history = usePlayground((state) => state.history);
  const scheme = useScheme();
  const { toggleClass, selectProjection } = useActions();
  const projection = usePlayground((state) => state.projection);
  const [hidden, setHidden] = useState<readonly PointKind[]>(NOTHING);
  const { map, computing, failed, recompute } = useMaps(layer, projection);

  const snapshot = shown?.synthetic ?? null;
  const visible = useCallback((clouds: readonly Cloud[]) => clouds.filter(({ kind }) => !hidden.includes(kind)), [hidden]);
  const stillAll = useMemo(() => (overview && layer !== null ? stillClouds(overview, layer) : NOTHING), [overview, layer]);
  const mapped = useMemo(() => (overview && map ? projectedClouds(overview, snapshot, map) : null), [overview, snapshot, map]);
  const still = useMemo(
    () => visible(projection === 'pca' ? stillAll : (mapped?.still ?? NOTHING)),
    [visible, projection, stillAll, mapped],
  );
  const moving = useMemo(
    () => visible(projection === 'pca' ? (layer === null ? NOTHING : movingClouds(snapshot, layer)) : (mapped?.moving ?? NOTHING)),
    [visible, projection, snapshot, layer, mapped],
  );
  const trails = useMemo(
    () => (projection === 'pca' && layer !== null && !hidden.includes('batch') ? trailsOf(history, shown, layer) : NOTHING),
    [projection, layer, hidden, history, shown],
  );

  const describe = useCallback(
    (hit: Hit): string[] => {
      const lines = [
        words.ofClass(words.kinds[hit.kind], overview?.network.classNames[hit.classIndex] ?? String(hit.classIndex)),
        words.place(exact(hit.x), exact(hit.y)),
      ];
      if (hit.kind === 'batch' && snapshot && layer !== null && overview) {
        const at = layer * overview.network.numClasses + hit.classIndex;
        lines.push(words.own(exact(snapshot.distanceToOwnCenter[at])), words.other(exact(snapshot.distanceToNearestOther[at])));
      }
      return lines;
    },
    [overview, snapshot, layer, words],
  );

  const tools = (
    <>
      <Choice label={words.projection} value={projection} onChange={selectProjection}
        options={PROJECTIONS.map((value) => ({ value, label: words.projections[value], title: words.projectionHelp[value] }))} />
      <LayerPicker />
    </>
  );
  const variance = overview && layer !== null ? overview.points.explainedVariance.subarray(2 * layer, 2 * layer + 2) : null;

  const things = (): Thing[] => {
    if (!overview || layer === null || still.length + moving.length === 0) return [];
    const { network: { layers, classNames } } = overview;
    const file = `centers-layer${layer + 1}-${projection}`;
    return [
      {
        kind: 'picture', what: save.map, file,
        make: async ({ footnote }) => (await import('../takeaway/mapSvg')).mapSvg({
          title: `${words.title}, ${save.atLayer(`${layer + 1} (${layers[layer].name})`)}, ${words.projections[projection]}`, description: words.describe(layers[layer].name),
          footnote, still, moving, trails, chosen, classNames, kindNames: words.kinds,
        }),
      },
      { kind: 'table', what: save.points, file, make: async () => (await import('../takeaway/tables')).pointsTable([...still, ...moving], classNames, layer, projection) },
    ];
  };

  return (
    <View title={words.title} area="centers" help={words.help} tools={tools} things={things}>
      {overview && layer !== null ? (
        <PointsMap label={words.describe(overview.network.layers[layer].name)} still={still} moving={moving} trails={trails} scheme={scheme}
          chosen={chosen} describe={describe} onPick={toggleClass} />
      ) : (
        <div className="view-empty">{views.waiting}</div>
      )}
      <footer className="view-foot">
        {POINT_KINDS.map((kind) => (
          <button key={kind} type="button" className="legend-key" aria-pressed={!hidden.includes(kind)} title={words.kinds[kind]}
            onClick={() => setHidden((old) => (old.includes(kind) ? old.filter((each) => each !== kind) : [...old, kind]))}>
            <LegendMark kind={kind} />
            {words.legend[kind]}
          </button>
        ))}
        <span className="view-note">
          {projection === 'pca'
            ? variance && <span title={`${words.explainedHelp}: ${Array.from(variance, exact).join(' + ')}`}>{words.explained(percent(variance[0] + variance[1], 0))}</span>
            : (
              <>
                {failed ?? (computing ? words.computing : map && words.asOf(map.step))}
                {!computing && <button type="button" className="link-button" onClick={recompute}>{words.recompute}</button>}
              </>
            )}
        </span>
      </footer>
    </View>
  );
}
