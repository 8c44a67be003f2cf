import type { Browser, Locator } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect } from 'vitest';
import { en } from '../../src/ui/words/en';
import { launch } from './chromium';
import { Playground } from './playground';
import { it, itLong } from '../when';

/** Only wasm, so that no time goes into trying what is not wanted. */
const QUERY = 'without=webgpu,webgl,cpu&generator-steps=6&student-steps=4&test-images=100&observation-per-class=4';
const SECTIONS = ['lacks', 'statistics', 'depth', 'centralized', 'distorted', 'gain'] as const;
const words = en.argument;

let browser: Browser;
let playground: Playground;
beforeAll(async () => {
  browser = await launch({ webgpu: 'off' });
});
afterEach(() => playground?.close());
afterAll(() => browser?.close());

/** Scrolls to a section and waits until its formula is typeset. */
async function section(name: (typeof SECTIONS)[number]): Promise<Locator> {
  const place = playground.region(words[name].title);
  await place.scrollIntoViewIfNeeded();
  await place.locator('.formula-set .katex').first().waitFor();
  return place;
}

describe('the article', () => {
  it('loads neither figures nor KaTeX before the reader comes near', async () => {
    playground = await Playground.open(browser, { query: QUERY });
    await playground.ready();
    const loaded = () =>
      playground.page.evaluate<string[]>(
        `performance.getEntriesByType('resource').map(({ name }) => name).filter((name) => /typeset|KaTeX/.test(name))`,
      );
    expect(await loaded()).toEqual([]);
    expect(await playground.page.locator('.argument-drawing > *').count()).toBe(0);
    // The text is there all the same, and the formulas in plain signs.
    expect(await playground.region(words.centralized.title).innerText()).toContain(words.formulas.centralized[0]);
    await section('lacks');
    const names = await loaded();
    expect(names.some((name) => /typeset-[\w-]+\.js/.test(name))).toBe(true);
    expect(names.filter((name) => /\.(woff|ttf)$/.test(name))).toEqual([]);
    playground.expectNoErrors();
  });

  it('has a figure, a typeset formula and a question with its answer in each section, before a run', async () => {
    playground = await Playground.open(browser, { query: QUERY });
    await playground.ready();
    for (const name of SECTIONS) {
      const place = await section(name);
      const figure = place.getByRole('figure', { name: words[name].figure, exact: true });
      await figure.locator('.argument-drawing > *').first().waitFor();
      expect(await figure.innerText()).toContain(words[name].caption);
      expect(
        await place
          .getByRole('img', {
            name: words.formulas[
              (
                {
                  lacks: 'quantizer',
                  statistics: 'statistics',
                  depth: 'silhouette',
                  centralized: 'centralized',
                  distorted: 'distorted',
                  gain: 'student',
                } as const
              )[name]
            ].join('; '),
            exact: true,
          })
          .count(),
      ).toBe(1);
      const answer = name === 'depth' ? /layer \d+/ : words[name].answer;
      expect(
        await place
          .getByText(answer)
          .filter({ visible: true })
          .locator('xpath=self::*[parent::*[contains(@class, "question-answer")]]')
          .count(),
      ).toBe(0);
      await place.getByRole('button', { name: words.showAnswer, exact: true }).click();
      expect(await place.locator('.question-answer').innerText()).toMatch(answer);
      await place.getByRole('button', { name: words.hideAnswer, exact: true }).click();
      expect(await place.locator('.question-answer').isVisible()).toBe(false);
    }
    playground.expectNoErrors();
  });

  it('explains symbols to pointer and keyboard', async () => {
    playground = await Playground.open(browser, { query: QUERY });
    const place = await section('distorted');
    const noise = place.getByRole('button', { name: words.symbolMeanings.noise });
    const marked = place.locator('.formula-set [data-marked]');
    expect(await marked.count()).toBe(0);
    await noise.focus();
    await playground.until(
      () => marked.count(),
      (count) => count === 3,
      5,
      'three places of the noise',
    );
    await playground.page.keyboard.press('Enter');
    expect(await noise.getAttribute('aria-pressed')).toBe('true');
    await place.locator('.formula-set [data-symbol="startLayer"]').first().hover();
    await place.locator('.formula-tip').getByText(words.symbolMeanings.startLayer).waitFor();
    expect(await place.getByRole('button', { name: words.symbolMeanings.startLayer }).getAttribute('data-marked')).toBe(
      'true',
    );
  });

  it('shows that shuffled pixels have the same statistics', async () => {
    playground = await Playground.open(browser, { query: QUERY });
    await playground.ready();
    const place = await section('statistics');
    const numbers = () =>
      place.locator('.channel data').evaluateAll((all) => all.map((each) => each.getAttribute('value')));
    const picture = () =>
      place
        .locator('.channel canvas')
        .first()
        .evaluate((canvas) => (canvas as HTMLCanvasElement).toDataURL());
    await place.locator('.channel data').first().waitFor();
    const [before, image] = [await numbers(), await picture()];
    expect(before).toHaveLength(6);
    await place.getByRole('button', { name: words.statistics.shuffle, exact: true }).click();
    await playground.until(picture, (now) => now !== image, 5, 'a shuffled picture');
    expect(await numbers()).toEqual(before);
    // Another class, chosen here, is chosen above as well.
    await place.getByRole('group', { name: words.chooseClass }).getByRole('button').nth(3).click();
    await playground.until(numbers, (now) => now.join() !== before.join(), 5, 'the statistics of another image');
    expect(
      await playground.region(en.views.images.title).locator('.image-row').nth(3).getAttribute('aria-pressed'),
    ).toBe('true');
  });

  itLong('sets the page up for a question, runs it, and puts the settings back', async () => {
    playground = await Playground.open(browser, { query: QUERY });
    await playground.ready();
    const depth = await section('depth');
    await depth.getByRole('button', { name: words.depth.setups.first, exact: true }).click();
    expect(await playground.region(en.views.centers.title).getByRole('combobox').inputValue()).toBe('0');

    const place = await section('centralized');
    const figure = place.getByRole('figure');
    await place.getByRole('button', { name: words.centralized.setups.off, exact: true }).click();
    const changes = place.locator('.question-changes');
    expect(await changes.innerText()).toContain(`${en.settings.distortedEnabled.label} off`);
    const distorted = playground.page.getByRole('switch', { name: en.terms.distorted.name, exact: true });
    expect(await distorted.isChecked()).toBe(false);
    await changes.getByRole('button', { name: words.play, exact: true }).click();
    await playground.untilStatus(/^Finished/, 150);
    // One dot a line and recorded step, and the sentence that counts classes.
    await playground.until(
      () => figure.locator('svg circle').count(),
      (count) => count >= 4,
      10,
      'distances over steps',
    );
    expect(await figure.innerText()).toMatch(/At layer 1, \d+ of 10 synthetic batches/);
    await changes.getByRole('button', { name: words.startOver, exact: true }).waitFor();
    await changes.getByRole('button', { name: words.putBack, exact: true }).click();
    expect(await distorted.isChecked()).toBe(true);

    const gain = await section('gain');
    const accuracies = await playground.accuracies();
    const cells = await gain
      .locator('tbody tr')
      .evaluateAll((rows) =>
        rows.map((row) => [...row.querySelectorAll('data')].map((cell) => Number(cell.getAttribute('value')))),
      );
    expect(cells.map(([accuracy]) => accuracy)).toEqual(Object.values(accuracies));
    for (const [accuracy, error] of cells) expect(error).toBeCloseTo(Math.sqrt((accuracy * (1 - accuracy)) / 100), 8);
    playground.expectNoErrors();
  });

  itLong('fits a phone', async () => {
    playground = await Playground.open(browser, { query: QUERY, width: 390, height: 800 });
    await playground.ready();
    for (const name of SECTIONS) {
      const place = await section(name);
      expect(await place.evaluate((element) => element.scrollWidth - element.clientWidth), name).toBeLessThanOrEqual(0);
    }
    expect(await playground.page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBe(0);
  });
});
