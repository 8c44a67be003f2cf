import '@mantine/core/styles/Overlay.css';
import '@mantine/core/styles/Paper.css';
import '@mantine/core/styles/ModalBase.css';
import '@mantine/core/styles/Modal.css';
import './share.css';
import { Modal } from '@mantine/core';
import { useState } from 'react';
import { Choice } from '../Choice';
import { useWords } from '../language';
import { PAPER_BIBTEX, pageBibtex } from './citations';
import { CopyField } from './CopyField';
import { EmbedOptions } from './EmbedOptions';
import { useLink } from './useLink';

const TABS = ['link', 'embed', 'cite'] as const;
type Tab = (typeof TABS)[number];

function LinkTab() {
  const words = useWords().share.link;
  return (
    <div className="share-tab">
      <CopyField label={words.label} rows={3} text={useLink(null)} />
      <p className="view-note">{words.help}</p>
    </div>
  );
}

function CiteTab() {
  const words = useWords().share.cite;
  const [now] = useState(() => new Date());
  const url = `${location.origin}${location.pathname}`;
  return (
    <div className="share-tab">
      <CopyField label={words.paper} rows={12} text={PAPER_BIBTEX} />
      <CopyField
        label={words.page}
        rows={8}
        text={pageBibtex(url, words.pageTitle, words.accessed(now.toISOString().slice(0, 10)), now.getFullYear())}
      />
      <p className="view-note">{words.help}</p>
    </div>
  );
}

/** A link to the page as it stands, code to embed it, and how to cite it. */
export function ShareDialog({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const words = useWords().share;
  const [tab, setTab] = useState<Tab>('link');
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={words.title}
      size={640}
      closeButtonProps={{ 'aria-label': words.close }}
      transitionProps={{ duration: 0 }}
      className="share-dialog"
    >
      <Choice
        label={words.what}
        value={tab}
        onChange={setTab}
        options={TABS.map((value) => ({ value, label: words.tabs[value] }))}
      />
      {tab === 'link' ? <LinkTab /> : tab === 'embed' ? <EmbedOptions /> : <CiteTab />}
    </Modal>
  );
}
