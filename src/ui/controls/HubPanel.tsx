import { Button } from '@mantine/core';
import { useId, useState, type FormEvent, type ReactNode } from 'react';
import { inWords } from '../../engine/sentences';
import { DATASET_ENTRIES, IMAGES_PER_CLASS, NETWORK_ENTRIES } from '../../state/hubEntries';
import { SETTING_KEYS } from '../../state/settings';
import { HelpLines } from '../Help';
import { useWords } from '../language';
import { useActions, usePlayground } from '../playground';

/** 47185920 -> 47; 1234567 -> 1.2 */
const megabytes = (bytes: number) => (bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0);

/** How far the download is that is on its way. */
function DownloadProgress() {
  const all = useWords();
  const words = all.hub;
  const download = usePlayground((state) => state.download);
  const { stopDownload } = useActions();
  if (!download) return null;
  const { name, loaded, total, said } = download;
  // Steps of a search are few and no bytes.
  const bytes =
    total !== null
      ? words.bytes(megabytes(loaded), megabytes(total))
      : loaded > 10_000
        ? words.bytesOnly(megabytes(loaded))
        : '';
  return (
    <div className="hub-progress" role="group" aria-label={words.fetching(name)}>
      <small aria-live="polite">{said ? inWords(said, all.sentences) : words.fetching(name)}</small>
      <progress
        aria-label={words.fetching(name)}
        max={1}
        value={total === null || total === 0 ? undefined : Math.min(1, loaded / total)}
      />
      <div className="setting-row">
        <small>{bytes}</small>
        <Button size="compact-xs" variant="default" onClick={stopDownload}>
          {words.stop}
        </Button>
      </div>
    </div>
  );
}

/** What earlier downloads take up in the browser. */
function KeptDownloads() {
  const words = useWords().hub;
  const kept = usePlayground((state) => state.kept);
  const { forgetKept } = useActions();
  if (!kept || kept.files === 0) return null;
  return (
    <div className="setting-row own-row">
      <small>{words.kept(megabytes(kept.bytes))}</small>
      <Button size="compact-xs" variant="subtle" onClick={() => void forgetKept()}>
        {words.forget}
      </Button>
    </div>
  );
}

interface FieldProps {
  title: string;
  help: readonly string[];
  label: string;
  example: string;
  ready: boolean;
  entries: ReactNode;
  children?: ReactNode;
  onLoad(text: string): void;
}

/** Entries of one click each, and a field for any other name. */
function SourceField({ title, help, label, example, ready, entries, children, onLoad }: FieldProps) {
  const words = useWords().hub;
  const [text, setText] = useState('');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (ready && text.trim() !== '') onLoad(text.trim());
  };
  return (
    <form className="hub-source" onSubmit={submit}>
      <div className="setting-row">
        <span className="setting-label">{title}</span>
        <HelpLines label={title} lines={help} />
      </div>
      <div className="hub-entries">{entries}</div>
      <div className="setting-row">
        <input
          type="text"
          className="hub-name"
          aria-label={label}
          placeholder={example}
          spellCheck={false}
          autoCapitalize="off"
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
        <Button type="submit" size="compact-xs" variant="default" disabled={!ready || text.trim() === ''}>
          {words.load}
        </Button>
      </div>
      {children}
    </form>
  );
}

/** Networks and images from Hugging Face, one click each or by name, and networks from any address. */
export function HubPanel() {
  const words = useWords().hub;
  const { downloadNetwork, downloadImages, lookAtKept } = useActions();
  const ready = usePlayground(
    (state) =>
      state.engine === 'ready' &&
      !state.replacing &&
      !state.download &&
      state.embed?.locked.length !== SETTING_KEYS.length,
  );
  const [perClass, setPerClass] = useState(String(IMAGES_PER_CLASS));
  const [version, setVersion] = useState('');
  const countId = useId();
  const versionId = useId();
  const count = Math.round(Number(perClass));
  const usable = count >= 3 && count <= 1000;
  const entry = (name: string, title: string, load: () => void) => (
    <Button key={name} size="compact-xs" variant="default" title={title} disabled={!ready} onClick={load}>
      {name}
    </Button>
  );
  return (
    <details className="hub" onToggle={(event) => event.currentTarget.open && void lookAtKept()}>
      <summary>{words.title}</summary>
      <div className="hub-body">
        <div className="setting-row">
          <small>huggingface.co</small>
          <HelpLines label={words.title} lines={words.help} />
        </div>
        <SourceField
          title={words.networks}
          help={words.networkHelp}
          label={words.networkSource}
          example={words.networkExample}
          ready={ready}
          onLoad={(source) => void downloadNetwork(source)}
          entries={NETWORK_ENTRIES.map(({ name, source, megabytes: size }) =>
            entry(name, words.sizeOf(source, String(size)), () => void downloadNetwork(source)),
          )}
        />
        <SourceField
          title={words.images}
          help={words.imagesHelp}
          label={words.imagesSource}
          example={words.imagesExample}
          ready={ready && usable}
          onLoad={(source) =>
            void downloadImages({
              source,
              imagesPerClass: count,
              ...(version.trim() ? { config: version.trim() } : {}),
            })
          }
          entries={DATASET_ENTRIES.map(({ name, ...request }) =>
            entry(name, request.source, () => void downloadImages(request)),
          )}
        >
          <div className="hub-options">
            <label htmlFor={countId}>{words.perClass}</label>
            <input
              id={countId}
              type="text"
              inputMode="numeric"
              value={perClass}
              aria-invalid={!usable}
              onChange={(event) => setPerClass(event.target.value)}
            />
            <label htmlFor={versionId}>{words.version}</label>
            <input
              id={versionId}
              type="text"
              spellCheck={false}
              value={version}
              onChange={(event) => setVersion(event.target.value)}
            />
          </div>
        </SourceField>
        <DownloadProgress />
        <KeptDownloads />
      </div>
    </details>
  );
}
