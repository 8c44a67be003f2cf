import './workbench.css';
import { useCallback, useState } from 'react';
import type { LayerRow, StudentChanges } from '../../engine/workbench/report';
import { Choice } from '../Choice';
import { useWords } from '../language';
import { useActions, usePlayground } from '../playground';
import { CalibrationPanel } from './CalibrationPanel';
import { ChangesPanel } from './ChangesPanel';
import { ExportPanel } from './ExportPanel';
import { HistogramPanel } from './HistogramPanel';
import { KeptBar } from './KeptBar';
import { LayersPanel } from './LayersPanel';
import { RepairsPanel } from './RepairsPanel';
import { PARTS, type BenchPart } from './parts';

const NOTHING: StudentChanges = {};

/** The workbench itself, loaded when someone comes near it. */
export default function Bench() {
  const words = useWords().workbench;
  const { selectLayer } = useActions();
  const [part, setPart] = useState<BenchPart>('layers');
  /** Quantizer that is looked at, see `quantizerId`. */
  const [selected, setSelected] = useState<string | null>(null);
  const network = usePlayground((state) => state.networkName);
  const [chosen, setChosen] = useState<{ network: string | null; kept: StudentChanges }>({ network, kept: {} });
  // Another network has other layers.
  const kept = chosen.network === network ? chosen.kept : NOTHING;
  const keeping = { kept, onKeep: (next: StudentChanges) => setChosen({ network, kept: next }) };
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
    histogram: part === 'histogram' && <HistogramPanel selected={selected} onSelect={setSelected} {...keeping} />,
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
