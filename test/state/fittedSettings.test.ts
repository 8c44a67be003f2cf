import { describe, expect, it } from 'vitest';
import { settingsAfter } from '../../src/state/fittedSettings';
import { defaultSettings } from '../../src/state/settings';

const asked = { ...defaultSettings(), generatorBatch: 16, generatorChannels: 64 };
const chosen = { generatorBatch: 4, generatorChannels: 32 };
const start = { settings: asked, applied: asked, fitted: null };

describe('settings that are chosen for large images', () => {
  it('are the run’s and the controls’, and go with the images', () => {
    const after = settingsAfter(start, asked, { fitted: chosen, bundled: false });
    expect(after.settings).toEqual({ ...asked, ...chosen });
    expect(after.applied).toEqual(after.settings);
    // Another network of large images: nothing more to change.
    const still = settingsAfter(after, after.settings, { bundled: false });
    expect(still).toEqual(after);
    const back = settingsAfter(still, still.settings, { bundled: true });
    expect(back.settings).toEqual(asked);
    // The run was made with the others: that they differ has it made anew.
    expect(back.applied).toEqual({ ...asked, ...chosen });
    expect(back.fitted).toBeNull();
  });

  it('leave what the user changed, before and after', () => {
    const meanwhile = { ...start, settings: { ...asked, generatorBatch: 8 } };
    const after = settingsAfter(meanwhile, asked, { fitted: chosen, bundled: false });
    expect(after.settings).toMatchObject({ generatorBatch: 8, generatorChannels: 32 });
    expect(after.applied).toMatchObject(chosen);
    const changed = { ...after, settings: { ...after.settings, generatorChannels: 48 } };
    expect(settingsAfter(changed, changed.settings, { bundled: true }).settings).toMatchObject({
      generatorBatch: 8,
      generatorChannels: 48,
    });
  });

  it('that are chosen twice go back to what was first', () => {
    const once = settingsAfter(start, asked, { fitted: chosen, bundled: false });
    const twice = settingsAfter(once, once.settings, { fitted: { generatorBatch: 2 }, bundled: false });
    expect(twice.settings).toMatchObject({ generatorBatch: 2, generatorChannels: 32 });
    expect(settingsAfter(twice, twice.settings, { bundled: true }).settings).toEqual(asked);
  });
});
