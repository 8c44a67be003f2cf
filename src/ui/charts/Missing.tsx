import { useWords } from '../language';

/** In a chart's place while what draws it could not be fetched. */
export function Missing({ onRetry }: { onRetry: () => void }) {
  const { missingPart, tryAgain } = useWords();
  return (
    <div className="view-empty small" role="alert">
      <span>
        {missingPart}{' '}
        <button type="button" className="link-button" onClick={onRetry}>
          {tryAgain}
        </button>
      </span>
    </div>
  );
}
