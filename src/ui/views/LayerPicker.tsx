import { LeftIcon, RightIcon } from '../icons';
import { useActions, usePlayground } from '../playground';
import { useWords } from '../language';

/** Chooses the BatchNorm layer that all views show. */
export function LayerPicker() {
  const words = useWords().views;
  const layers = usePlayground((state) => state.overview?.network.layers);
  const layer = usePlayground((state) => state.layer);
  const { selectLayer } = useActions();
  if (!layers || layer === null) return null;
  return (
    <div className="layer-picker">
      <button
        type="button"
        className="icon-button"
        aria-label={words.previousLayer}
        title={words.previousLayer}
        disabled={layer === 0}
        onClick={() => selectLayer(layer - 1)}
      >
        <LeftIcon />
      </button>
      <select
        aria-label={words.layer}
        title={layers[layer].name}
        value={layer}
        onChange={(event) => selectLayer(Number(event.target.value))}
      >
        {layers.map(({ index, name }) => (
          <option key={index} value={index}>
            {words.layerOption(index, name)}
          </option>
        ))}
      </select>
      <button
        type="button"
        className="icon-button"
        aria-label={words.nextLayer}
        title={words.nextLayer}
        disabled={layer === layers.length - 1}
        onClick={() => selectLayer(layer + 1)}
      >
        <RightIcon />
      </button>
    </div>
  );
}
