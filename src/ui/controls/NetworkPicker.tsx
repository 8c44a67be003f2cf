import { Button } from '@mantine/core';
import { useRef, useState, type ChangeEvent, type DragEvent } from 'react';
import { engineRun } from '../../state/playgroundState';
import { SETTING_KEYS } from '../../state/settings';
import { useComparisonActions } from '../compare/comparison';
import { Help, HelpLines } from '../Help';
import { useFormat, useWords } from '../language';
import { useActions, usePlayground } from '../playground';
import { areImages, fromDrop, fromInput, sessionIn } from './chosenFiles';
import { HubPanel } from './HubPanel';
import { NetworkCheck } from './NetworkCheck';

/** The network and the images in use, and others from files. */
export function NetworkPicker() {
  const all = useWords();
  const { controls: words, own } = all;
  const { large } = useFormat();
  const network = usePlayground((state) => engineRun(state).overview?.network);
  const bundled = usePlayground((state) => state.bundled);
  const ownImages = usePlayground((state) => state.ownImages !== null);
  // With every setting locked the network stays as well.
  const ready = usePlayground(
    (state) => state.engine === 'ready' && !state.replacing && state.embed?.locked.length !== SETTING_KEYS.length,
  );
  const actions = useActions();
  const { addSaved } = useComparisonActions();
  const networkInput = useRef<HTMLInputElement>(null);
  const imagesInput = useRef<HTMLInputElement>(null);
  const folderInput = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);

  const chosen = (open: 'loadNetwork' | 'loadImages') => (event: ChangeEvent<HTMLInputElement>) => {
    const files = fromInput(event.target.files);
    event.target.value = '';
    if (files.length > 0) void actions[open](files);
  };
  const drop = async (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    if (!ready) return;
    const files = await fromDrop(event.dataTransfer);
    const session = sessionIn(files);
    if (session) {
      const saved = await actions.openSession(session);
      if (saved) addSaved(saved);
    } else if (files.length > 0) void (areImages(files) ? actions.loadImages(files) : actions.loadNetwork(files));
  };
  return (
    <div
      className={over ? 'network network-over' : 'network'}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => void drop(event)}
    >
      {network && (
        <div
          className="network-name"
          title={words.facts(network.layers.length, large(network.parameters), large(network.macs))}
        >
          <strong>{network.name}</strong>
          <small>{words.facts(network.layers.length, large(network.parameters), large(network.macs))}</small>
        </div>
      )}
      <NetworkCheck />
      <input
        ref={networkInput}
        type="file"
        multiple
        hidden
        aria-label={words.openNetwork}
        onChange={chosen('loadNetwork')}
      />
      <input
        ref={imagesInput}
        type="file"
        multiple
        hidden
        aria-label={own.openImages}
        onChange={chosen('loadImages')}
      />
      <input
        ref={folderInput}
        type="file"
        // React has no name of its own for it.
        {...{ webkitdirectory: '' }}
        hidden
        aria-label={own.openFolder}
        onChange={chosen('loadImages')}
      />
      <div className="setting-row own-row">
        <Button size="compact-xs" variant="default" disabled={!ready} onClick={() => networkInput.current?.click()}>
          {words.openNetwork}
        </Button>
        <Help label={words.openNetwork}>
          <p>{words.openNetworkHelp}</p>
        </Help>
        {!bundled && (
          <Button size="compact-xs" variant="subtle" disabled={!ready} onClick={actions.useBundledNetwork}>
            {words.bundledNetwork}
          </Button>
        )}
      </div>
      <div className="setting-row own-row">
        <Button size="compact-xs" variant="default" disabled={!ready} onClick={() => imagesInput.current?.click()}>
          {own.openImages}
        </Button>
        <Button size="compact-xs" variant="default" disabled={!ready} onClick={() => folderInput.current?.click()}>
          {own.openFolder}
        </Button>
        <HelpLines label={own.openImages} lines={own.imagesHelp} />
        {ownImages && (
          <Button size="compact-xs" variant="subtle" disabled={!ready} onClick={actions.useBundledImages}>
            {own.bundledImages}
          </Button>
        )}
      </div>
      <HubPanel />
    </div>
  );
}
