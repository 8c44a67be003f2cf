import { memo, useEffect, useMemo, useRef, useState } from 'react';
import type { PointerEvent } from 'react';
import { useWords } from '../language';
import type { FormulaId, SymbolId } from './formulas';
import { FORMULAS, SYMBOLS } from './formulas';
import { useTypeset } from './useTypeset';

interface Tip {
  symbol: SymbolId;
  left: number;
  top: number;
}

/**
 * A formula with the meaning of its symbols below. Pointing at a symbol in the formula shows what it means; pointing
 * at, focusing or pressing a line of the legend marks the symbol in the formula. Plain signs until it is typeset.
 */
export const Formula = memo(function Formula({ id, wanted }: { id: FormulaId; wanted: boolean }) {
  const words = useWords().argument;
  const typeset = useTypeset(wanted);
  const box = useRef<HTMLDivElement>(null);
  const [pointed, setPointed] = useState<SymbolId | null>(null);
  const [pinned, setPinned] = useState<SymbolId | null>(null);
  const [tip, setTip] = useState<Tip | null>(null);
  const [overflows, setOverflows] = useState(false);
  const marked = pointed ?? pinned;
  const plain = words.formulas[id];
  const { lines, symbols } = FORMULAS[id];
  const set = typeof typeset === 'function' ? typeset : null;
  // One object for as long as the text is the same: React sets it anew otherwise, and the marks would be lost.
  const html = useMemo(
    () => (set ? { __html: lines.map((line) => `<div class="formula-line">${set(line, true)}</div>`).join('') } : null),
    [set, lines],
  );

  useEffect(() => {
    for (const element of box.current?.querySelectorAll<HTMLElement>('[data-symbol]') ?? [])
      element.toggleAttribute('data-marked', element.dataset.symbol === marked);
  }, [marked, html]);

  useEffect(() => {
    const element = box.current;
    if (!element) return;
    // What does not fit can be scrolled, and then must be reachable by keyboard.
    const observer = new ResizeObserver(() => setOverflows(element.scrollWidth > element.clientWidth + 1));
    observer.observe(element);
    return () => observer.disconnect();
  }, [html]);

  const point = (event: PointerEvent<HTMLDivElement>) => {
    const symbol = (event.target as Element).closest<HTMLElement>('[data-symbol]');
    const name = symbol?.dataset.symbol as SymbolId | undefined;
    if (!symbol || !name) return leave();
    const [place, outer] = [symbol.getBoundingClientRect(), event.currentTarget.getBoundingClientRect()];
    setPointed(name);
    setTip({
      symbol: name,
      left: Math.max(0, Math.min(place.left - outer.left, outer.width - 240)),
      top: place.bottom - outer.top + 6,
    });
  };
  const leave = () => {
    setPointed(null);
    setTip(null);
  };

  return (
    <div className="formula">
      <div className="formula-place" onPointerOver={point} onPointerLeave={leave}>
        {html ? (
          <div
            ref={box}
            className="formula-set"
            role="img"
            aria-label={plain.join('; ')}
            tabIndex={overflows ? 0 : undefined}
            dangerouslySetInnerHTML={html}
          />
        ) : (
          <div className="formula-plain">
            {plain.map((line) => (
              <div key={line}>{line}</div>
            ))}
          </div>
        )}
        {tip && (
          <div className="tooltip formula-tip" style={{ left: tip.left, top: tip.top }}>
            {words.symbolMeanings[tip.symbol]}
          </div>
        )}
      </div>
      {typeset === 'failed' && <p className="view-note">{words.formulaFailed}</p>}
      <ul className="symbols" aria-label={words.symbols}>
        {symbols.map((symbol) => (
          <li key={symbol}>
            <button
              type="button"
              className="symbol"
              aria-pressed={pinned === symbol}
              data-marked={marked === symbol}
              title={words.symbolsHint}
              onClick={() => setPinned(pinned === symbol ? null : symbol)}
              onFocus={() => setPointed(symbol)}
              onBlur={() => setPointed(null)}
              onPointerEnter={() => setPointed(symbol)}
              onPointerLeave={() => setPointed(null)}
            >
              <SymbolSign symbol={symbol} set={set} />
              <span>{words.symbolMeanings[symbol]}</span>
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
});

function SymbolSign({ symbol, set }: { symbol: SymbolId; set: ((tex: string, display: boolean) => string) | null }) {
  const { tex, plain } = SYMBOLS[symbol];
  const html = useMemo(() => (set ? { __html: set(tex, false) } : null), [set, tex]);
  if (!html) return <span className="symbol-sign">{plain}</span>;
  return (
    <span className="symbol-sign">
      <span className="visually-hidden">{plain}</span>
      <span aria-hidden="true" dangerouslySetInnerHTML={html} />
    </span>
  );
}
