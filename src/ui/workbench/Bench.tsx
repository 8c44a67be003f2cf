import './workbench.css';
import { useCallback, useState } from 'react';
import type { LayerRow } from '../../engine/workbench/report';
import { useActions } from '../playground';
import { LayersPanel } from './LayersPanel';

/** The workbench itself, loaded when someone comes near it. */
export default function Bench() {
  const { selectLayer } = useActions();
  const [selected, setSelected] = useState<string | null>(null);
  const select = useCallback(
    ({ id, layer }: LayerRow) => {
      setSelected(id);
      if (layer !== null) selectLayer(layer);
    },
    [selectLayer],
  );
  return (
    <div className="compare-card">
      <LayersPanel selected={selected} onSelect={select} />
    </div>
  );
}
