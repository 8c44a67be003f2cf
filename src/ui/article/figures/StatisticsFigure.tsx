import { useEffect, useMemo, useRef } from 'react';
import { usePlayground, useActions } from '../../playground';
import { useWords } from '../../language';
import { className, pointName } from '../../words/words';
import { Num } from '../../Num';
import { useScheme } from '../../useScheme';
import { LayerPicker } from '../../views/LayerPicker';
import { PointsMap } from '../../views/PointsMap';
import type { Hit } from '../../views/scene';
import { stillClouds } from '../../views/scene';
import { useShownClasses, useShownClouds } from '../../views/useShownClasses';
import { ClassPicker } from '../ClassPicker';
import { channelStatistics, pixelsOf, shuffled as shuffledPixels } from '../pixelStatistics';

const NOTHING: readonly never[] = [];

/** An image, or one of its channels in shades of gray, at its own size; the page enlarges it. */
function Picture({
  pixels,
  width,
  height,
  channel,
}: {
  pixels: Uint8ClampedArray;
  width: number;
  height: number;
  channel: number | null;
}) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (!context) return;
    const image = context.createImageData(width, height);
    for (let i = 0; i < pixels.length; i += 4) {
      for (let c = 0; c < 3; c++) image.data[i + c] = pixels[i + (channel ?? c)];
      image.data[i + 3] = 255;
    }
    context.putImageData(image, 0, 0);
  }, [pixels, width, height, channel]);
  return <canvas ref={canvas} width={width} height={height} aria-hidden="true" />;
}

/**
 * One calibration image, mean and variance of each of its channels, and the same image as a point at the chosen layer.
 */
export function StatisticsFigure({ shuffled }: { shuffled: boolean }) {
  const all = useWords();
  const {
    argument: { statistics: words },
    views,
  } = all;
  const overview = usePlayground((state) => state.overview);
  const layer = usePlayground((state) => state.layer);
  const chosen = usePlayground((state) => state.classIndex);
  const { toggleClass } = useActions();
  const scheme = useScheme();
  const classIndex = chosen ?? 0;
  const pixels = useMemo(() => {
    if (!overview) return null;
    const { images, verdicts } = overview.calibration;
    const index = verdicts.labels.indexOf(classIndex);
    if (index < 0) return null;
    const own = pixelsOf(images, index);
    return shuffled ? shuffledPixels(own) : own;
  }, [overview, classIndex, shuffled]);
  const everyCloud = useMemo(
    () =>
      overview && layer !== null
        ? stillClouds(overview, layer).filter(({ kind }) => kind === 'observation' || kind === 'calibration')
        : NOTHING,
    [overview, layer],
  );
  const clouds = useShownClouds(everyCloud, useShownClasses());
  if (!overview || layer === null || !pixels) return <div className="view-empty">{views.waiting}</div>;

  const {
    calibration: {
      images: { width, height },
    },
    network,
  } = overview;
  const name = className(all, network.classNames, classIndex);
  const channels = network.inputShape[2] === 1 ? (['gray'] as const) : (['red', 'green', 'blue'] as const);
  const describe = (hit: Hit) => [pointName(all, hit.kind, network.classNames, hit.classIndex)];
  const title = words.asPoint(String(layer + 1), String(2 * network.layers[layer].channels));
  return (
    <>
      <div className="figure-tools">
        <ClassPicker />
      </div>
      <div className="channels">
        <div className="channel" role="img" aria-label={shuffled ? words.shuffled(name) : words.image(name)}>
          <Picture pixels={pixels} width={width} height={height} channel={null} />
          <span>{name}</span>
        </div>
        {channels.map((channel, index) => {
          const { mean, variance } = channelStatistics(pixels, index);
          return (
            <div key={channel} className="channel">
              <Picture pixels={pixels} width={width} height={height} channel={index} />
              <span>{words.channels[channel]}</span>
              <span>
                {words.mean}{' '}
                <b>
                  <Num value={mean} />
                </b>
              </span>
              <span>
                {words.variance}{' '}
                <b>
                  <Num value={variance} />
                </b>
              </span>
            </div>
          );
        })}
      </div>
      <div className="figure-tools">
        <h4>{title}</h4>
        <LayerPicker />
      </div>
      <div className="figure-chart">
        <PointsMap
          label={title}
          still={clouds}
          moving={NOTHING}
          trails={NOTHING}
          scheme={scheme}
          chosen={classIndex}
          describe={describe}
          onPick={toggleClass}
        />
      </div>
    </>
  );
}
