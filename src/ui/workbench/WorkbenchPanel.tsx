import { useEffect } from 'react';
import { useNear } from '../article/useNear';
import { Missing } from '../charts/Missing';
import { useWords } from '../language';
import { useOnDemand } from '../useOnDemand';

const load = () => import('./Bench').then((module) => module.default);

/** Below the fold: where low bits hurt, and what to do about it. */
export function WorkbenchPanel() {
  const words = useWords().workbench;
  const { element, wasNear } = useNear<HTMLElement>();
  const { part: Bench, failed, ask } = useOnDemand(load);
  useEffect(() => {
    if (wasNear) ask();
  }, [wasNear, ask]);
  return (
    <section ref={element} className="compare workbench" id="workbench" aria-labelledby="workbench-title">
      <h2 id="workbench-title">{words.title}</h2>
      <p className="lead">{words.lead}</p>
      {failed ? <Missing onRetry={ask} /> : Bench ? <Bench /> : <div className="compare-card bench-empty" />}
    </section>
  );
}
