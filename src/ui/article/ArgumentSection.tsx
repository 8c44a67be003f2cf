import { Activity, useEffect, useRef } from 'react';
import type { ReactNode } from 'react';
import type { FormulaId } from './formulas';
import { Formula } from './Formula';
import { useNear } from './useNear';

interface ArgumentSectionProps {
  id: string;
  words: { title: string; paragraphs: readonly string[]; figure: string; caption: string };
  /** About the figure's height in pixels, kept free until it is drawn. */
  height: number;
  figure: ReactNode;
  formula?: FormulaId;
  question: ReactNode;
  children?: ReactNode;
}

/**
 * One section of the article. Its figure exists only once the reader has come near, and stands still, with what was set
 * in it, while it is far away: the views above need the time.
 */
export function ArgumentSection({ id, words, height, figure, formula, question, children }: ArgumentSectionProps) {
  const { element, near, wasNear } = useNear<HTMLElement>();
  const place = useRef<HTMLDivElement>(null);
  // A figure that is put away takes no room; its place keeps what it had.
  useEffect(() => {
    const box = place.current;
    if (!box || !near) return;
    box.style.minHeight = '';
    return () => {
      if (box.offsetHeight > 0) box.style.minHeight = `${box.offsetHeight}px`;
    };
  }, [near]);
  return (
    <section className="argument" id={`argument-${id}`} aria-labelledby={`argument-${id}-title`} ref={element}>
      <div className="argument-text">
        <h3 id={`argument-${id}-title`}>{words.title}</h3>
        {words.paragraphs.map((paragraph) => (
          <p key={paragraph}>{paragraph}</p>
        ))}
        {children}
      </div>
      <figure className="argument-figure" aria-label={words.figure}>
        <div ref={place} className="argument-drawing" style={{ minHeight: wasNear ? undefined : height }}>
          {wasNear && <Activity mode={near ? 'visible' : 'hidden'}>{figure}</Activity>}
        </div>
        <figcaption>{words.caption}</figcaption>
      </figure>
      {formula && (
        <div className="argument-formula">
          <Formula id={formula} wanted={wasNear} />
        </div>
      )}
      <div className="argument-question">{question}</div>
    </section>
  );
}
