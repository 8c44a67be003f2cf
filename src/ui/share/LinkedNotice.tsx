import { Alert, Button } from '@mantine/core';
import { hubAddress } from '../../state/hubDownloads';
import { useLanguage, useWords } from '../language';
import { useActions, usePlayground } from '../playground';

/** Says what the page's link names of the hub, and fetches it when somebody agrees. */
export function LinkedNotice() {
  const words = useWords().hub.linked;
  const { language } = useLanguage();
  const linked = usePlayground((state) => state.linked);
  const ready = usePlayground((state) => state.engine === 'ready' && !state.replacing && !state.download);
  const { loadLinked, dismissLinked } = useActions();
  if (!linked) return null;
  const { network, images } = linked;
  const isAddress = network !== null && /^https?:/i.test(network);
  const listed = (things: string[]) => new Intl.ListFormat(language, { type: 'conjunction' }).format(things);
  const hosts = [
    ...(isAddress ? [new URL(network).host] : []),
    ...((network !== null && !isAddress) || images ? [new URL(hubAddress()).host] : []),
  ];
  const what = [
    ...(network === null ? [] : [words.network(network)]),
    ...(images ? [words.images(images.source, String(images.imagesPerClass))] : []),
  ];
  return (
    <Alert color="blue" variant="light" className="notice" role="note" aria-live="polite" title={words.title}>
      <p className="notice-text">{words.asks(listed(what), listed(hosts))}</p>
      <div className="notice-actions">
        <Button size="compact-sm" disabled={!ready} onClick={() => void loadLinked()}>
          {words.load}
        </Button>
        <Button size="compact-sm" variant="default" onClick={dismissLinked}>
          {words.stay}
        </Button>
      </div>
    </Alert>
  );
}
