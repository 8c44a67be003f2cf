import { Alert, Button } from '@mantine/core';
import { TERMS } from '../engine/training/runSettings';
import type { Trouble } from '../state/playgroundState';
import { useActions, usePlayground } from './playground';
import { text } from './text';

const words = text.trouble;

function said(trouble: Trouble): { title: string; message: string; hint: string } {
  switch (trouble.kind) {
    case 'death':
      return { title: words.death[trouble.reason], message: trouble.detail, hint: words.death.hint };
    case 'recording':
      return { title: text.recordingTrouble.title(trouble.name), message: text.recordingTrouble.problem(trouble.problem), hint: text.recordingTrouble.hint };
    case 'file':
      return { title: words.file.message, message: trouble.detail, hint: words.file.hint };
    case 'failure':
      return { title: words.titles[trouble.failure.code], message: trouble.failure.message, hint: trouble.failure.hint };
  }
}

function TroubleAlert({ trouble }: { trouble: Trouble }) {
  const { restoreSnapshot, restartEngine, dismissTrouble } = useActions();
  const dead = usePlayground((state) => state.engine === 'dead');
  const failed = usePlayground((state) => state.status === 'failed');
  const { title, message, hint } = said(trouble);
  const failure = trouble.kind === 'failure' ? trouble.failure : null;
  const term = TERMS.find((each) => each === failure?.term);
  const canRestore = failure !== null && !dead && (failure.snapshotStep !== undefined || (failure.code === 'notFinite' && failed));
  const canRestart = dead || (failure !== null && ['deviceLost', 'outOfMemory', 'backend', 'internal'].includes(failure.code));
  return (
    <Alert color="red" variant="light" role="alert" title={title} withCloseButton closeButtonLabel={words.dismiss} onClose={dismissTrouble} className="notice">
      <div className="notice-text">
        {failure?.term !== undefined && failure.step !== undefined && (
          <p>{words.where(term ? `${text.terms[term].name} (${text.terms[term].short})` : failure.term, String(failure.step))}</p>
        )}
        {message && <p>{message}</p>}
        {hint && <p>{hint}</p>}
      </div>
      <div className="notice-actions">
        {canRestore && (
          <Button size="compact-sm" onClick={restoreSnapshot}>
            {failure.snapshotStep === undefined ? words.restoreUnknown : words.restore(String(failure.snapshotStep))}
          </Button>
        )}
        {canRestart && <Button size="compact-sm" variant={canRestore ? 'default' : 'filled'} onClick={restartEngine}>{words.restart}</Button>}
      </div>
    </Alert>
  );
}

/** What went wrong and what to do about it; nothing on the page is lost meanwhile. */
export function Notices() {
  const trouble = usePlayground((state) => state.trouble);
  const notes = usePlayground((state) => state.linkNotes);
  const silent = usePlayground((state) => state.silentSeconds > 0 && state.engine !== 'dead');
  const { dismissNotes, restartEngine } = useActions();
  return (
    <div className="notices">
      {trouble && <TroubleAlert trouble={trouble} />}
      {silent && !trouble && (
        <Alert color="yellow" variant="light" className="notice" title={text.status.silent}>
          <div className="notice-actions"><Button size="compact-sm" variant="default" onClick={restartEngine}>{words.restart}</Button></div>
        </Alert>
      )}
      {notes.length > 0 && (
        <Alert color="yellow" variant="light" className="notice" title={text.link.title} withCloseButton closeButtonLabel={words.dismiss} onClose={dismissNotes}>
          <ul>{notes.map((note) => <li key={JSON.stringify(note)}>{text.link.note(note)}</li>)}</ul>
        </Alert>
      )}
    </div>
  );
}
