import katex from 'katex';
import 'katex/dist/katex-swap.min.css';

/**
 * TeX -> markup of a formula, for the eye only. `\sym{id}{...}` becomes an element with `data-symbol="id"`.
 * A module of its own, so that KaTeX and its styles are loaded only when a formula comes near.
 */
export function typeset(tex: string, display: boolean): string {
  return katex.renderToString(tex, {
    displayMode: display,
    output: 'html',
    macros: { '\\sym': '\\htmlData{symbol=#1}{#2}' },
    // The one command that is used beyond TeX; the text comes from this program, never from a visitor.
    trust: ({ command }) => command === '\\htmlData',
    strict: (code: string) => (code === 'htmlExtension' ? 'ignore' : 'error'),
  });
}
