import { useCallback, useEffect, useMemo, useState } from 'react';
import type { Failure, ProjectionReply } from '../../worker/protocol';
import { samePlane } from '../../state/compare/keptRun';
import { failureOf, sentencesOf } from '../../state/failures';
import type { Projection } from '../../state/linkView';
import { PROJECTIONS } from '../../state/linkView';
import { shownGenerator, shownMoment, shownSynthetic } from '../../state/playgroundState';
import { Choice } from '../Choice';
import { ShownCount } from '../classes/ClassSampleBar';
import { pinnedSynthetic, usePinned } from '../compare/comparison';
import { exact } from '../format';
import { useActions, usePlayground } from '../playground';
import { useFormat, useWords } from '../language';
import type { Thing } from '../takeaway/things';
import { pointName } from '../words/words';
import { useScheme } from '../useScheme';
import { LOOKS } from './drawPoints';
import { ArmPicker } from './ArmPicker';
import { LayerPicker } from './LayerPicker';
import { PointsMap } from './PointsMap';
import type { Cloud, Hit, PointKind } from './scene';
import { movingClouds, pinnedClouds, POINT_KINDS, projectedClouds, stillClouds, trails as trailsOf } from './scene';
import { useShownClasses, useShownClouds, useShownTrails } from './useShownClasses';
import { View } from './View';

const NOTHING: readonly never[] = [];

/** Maps that were worked out on demand, by run, layer and method. */
function useMaps(layer: number | null, projection: Projection) {
  const run = usePlayground((state) => state.run);
  const { project } = useActions();
  const [maps, setMaps] = useState<Record<string, ProjectionReply>>({});
  const [failed, setFailed] = useState<{ failure: Failure | null } | null>(null);
  const [asked, setAsked] = useState(0);
  const arm = usePlayground(shownGenerator);
  const key = `${run}/${arm}/${layer}/${projection}`;
  const have = key in maps;
  useEffect(() => {
    if (projection === 'pca' || layer === null || run === 0 || (have && asked === 0)) return;
    const abort = new AbortController();
    project(layer, projection, abort.signal).then(
      (map) => {
        // Null: the run ended meanwhile. Maps of earlier runs are of no use any more.
        if (map)
          setMaps((old) => ({
            ...Object.fromEntries(Object.entries(old).filter(([name]) => name.startsWith(`${run}/`))),
            [key]: map,
          }));
        setAsked(0);
        setFailed(null);
      },
      (error: unknown) => {
        if (abort.signal.aborted) return;
        setAsked(0);
        setFailed({ failure: failureOf(error) });
      },
    );
    return () => abort.abort();
  }, [key, run, asked, have, layer, project, projection]);
  return {
    map: maps[key] ?? null,
    failed,
    computing: !have || asked > 0,
    recompute: () => setAsked((count) => count + 1),
  };
}

/** A kind of point as it is drawn, without a class. */
function LegendMark({ kind }: { kind: PointKind }) {
  const { radius, fill, marker, outline } = LOOKS[kind];
  const r = Math.min(radius, 6);
  return (
    <svg
      width={2 * r + 3}
      height={2 * r + 3}
      viewBox={`${-r - 1.5} ${-r - 1.5} ${2 * r + 3} ${2 * r + 3}`}
      aria-hidden="true"
      className="legend-mark"
    >
      <path
        d={marker ? `M0 ${-r}L${r} 0L0 ${r}L${-r} 0Z` : `M${r} 0A${r} ${r} 0 1 1 ${-r} 0A${r} ${r} 0 1 1 ${r} 0Z`}
        fill={fill ? 'currentColor' : 'none'}
        stroke="currentColor"
        strokeWidth={fill ? 0 : outline ? 2 : 1}
        strokeDasharray={kind === 'pinned' ? '2.2 1.6' : undefined}
      />
    </svg>
  );
}

export function CentersView() {
  const all = useWords();
  const {
    views,
    compare,
    sentences,
    share: { takeAway: save },
  } = all;
  const words = views.centers;
  const { percent } = useFormat();
  const overview = usePlayground((state) => state.overview);
  const layer = usePlayground((state) => state.layer);
  const chosen = usePlayground((state) => state.classIndex);
  const shown = usePlayground(shownMoment);
  const history = usePlayground((state) => state.history);
  const scheme = useScheme();
  const { toggleClass, selectProjection } = useActions();
  const wanted = usePlayground((state) => state.projection);
  // The other maps are worked out by the engine, which knows its own run only.
  const recorded = usePlayground((state) => state.recorded !== null);
  const projection = recorded ? 'pca' : wanted;
  const [hidden, setHidden] = useState<readonly PointKind[]>(NOTHING);
  const { map, computing, failed, recompute } = useMaps(layer, projection);

  const snapshot = usePlayground(shownSynthetic);
  const arm = usePlayground(shownGenerator);
  const visible = useCallback(
    (clouds: readonly Cloud[]) => clouds.filter(({ kind }) => !hidden.includes(kind)),
    [hidden],
  );
  const stillAll = useMemo(
    () => (overview && layer !== null ? stillClouds(overview, layer) : NOTHING),
    [overview, layer],
  );
  const mapped = useMemo(() => (overview && map ? projectedClouds(overview, map) : null), [overview, map]);
  const classes = useShownClasses();
  const everyStill = useMemo(
    () => visible(projection === 'pca' ? stillAll : (mapped?.still ?? NOTHING)),
    [visible, projection, stillAll, mapped],
  );
  const still = useShownClouds(everyStill, classes);
  const pinned = usePinned();
  const shared = useMemo(
    () => pinned !== null && overview !== null && layer !== null && samePlane(pinned.overview, overview, layer),
    [pinned, overview, layer],
  );
  const pinnedSnapshot = shared && projection === 'pca' ? pinnedSynthetic(pinned, arm) : null;
  const everyMoving = useMemo(
    () =>
      visible(
        projection === 'pca'
          ? layer === null
            ? NOTHING
            : [...(pinnedSnapshot ? pinnedClouds(pinnedSnapshot, layer) : []), ...movingClouds(snapshot, layer)]
          : (mapped?.moving ?? NOTHING),
      ),
    [visible, projection, pinnedSnapshot, snapshot, layer, mapped],
  );
  const moving = useShownClouds(everyMoving, classes);
  const everyTrail = useMemo(
    () =>
      projection === 'pca' && layer !== null && !hidden.includes('batch')
        ? trailsOf(history, shown, arm, layer)
        : NOTHING,
    [projection, layer, hidden, history, shown, arm],
  );
  const trails = useShownTrails(everyTrail, classes);

  const describe = useCallback(
    (hit: Hit): string[] => {
      const lines = [
        pointName(all, hit.kind, overview?.network.classNames, hit.classIndex),
        words.place(exact(hit.x), exact(hit.y)),
      ];
      const measured = hit.kind === 'pinned' ? pinnedSnapshot : hit.kind === 'batch' ? snapshot : null;
      if (measured && layer !== null && overview) {
        const at = layer * overview.network.numClasses + hit.classIndex;
        lines.push(
          words.own(exact(measured.distanceToOwnCenter[at])),
          words.other(exact(measured.distanceToNearestOther[at])),
        );
      }
      return lines;
    },
    [overview, snapshot, pinnedSnapshot, layer, all, words],
  );

  const tools = (
    <>
      <ArmPicker />
      <Choice
        label={words.projection}
        value={projection}
        onChange={selectProjection}
        options={(recorded ? (['pca'] as const) : PROJECTIONS).map((value) => ({
          value,
          label: words.projections[value],
          title: recorded ? all.recorded.onlyPca : words.projectionHelp[value],
        }))}
      />
      <LayerPicker />
    </>
  );
  const variance =
    overview && layer !== null ? overview.points.explainedVariance.subarray(2 * layer, 2 * layer + 2) : null;

  const things = (): Thing[] => {
    if (!overview || layer === null || still.length + moving.length === 0) return [];
    const {
      network: { layers, classNames },
    } = overview;
    const file = `centers-layer${layer + 1}-${projection}`;
    return [
      {
        kind: 'picture',
        what: save.map,
        file,
        make: async ({ footnote }) =>
          (await import('../takeaway/mapSvg')).mapSvg({
            title: `${words.title}, ${save.atLayer(`${layer + 1} (${layers[layer].name})`)}, ${words.projections[projection]}`,
            description: words.describe(layers[layer].name),
            footnote,
            still,
            moving,
            trails,
            chosen,
            classes,
            classNames,
            kindNames: { ...words.kinds, pinned: compare.map.kind },
          }),
      },
      {
        kind: 'table',
        what: save.points,
        file,
        make: async () =>
          (await import('../takeaway/tables')).pointsTable(
            [...everyStill, ...everyMoving],
            classNames,
            layer,
            projection,
          ),
      },
    ];
  };

  return (
    <View title={words.title} area="centers" help={words.help} tools={tools} things={things}>
      {overview && layer !== null ? (
        <PointsMap
          label={words.describe(overview.network.layers[layer].name)}
          still={still}
          moving={moving}
          trails={trails}
          scheme={scheme}
          chosen={chosen}
          describe={describe}
          onPick={toggleClass}
        />
      ) : (
        <div className="view-empty">{views.waiting}</div>
      )}
      <footer className="view-foot">
        {([...POINT_KINDS, ...(pinnedSnapshot ? ['pinned' as const] : [])] satisfies PointKind[]).map((kind) => (
          <button
            key={kind}
            type="button"
            className="legend-key"
            aria-pressed={!hidden.includes(kind)}
            title={kind === 'pinned' ? compare.map.kind : words.kinds[kind]}
            onClick={() =>
              setHidden((old) => (old.includes(kind) ? old.filter((each) => each !== kind) : [...old, kind]))
            }
          >
            <LegendMark kind={kind} />
            {kind === 'pinned' ? compare.legend : words.legend[kind]}
          </button>
        ))}
        {pinned && !pinnedSnapshot && (
          <span className="pinned-none" title={shared ? compare.map.pcaOnly : compare.map.otherPlane}>
            {compare.map.none}
          </span>
        )}
        <ShownCount />
        <span className="view-note">
          {projection === 'pca' ? (
            variance && (
              <span title={`${words.explainedHelp}: ${Array.from(variance, (share) => percent(share, 0)).join(' + ')}`}>
                {words.explained(percent(variance[0] + variance[1], 0))}
              </span>
            )
          ) : (
            <>
              {failed
                ? failed.failure
                  ? sentencesOf(failed.failure, sentences).message
                  : words.stopped
                : computing
                  ? words.computing
                  : map && words.asOf(map.step)}
              {!computing && (
                <button type="button" className="link-button" onClick={recompute}>
                  {words.recompute}
                </button>
              )}
            </>
          )}
        </span>
      </footer>
    </View>
  );
}
