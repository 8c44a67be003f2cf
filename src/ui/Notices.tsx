import { Alert, Button } from '@mantine/core';
import { TERMS } from '../engine/runSettings';
import { inWords } from '../engine/sentences';
import { sentencesOf } from '../state/failures';
import type { Trouble } from '../state/playgroundState';
import { isShareNote } from '../state/shareLink';
import { LinkedNotice } from './share/LinkedNotice';
import { KeptNotice } from './kept/KeptNotice';
import { useActions, usePlayground } from './playground';
import { LANGUAGE_NAMES, useLanguage, useWords } from './language';
import type { Words } from './words/words';

function said(
  { trouble: words, faults, recordingTrouble, sentences }: Words,
  trouble: Trouble,
): { title: string; message: string; hint: string } {
  switch (trouble.kind) {
    case 'death': {
      const { reason, detail, then } = trouble;
      const { death } = faults;
      const message = reason === 'silent' ? death.silentFor(detail) : detail;
      return { title: death[reason], message, hint: then === 'waits' ? death.hint : death[then] };
    }
    case 'pageMemory':
      return faults.pageMemory;
    case 'recording':
      return {
        title: recordingTrouble.title(trouble.name),
        message: recordingTrouble.problem(trouble.problem),
        hint: recordingTrouble.hint,
      };
    case 'session':
      return {
        title: recordingTrouble.sessionTitle(trouble.name),
        message: recordingTrouble.problem(trouble.problem),
        hint: recordingTrouble.sessionHint,
      };
    case 'file':
      return { title: words.file.message, message: trouble.detail, hint: words.file.hint };
    case 'failure':
      return { title: words.titles[trouble.failure.code], ...sentencesOf(trouble.failure, sentences) };
  }
}

function TroubleAlert({ trouble }: { trouble: Trouble }) {
  const all = useWords();
  const { terms, trouble: words, own, faults } = all;
  const { loadNetwork, restoreSnapshot, restartEngine, goOn, dismissTrouble } = useActions();
  const dead = usePlayground((state) => state.engine === 'dead');
  const failed = usePlayground((state) => state.status === 'failed');
  const rescueStep = usePlayground((state) => state.rescueStep);
  const { title, message, hint } = said(all, trouble);
  const failure = trouble.kind === 'failure' ? trouble.failure : null;
  const term = TERMS.find((each) => each === failure?.term);
  const broken = failure !== null && ['deviceLost', 'outOfMemory', 'backend', 'internal'].includes(failure.code);
  // What broke there may be broken for good: a fresh engine is safer than going back within it.
  const canGoOn = rescueStep !== null && (dead || (broken && failed));
  const canRestore =
    !canGoOn &&
    failure !== null &&
    !dead &&
    (failure.snapshotStep !== undefined || (failure.code === 'notFinite' && failed));
  const canRestart = dead || broken;
  return (
    <Alert
      color="red"
      variant="light"
      role="alert"
      title={title}
      withCloseButton
      closeButtonLabel={words.dismiss}
      onClose={dismissTrouble}
      className="notice"
    >
      <div className="notice-text">
        {failure?.term !== undefined && failure.step !== undefined && (
          <p>{words.where(term ? `${terms[term].name} (${terms[term].short})` : failure.term, String(failure.step))}</p>
        )}
        {message && <p>{message}</p>}
        {hint && <p>{hint}</p>}
      </div>
      <div className="notice-actions">
        {canGoOn && (
          <Button size="compact-sm" onClick={goOn}>
            {faults.goOn(String(rescueStep))}
          </Button>
        )}
        {canRestore && (
          <Button size="compact-sm" onClick={restoreSnapshot}>
            {failure.snapshotStep === undefined ? words.restoreUnknown : words.restore(String(failure.snapshotStep))}
          </Button>
        )}
        {failure?.outputs?.map((output) => (
          <Button key={output} size="compact-sm" onClick={() => void loadNetwork([], { output })}>
            {own.chooseOutput(output)}
          </Button>
        ))}
        {canRestart && (
          <Button size="compact-sm" variant={canRestore || canGoOn ? 'default' : 'filled'} onClick={restartEngine}>
            {words.restart}
          </Button>
        )}
      </div>
    </Alert>
  );
}

/** Something worth knowing of how the engine works here, until it is dismissed. */
function Remark({ text, onClose }: { text: string; onClose: () => void }) {
  const { trouble } = useWords();
  return (
    <Alert
      color="blue"
      variant="light"
      className="notice"
      role="note"
      aria-live="polite"
      title={text}
      withCloseButton
      closeButtonLabel={trouble.dismiss}
      onClose={onClose}
    />
  );
}

/** What went wrong and what to do about it; nothing on the page is lost meanwhile. */
export function Notices() {
  const trouble = usePlayground((state) => state.trouble);
  const notes = usePlayground((state) => state.linkNotes);
  const silent = usePlayground((state) => state.silentSeconds > 0 && state.engine !== 'dead');
  const next = usePlayground((state) => state.nextBackend);
  const rescueStep = usePlayground((state) => state.rescueStep);
  const phase = usePlayground((state) => state.progress?.said ?? null);
  const remark = usePlayground((state) => state.remark);
  const { dismissNotes, dismissRemark, dismissNextBackend, restartEngine, goOn } = useActions();
  const { language, words, missing, choose } = useLanguage();
  return (
    <div className="notices">
      {trouble && <TroubleAlert trouble={trouble} />}
      <LinkedNotice />
      <KeptNotice />
      {silent && !trouble && (
        <Alert color="yellow" variant="light" className="notice" title={words.status.silent}>
          {phase && <p>{inWords(phase, words.sentences)}</p>}
          <div className="notice-actions">
            {rescueStep !== null && (
              <Button size="compact-sm" onClick={goOn}>
                {words.faults.goOn(String(rescueStep))}
              </Button>
            )}
            <Button size="compact-sm" variant="default" onClick={restartEngine}>
              {words.trouble.restart}
            </Button>
          </div>
        </Alert>
      )}
      {missing && (
        <Alert
          color="yellow"
          variant="light"
          className="notice"
          role="alert"
          title={words.header.language.missing(LANGUAGE_NAMES[missing])}
          withCloseButton
          closeButtonLabel={words.trouble.dismiss}
          onClose={() => choose(language)}
        />
      )}
      {next && <Remark text={words.backend.faster(words.backend.names[next])} onClose={dismissNextBackend} />}
      {remark && <Remark text={inWords(remark, words.sentences)} onClose={dismissRemark} />}
      {notes.length > 0 && (
        <Alert
          color="yellow"
          variant="light"
          className="notice"
          title={words.link.title}
          withCloseButton
          closeButtonLabel={words.trouble.dismiss}
          onClose={dismissNotes}
        >
          <ul>
            {notes.map((note) => (
              <li key={JSON.stringify(note)}>{isShareNote(note) ? words.share.note(note) : words.link.note(note)}</li>
            ))}
          </ul>
        </Alert>
      )}
    </div>
  );
}
