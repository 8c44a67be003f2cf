import { memo } from 'react';
import { HelpLines } from '../Help';
import { short } from '../format';
import { useFormat, useWords } from '../language';
import { Num } from '../Num';
import type { FigurePair, QualityFigure, ShownQuality } from './qualityValues';
import { QUALITY_FIGURES, qualityFigures } from './qualityValues';

interface QualityFiguresProps {
  shown: ShownQuality;
  /** Of the pinned run, where there is one to compare with. */
  pinned: ShownQuality | null;
}

const FigureName = memo(function FigureName({ figure }: { figure: QualityFigure }) {
  const { name, help } = useWords().quality.figures[figure];
  return (
    <dt>
      {name} <HelpLines label={name} lines={[help]} />
    </dt>
  );
});

/** The figures of all classes: synthetic images large, real images small beside them. */
export const QualityFigures = memo(function QualityFigures({ shown, pinned }: QualityFiguresProps) {
  const { quality: words, compare } = useWords();
  const { percent } = useFormat();
  const figures = qualityFigures(shown);
  const pinnedFigures = pinned && qualityFigures(pinned);
  /** A count of classes: real batches are more than one a class, so theirs is an average. */
  const count = (value: number) => String(Number(value.toFixed(1)));
  const written = (figure: QualityFigure, value: number): string => {
    if (!Number.isFinite(value)) return '–';
    switch (figure) {
      case 'nearest':
        return words.ofClasses(count(value), String(shown.looked));
      case 'agrees':
      case 'ranges':
        return percent(value, 0);
      case 'entropy':
        return words.nats(value.toFixed(2));
      default:
        return short(value);
    }
  };
  const beside = (figure: QualityFigure, { real }: FigurePair) =>
    figure === 'ranges' ? words.calibration(written(figure, real)) : words.real(written(figure, real));
  return (
    <dl className="quality-figures">
      {QUALITY_FIGURES.map((figure) => (
        <div key={figure} data-figure={figure}>
          <FigureName figure={figure} />
          <dd>
            <Num value={figures[figure].synthetic} show={written(figure, figures[figure].synthetic)} />
          </dd>
          <dd className="quality-real">
            <Num value={figures[figure].real} show={beside(figure, figures[figure])} />
          </dd>
          {pinnedFigures && (
            <dd className="quality-real">{compare.pinnedValue(written(figure, pinnedFigures[figure].synthetic))}</dd>
          )}
        </div>
      ))}
    </dl>
  );
});
