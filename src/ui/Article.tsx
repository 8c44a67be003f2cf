import { Argument } from './article/Argument';
import { useWords } from './language';

/** Below the fold: what the method is and why, how to read the page, and what the words mean. */
export function Article() {
  const words = useWords().article;
  return (
    <section className="article" id="explanation" aria-labelledby="explanation-title">
      <h2 id="explanation-title">{words.title}</h2>
      <p className="lead">{words.lead}</p>
      <Argument />
      <h2>{words.readingTitle}</h2>
      <dl className="article-views">
        {words.reading.map(({ view, how }) => (
          <div key={view}>
            <dt>{view}</dt>
            <dd>{how}</dd>
          </div>
        ))}
      </dl>
      <h2>{words.glossaryTitle}</h2>
      <dl className="glossary">
        {words.glossary.map(({ word, meaning }) => (
          <div key={word}>
            <dt>{word}</dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
      <p className="source">
        {words.source.before}
        <a href={words.source.url}>{words.source.title}</a>
        {words.source.after}
      </p>
    </section>
  );
}
