import { Button } from '@mantine/core';
import { useRef } from 'react';
import { engineRun } from '../../state/playgroundState';
import { SETTING_KEYS } from '../../state/settings';
import { Help } from '../Help';
import { useActions, usePlayground } from '../playground';
import { useFormat, useWords } from '../language';

/** The network in use, and another one from files. */
export function NetworkPicker() {
  const words = useWords().controls;
  const { large } = useFormat();
  const network = usePlayground((state) => engineRun(state).overview?.network);
  const bundled = usePlayground((state) => state.bundled);
  // With every setting locked the network stays as well.
  const ready = usePlayground(
    (state) => state.engine === 'ready' && !state.replacing && state.embed?.locked.length !== SETTING_KEYS.length,
  );
  const { loadNetwork, useBundledNetwork: loadBundled } = useActions();
  const input = useRef<HTMLInputElement>(null);
  return (
    <div className="network">
      {network && (
        <div
          className="network-name"
          title={words.facts(network.layers.length, large(network.parameters), large(network.macs))}
        >
          <strong>{network.name}</strong>
          <small>{words.facts(network.layers.length, large(network.parameters), large(network.macs))}</small>
        </div>
      )}
      <input
        ref={input}
        type="file"
        multiple
        accept=".json,.bin,application/json,application/octet-stream"
        hidden
        aria-label={words.openNetwork}
        onChange={(event) => {
          const files = [...(event.target.files ?? [])];
          event.target.value = '';
          if (files.length > 0) void loadNetwork(files);
        }}
      />
      <div className="setting-row">
        <Button size="compact-xs" variant="default" disabled={!ready} onClick={() => input.current?.click()}>
          {words.openNetwork}
        </Button>
        <Help label={words.openNetwork}>
          <p>{words.openNetworkHelp}</p>
        </Help>
        {!bundled && (
          <Button size="compact-xs" variant="subtle" disabled={!ready} onClick={loadBundled}>
            {words.bundledNetwork}
          </Button>
        )}
      </div>
    </div>
  );
}
