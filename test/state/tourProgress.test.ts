import { afterEach, describe, expect, it, vi } from 'vitest';
import { rememberedTour, rememberTour } from '../../src/state/tourProgress';

afterEach(() => vi.unstubAllGlobals());

describe('the tour', () => {
  it('is offered to who has not seen it, and goes on where it was left', () => {
    const kept = new Map<string, string>();
    vi.stubGlobal('localStorage', {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, value: string) => kept.set(key, value),
    });
    expect(rememberedTour(9)).toEqual({ step: 0, known: false });
    rememberTour(4);
    expect(rememberedTour(9)).toEqual({ step: 4, known: true });
    // There were more steps once.
    expect(rememberedTour(3)).toEqual({ step: 0, known: true });
    rememberTour(null);
    expect(rememberedTour(9)).toEqual({ step: 0, known: true });
  });

  it('begins at the start where nothing can be stored', () => {
    vi.stubGlobal('localStorage', {
      getItem: () => {
        throw new Error('refused');
      },
      setItem: () => {
        throw new Error('refused');
      },
    });
    expect(() => rememberTour(3)).not.toThrow();
    expect(rememberedTour(9)).toEqual({ step: 0, known: false });
  });
});
