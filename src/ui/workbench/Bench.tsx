import './workbench.css';
import { useCallback, useState } from 'react';
import type { LayerRow, StudentChanges } from '../../engine/workbench/report';
import { Choice } from '../Choice';
import { useWords } from '../language';
import { useActions, usePlayground } from '../playground';
import { CalibrationPanel } from './CalibrationPanel';
import { ChangesPanel } from './ChangesPanel';
import { ExportPanel } from './ExportPanel';
import { HistogramPanel, type Moved } from './HistogramPanel';
import { KeptBar } from './KeptBar';
import { LayersPanel } from './LayersPanel';
import { RepairsPanel } from './RepairsPanel';
import { PARTS, type BenchPart } from './parts';

const NOTHING: { kept: StudentChanges; moved: Moved } = { kept: {}, moved: {} };

/** The workbench itself, loaded when someone comes near it. */
export default function Bench() {
  const words = useWords().workbench;
  const { selectLayer } = useActions();
  const [part, setPart] = useState<BenchPart>('layers');
  /** Quantizer that is looked at, see `quantizerId`. */
  const [selected, setSelected] = useState<string | null>(null);
  const network = usePlayground((state) => state.networkName);
  const [of, setOf] = useState<{ network: string | null; kept: StudentChanges; moved: Moved }>({ ...NOTHING, network });
  // Another network has other layers.
  const { kept, moved } = of.network === network ? of : NOTHING;
  const change = (changes: { kept: StudentChanges } | { moved: Moved }) =>
    setOf((before) => ({ ...(before.network === network ? before : NOTHING), ...changes, network }));
  const keeping = { kept, onKeep: (next: StudentChanges) => change({ kept: next }) };
  const moving = { moved, onMove: (next: Moved) => change({ moved: next }) };
  const select = useCallback(
    ({ id, layer }: LayerRow) => {
      setSelected(id);
      if (layer !== null) selectLayer(layer);
    },
    [selectLayer],
  );
  // What was measured stays when another part is looked at.
  const panels: Record<BenchPart, React.ReactNode> = {
    layers: <LayersPanel selected={selected} onSelect={select} />,
    histogram: part === 'histogram' && (
      <HistogramPanel selected={selected} onSelect={setSelected} {...keeping} {...moving} />
    ),
    calibration: <CalibrationPanel {...keeping} />,
    repairs: <RepairsPanel {...keeping} />,
    changes: <ChangesPanel kept={kept} />,
    export: <ExportPanel kept={kept} />,
  };
  return (
    <div className="compare-card">
      <div className="view-bar">
        <Choice
          label={words.title}
          value={part}
          onChange={setPart}
          options={PARTS.map((value) => ({ value, label: words.parts[value] }))}
        />
      </div>
      <KeptBar {...keeping} />
      {PARTS.map((each) => (
        <div key={each} hidden={each !== part}>
          {panels[each]}
        </div>
      ))}
    </div>
  );
}
