import { Alert, Button } from '@mantine/core';
import { useLanguage, useFormat, useWords } from '../language';
import { usePlayground } from '../playground';
import { useKeeper, useKept } from './keeper';

/** Offers what the last visit left; says where nothing can be kept, as soon as there is something to keep. */
export function KeptNotice() {
  const {
    faults: { kept: words },
    trouble,
  } = useWords();
  const listed = useListed();
  const { language } = useLanguage();
  const { percent } = useFormat();
  const found = useKept((state) => state.found);
  const problem = useKept((state) => (state.dismissed ? null : state.problem));
  const started = usePlayground((state) => state.started);
  const keeper = useKeeper();
  if (!keeper) return null;
  if (problem && started)
    return (
      <Alert
        color="yellow"
        variant="light"
        className="notice"
        role="alert"
        title={words.problems[problem]}
        withCloseButton
        closeButtonLabel={trouble.dismiss}
        onClose={keeper.dismissProblem}
      />
    );
  if (!found || started) return null;
  const { written, results, pinned, run } = found;
  const when = new Date(written).toLocaleString(language, { dateStyle: 'medium', timeStyle: 'short' });
  const left = [
    ...(run ? [run.finished ? words.finishedRun : words.run(percent(run.fraction))] : []),
    ...(pinned ? [words.pinned] : []),
    ...(results > 0 ? [words.results(String(results))] : []),
  ];
  return (
    <Alert color="blue" variant="light" className="notice" role="note" aria-live="polite" title={words.title(when)}>
      <div className="notice-text">
        <p>{words.left(listed(left))}</p>
        {run && !run.goesOn && <p>{words.lookOnly}</p>}
      </div>
      <div className="notice-actions">
        <Button size="compact-sm" onClick={() => void keeper.bringBack()}>
          {words.bringBack}
        </Button>
        <Button size="compact-sm" variant="default" onClick={keeper.later}>
          {words.later}
        </Button>
        <Button size="compact-sm" variant="default" onClick={() => void keeper.forget()}>
          {words.forget}
        </Button>
      </div>
    </Alert>
  );
}

/** Things in a row, as the language does it. */
function useListed(): (things: readonly string[]) => string {
  const { language } = useLanguage();
  return (things) => new Intl.ListFormat(language, { type: 'conjunction' }).format(things);
}
