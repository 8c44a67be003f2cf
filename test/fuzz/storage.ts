/** What the browser keeps between visits, as somebody (or another program on the same host) may have changed it. */
import { rememberedBackend } from '../../src/state/backendMemory';
import { rememberedSpeeds } from '../../src/state/estimate';
import { chooseLanguage, rememberedLanguage } from '../../src/state/language';
import { initialLessons } from '../../src/state/lessons/lessonState';
import { defaultSettings } from '../../src/state/settings';
import { rememberedTour } from '../../src/state/tourProgress';
import type { FuzzTarget } from './fuzz';
import { mutateJson, mutateText } from './mutate';

type Stored = Record<string, string>;

const WHOLE: Stored = {
  'fdda-speed': '{"wasm":5200000000,"webgpu":90000000000}',
  'fdda-backend': 'wasm',
  'fdda-language': 'ja',
  'fdda-lessons': 'bits,centers',
  'fdda-tour': '3',
};

export const storageTarget: FuzzTarget<Stored> = {
  name: 'storage',
  samples: [WHOLE],
  mutate(stored, random) {
    const key = random.pick(Object.keys(stored));
    const text = stored[key];
    const changed = text.startsWith('{') && random.chance(0.7) ? mutateJson(text, random) : mutateText(text, random);
    return { ...stored, [key]: changed };
  },
  size: (stored) => JSON.stringify(stored).length,
  read(stored) {
    const held = globalThis.localStorage as Storage | undefined;
    Object.defineProperty(globalThis, 'localStorage', {
      configurable: true,
      value: { getItem: (key: string) => (Object.hasOwn(stored, key) ? stored[key] : null) },
    });
    try {
      for (const speed of Object.values(rememberedSpeeds())) {
        if (!(typeof speed === 'number' && speed > 0 && Number.isFinite(speed))) throw new Error(`a speed is ${speed}`);
      }
      rememberedBackend();
      chooseLanguage({ asked: null, remembered: rememberedLanguage(), preferred: [] });
      const { step } = rememberedTour(7);
      if (!(Number.isInteger(step) && step >= 0 && step < 7)) throw new Error(`the tour's step is ${step}`);
      initialLessons(null, defaultSettings());
    } finally {
      Object.defineProperty(globalThis, 'localStorage', { configurable: true, value: held });
    }
  },
  isRefusal: () => false,
};
