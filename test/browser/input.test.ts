import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { launch } from './chromium';
import { Playground } from './playground';

const QUICK = 'without=webgpu,webgl,cpu&observation-per-class=2&test-images=20&generator-steps=1&student-steps=0';

let browser: Browser;
let playground: Playground;
beforeAll(async () => {
  browser = await launch({ webgpu: 'off' });
});
afterEach(() => playground?.close());
afterAll(() => browser?.close());

describe('bad input', () => {
  it('in the address is ignored or held to its range, with a note that can be dismissed', async () => {
    playground = await Playground.open(browser, {
      query: `${QUICK}&weight-bits=99&generator-batch=many&colour=green&backend=abacus`,
    });
    const note = playground.page.getByRole('alert').filter({ hasText: 'not taken exactly as written' });
    await note.waitFor();
    const words = await note.innerText();
    for (const part of ['weight-bits', '99', 'generator-batch', 'many', 'colour', 'abacus'])
      expect(words).toContain(part);
    await playground.ready();
    // In a group that may be folded up.
    expect(await playground.page.getByRole('slider', { name: 'Bits a weight', includeHidden: true }).inputValue()).toBe(
      '8',
    );
    await playground.button('Dismiss').click();
    expect(await note.count()).toBe(0);
    await playground.button('Play').click();
    await playground.untilStatus(/^Finished/, 60);
    playground.expectNoErrors();
  });

  it('a file that is no network says what is wrong with it; the run that was there plays on', async () => {
    playground = await Playground.open(browser, { query: QUICK });
    await playground.ready();
    const network = await playground.page.locator('.network-name strong').innerText();
    await playground.button('Step').click();
    await playground.untilStatus(/^Paused/, 20);
    const choose = (name: string, text: string) =>
      playground.page
        .locator('input[type=file]')
        .first()
        .setInputFiles({ name, mimeType: 'application/json', buffer: Buffer.from(text) });
    const alert = playground.page.getByRole('alert');

    await choose('broken.json', '{ "modelTopology": ');
    await alert.filter({ hasText: 'broken.json is not valid JSON' }).waitFor();
    expect(await playground.untilStatus(/^Paused/, 10)).toBe('Paused: quantizing');
    // One that is a network, of a kind that cannot be used: the operation is named.
    await choose(
      'lambda.json',
      JSON.stringify({
        modelTopology: {
          class_name: 'Sequential',
          config: [
            { class_name: 'InputLayer', config: { name: 'in', batch_input_shape: [null, 32, 32, 3] } },
            { class_name: 'LSTM', config: { name: 'memory', units: 3 } },
          ],
        },
        weightsManifest: [],
      }),
    );
    await alert.filter({ hasText: 'LSTM' }).waitFor();
    expect(await playground.page.locator('.network-name strong').innerText()).toBe(network);
    await playground.button('Play').click();
    await playground.untilStatus(/^Finished/, 60);
    expect((await playground.accuracies())['Full precision']).not.toBeNull();
    playground.expectNoErrors();
  });
});

describe('a phone', () => {
  it('390 px wide has no horizontal scrolling, before and after a run', async () => {
    playground = await Playground.open(browser, { query: QUICK, width: 390, height: 780 });
    const overflow = () =>
      playground.page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
    expect(await overflow()).toBe(0);
    await playground.ready();
    expect(await overflow()).toBe(0);
    await playground.button('Play').click();
    await playground.untilStatus(/^Finished/, 60);
    expect(await overflow()).toBe(0);
    await playground.button('Show settings').click();
    await playground.button('Hide settings').waitFor();
    expect(await overflow()).toBe(0);
  });
});
