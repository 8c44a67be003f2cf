import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import type { LessonId } from '../../src/state/lessons/lessons';
import { createFormat } from '../../src/ui/format';
import { en } from '../../src/ui/words/en';
import { launch } from './chromium';
import { Playground } from './playground';
import { describeLong, describeShort, it, itLong } from '../when';

const WASM = 'without=webgpu,webgl,cpu';
/**
 * Makes each run of a lesson last some seconds; what they find is then mostly chance, which is for the checks to say.
 */
const SHORT = `${WASM}&observation-per-class=4&test-images=60&generator-steps=3&student-steps=3`;
const { percent } = createFormat(en.units);

let browser: Browser;
let playground: Playground;
beforeAll(async () => {
  browser = await launch({ webgpu: 'off' });
});
afterEach(() => playground?.close());
afterAll(() => browser?.close());

const bar = () => playground.region(en.lessons.region);
const press = (key: string) => playground.page.keyboard.press(key);
const focused = () => playground.page.evaluate(() => (document.activeElement as HTMLElement).innerText.trim());
const overflow = () =>
  playground.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

/** Tab until the focus is on something that says `text`. */
async function tabTo(text: string): Promise<void> {
  for (let i = 0; i < 60; i++) {
    await press('Tab');
    if ((await focused()).startsWith(text)) return;
  }
  throw new Error(`Tab does not come to “${text}”.`);
}

/** Plays all runs of the lesson; the accuracies that each of them ended with. */
async function playAll(id: LessonId, prediction: string): Promise<Record<string, number | null>[]> {
  playground = await Playground.open(browser, { query: `${SHORT}&lesson=${id}` });
  const { choices, runs } = en.lessons.list[id];
  await bar().getByRole('radio', { name: choices[prediction] }).check();
  const measured: Record<string, number | null>[] = [];
  for (const [run, name] of runs.entries()) {
    await bar()
      .getByRole('button', { name: en.lessons.play(name), exact: true })
      .click();
    const last = run === runs.length - 1;
    await bar()
      .getByRole('button', { name: last ? en.lessons.repeat : en.lessons.play(runs[run + 1]), exact: true })
      .and(playground.page.locator(':enabled'))
      .waitFor({ timeout: 120_000 });
    measured.push(await playground.accuracies());
  }
  playground.expectNoErrors();
  return measured;
}

/** The outcome on the page is a choice of the lesson, or that the numbers do not decide. */
async function outcome(id: LessonId): Promise<string> {
  const text = (await bar().locator('.lesson-outcome').innerText()).replace(/\s+/g, ' ');
  const { question, choices } = en.lessons.list[id];
  const answers = [
    ...Object.values(choices).map((choice) => en.lessons.verdict.answer(question, choice)),
    en.lessons.verdict.unclear,
  ];
  expect(answers.filter((answer) => text.startsWith(answer))).toHaveLength(1);
  return text;
}

describeLong('each lesson is checked by its own runs', () => {
  const trained = async (id: 'firstLast' | 'perTensor') => {
    const [untrained, fdda] = await playAll(id, 'second');
    expect(untrained.FDDA).toBeNull();
    const text = await outcome(id);
    for (const accuracy of [untrained['PTQ only'], fdda.FDDA, fdda['PTQ only']])
      expect(text).toContain(percent(accuracy!));
  };
  itLong('firstLast', () => trained('firstLast'));
  itLong('perTensor', () => trained('perTensor'));

  itLong('images', async () => {
    const runs = await playAll('images', 'first');
    const text = await outcome('images');
    for (const run of runs)
      for (const name of ['Calibration only', 'FDDA']) expect(text).toContain(percent(run[name]!));
  });

  itLong('unreliable', async () => {
    const runs = await playAll('unreliable', 'same');
    const text = await outcome('unreliable');
    const marked = await playground
      .region('Synthetic images')
      .getByText(en.views.images.unreliable, { exact: true })
      .count();
    expect(marked).toBeGreaterThan(0);
    expect(text).toContain(`${marked} of 10 classes are unreliable`);
    for (const run of runs) expect(text).toContain(percent(run.FDDA!));
  });

  itLong('reach', async () => {
    const [fdda, plus] = await playAll('reach', 'second');
    const text = await outcome('reach');
    expect(text).toMatch(/FDDA: \d+ of 10 classes; FDDA\+: \d+\./);
    expect(text).toContain(`${percent(fdda.FDDA!)} with FDDA, ${percent(plus['FDDA+']!)} with FDDA+`);
  });

  itLong('collapse', async () => {
    await playAll('collapse', 'same');
    // Three steps change nothing that could be called a collapse.
    const { question, choices } = en.lessons.list.collapse;
    const text = await outcome('collapse');
    expect(text).toContain(`${en.lessons.verdict.answer(question, choices.same)} ${en.lessons.verdict.right}`);
    expect(text).toMatch(/Spread with the term [\d.]+, without it [\d.]+ .* real images [\d.]+\./);
    // All lessons that were done are marked, also at the next visit.
    await playground.page.reload();
    await playground.button('Lessons 1/7').click();
    const done = playground.page.getByRole('dialog').getByText(en.lessons.done, { exact: true });
    await done.first().waitFor();
    expect(await done.count()).toBe(1);
  });
});

describeShort('by keyboard alone', () => {
  it('a lesson is found, predicted, played and left', async () => {
    playground = await Playground.open(browser, { query: `${WASM}&weight-bits=5` });
    await playground.ready();
    await tabTo(en.lessons.open);
    await press('Enter');
    await playground.page.getByRole('dialog').waitFor();
    await tabTo(en.lessons.start);
    await press('Enter');
    const { title, choices, runs } = en.lessons.list.layers;
    await playground.until(focused, (text) => text.startsWith(title), 10, 'the focus on the lesson');
    expect(await playground.region('Separation and incohesion').innerText()).toContain(en.lessons.covered);
    await press('Tab');
    await press('ArrowDown');
    await press('ArrowDown');
    expect(await bar().getByRole('radio', { name: choices.late }).isChecked()).toBe(true);
    expect(await playground.region('Separation and incohesion').innerText()).not.toContain(en.lessons.covered);
    await tabTo(en.lessons.play(runs[0]));
    await press('Enter');
    // The real thing, unshortened: the bundled network separates its classes late.
    await bar().locator('.lesson-outcome').waitFor({ timeout: 180_000 });
    const text = await outcome('layers');
    expect(text).toContain(en.lessons.verdict.right);
    expect(text).toMatch(/It is layer \d+ of 15: \d+\.\d % of 200 real images/);
    await tabTo(en.lessons.leave);
    await press('Enter');
    await bar().waitFor({ state: 'detached' });
    expect(await focused()).toMatch(/^Lessons/);
    expect(await playground.page.getByRole('slider', { name: 'Bits a weight', includeHidden: true }).inputValue()).toBe(
      '5',
    );
    playground.expectNoErrors();
  });

  it('the tour is taken, left, and gone on with', async () => {
    playground = await Playground.open(browser, { query: WASM });
    const dialog = playground.page.getByRole('dialog');
    const stop = (title: string) => playground.page.getByRole('dialog', { name: title }).waitFor();
    const { steps } = en.tour;
    await tabTo(en.tour.take);
    await press('Enter');
    await stop(steps.play.title);
    await press('ArrowRight');
    await stop(steps.controls.title);
    await press('Enter');
    await stop(steps.centers.title);
    await press('ArrowLeft');
    await stop(steps.controls.title);
    await press('Escape');
    await dialog.waitFor({ state: 'detached' });
    expect(await focused()).toBe(en.tour.open);

    await playground.page.reload();
    await playground.button(en.tour.open).waitFor();
    expect(await playground.page.getByText(en.tour.invite).count()).toBe(0);
    await tabTo(en.tour.open);
    await press('Enter');
    await stop(steps.controls.title);
    for (const { title } of Object.values(steps).slice(2)) {
      await press('ArrowRight');
      await stop(title);
    }
    await press('Enter');
    await dialog.waitFor({ state: 'detached' });
    // Seen to the end: it begins anew.
    await press('Enter');
    await stop(steps.play.title);
    playground.expectNoErrors();
  });
});

describeShort('390 px wide', () => {
  /** The words of a stop are shown, all of them in the window. */
  async function stopInWindow(title: string): Promise<void> {
    const dialog = playground.page.getByRole('dialog', { name: title });
    await dialog.waitFor();
    await playground.until(
      () => dialog.boundingBox(),
      (box) => box !== null && box.x >= 0 && box.x + box.width <= 390 && box.y >= 0 && box.y + box.height <= 780,
      10,
      `the words of “${title}” in the window`,
    );
  }

  it('the tour shows its stops and nothing scrolls sideways, in a lesson neither', async () => {
    playground = await Playground.open(browser, { query: `${SHORT}&lesson=layers`, width: 390, height: 780 });
    await bar().waitFor();
    expect(await overflow()).toBe(0);
    await playground.button(en.tour.open).click();
    for (const { title } of Object.values(en.tour.steps)) {
      await stopInWindow(title);
      await press('ArrowRight');
    }
    await playground.page.getByRole('dialog').waitFor({ state: 'detached' });
    await playground.page.getByRole('button', { name: /^Lessons/ }).click();
    await playground.page.getByRole('dialog').waitFor();
    expect(await overflow()).toBe(0);
  });

  it('the tour shows a stop also to those who go on while the page still scrolls', async () => {
    playground = await Playground.open(browser, { query: WASM, width: 390, height: 780 });
    const { separation, losses } = en.tour.steps;
    const titles = Object.values(en.tour.steps).map(({ title }) => title);
    await playground.button(en.tour.open).click();
    for (const title of titles.slice(0, titles.indexOf(separation.title))) {
      await stopInWindow(title);
      await press('ArrowRight');
    }
    await stopInWindow(separation.title);
    await playground.page.waitForTimeout(1000);
    // The images are further up: their stop scrolls there, past that of the losses, which is in the window meanwhile.
    // The second key comes from within the page, where it cannot come too late.
    await playground.region(en.views.losses.title).evaluate((element) => {
      const press = () =>
        document.activeElement?.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowRight', bubbles: true }));
      const look = () => (element.getBoundingClientRect().top > 0 ? press() : requestAnimationFrame(look));
      press();
      look();
    });
    // Until the scrolling is over: it must not have carried the stop away.
    await playground.page.waitForTimeout(1500);
    await stopInWindow(losses.title);
  });
});
