import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

const root = path.resolve(import.meta.dirname, '..');
const PAGES = ['README.md', 'CONTRIBUTING.md', ...readdirSync(path.join(root, 'docs')).map((name) => `docs/${name}`)]
  .filter((name) => name.endsWith('.md'))
  .sort();

const read = (page: string) => readFileSync(path.join(root, page), 'utf8');

/** The text outside of code. */
const prose = (text: string) => text.replace(/^```[^]*?^```/gm, '').replace(/`[^`\n]*`/g, '');

/** The anchors of a page's headings, as GitHub makes them. */
function anchorsOf(text: string): Set<string> {
  const anchors = new Set<string>();
  for (const [, heading] of text.replace(/^```[^]*?^```/gm, '').matchAll(/^#+ +(.*)$/gm)) {
    const slug = heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replace(/ /g, '-');
    let anchor = slug;
    for (let n = 1; anchors.has(anchor); n++) anchor = `${slug}-${n}`;
    anchors.add(anchor);
  }
  return anchors;
}

/** Links of a page that lead nowhere; those to other sites are not followed. */
function deadLinks(page: string, text: string): string[] {
  return [...prose(text).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, link]) => link)
    .filter((link) => !/^[a-z]+:/.test(link))
    .filter((link) => {
      const [target, anchor] = link.split('#');
      const file = target === '' ? page : path.posix.join(path.posix.dirname(page), target);
      if (file !== page && !existsSync(path.join(root, file))) return true;
      return anchor !== undefined && !anchorsOf(file === page ? text : read(file)).has(anchor);
    });
}

describe('the documentation', () => {
  it('has a README of at most 120 lines', () => {
    expect(read('README.md').trimEnd().split('\n').length).toBeLessThanOrEqual(120);
  });

  it.each(PAGES)('%s has no dead link', (page) => {
    expect(deadLinks(page, read(page))).toEqual([]);
  });

  it('lists every page', () => {
    const links = [...read('docs/README.md').matchAll(/\]\(([^)#\s]+)\)/g)].map(([, link]) => `docs/${link}`);
    for (const page of PAGES.filter((each) => each.startsWith('docs/') && each !== 'docs/README.md')) {
      expect(links).toContain(page);
    }
  });

  it('names scripts that there are', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const named = PAGES.flatMap((page) => [...read(page).matchAll(/npm run ([\w:]+)/g)].map(([, script]) => script));
    expect(named.length).toBeGreaterThan(10);
    expect(named.filter((script) => !(script in scripts))).toEqual([]);
  });

  it('would notice a dead link', () => {
    const text =
      '# A b+: c\n[1](nowhere.md) [2](#a-b-c) [3](#d) [4](experiments.md#data-and-network) [5](results.md#x)\n';
    expect(deadLinks('docs/made-up.md', `${text}\`[6](code.md)\` [7](https://example.org/x)`)).toEqual([
      'nowhere.md',
      '#d',
      'results.md#x',
    ]);
  });
});
