import { TERMS, type RunSettings, type TermName } from '../runSettings';
import { calibration } from './calibration';
import { centralized } from './centralized';
import { distorted } from './distorted';
import { fdda } from './fdda';
import { fddaPlus } from './fddaPlus';
import { METHOD_IDS, type MethodId } from './ids';
import { BASE, SWITCHES, type Method } from './method';
import { zeroShot } from './zeroShot';

export { METHOD_IDS, type MethodId };

/**
 * What each method sets. All of them are subsets of one run's terms and switches, never separate code. Knows no tfjs:
 * page and engine share it.
 */
export const METHODS = { calibration, zeroShot, centralized, distorted, fdda, fddaPlus } as const satisfies Record<
  MethodId,
  Method
>;

/** The settings' key of a term's switch. */
export const enabledKey = <Term extends TermName>(term: Term) => `${term}Enabled` as const;
/** The settings' key of a term's weight. */
export const weightKey = <Term extends TermName>(term: Term) => `${term}Weight` as const;

const methodOfId = (id: MethodId): Method => METHODS[id];

/** Whether the student learns from synthetic images as well, so that there is a generator. */
export const hasGenerator = (settings: RunSettings): boolean =>
  settings.syntheticBatch > 0 && TERMS.some((term) => settings[enabledKey(term)]);

/** Whether every switch is as the method has it. */
const hasSwitches = (settings: RunSettings, { switches }: Method): boolean =>
  SWITCHES.every((key) => settings[key] === (switches?.[key] ?? BASE[key]));

/** The method all of whose switches are on, whatever the terms are; null: none. */
export const switchedMethod = (settings: RunSettings): MethodId | null =>
  METHOD_IDS.find((id) => methodOfId(id).switches !== undefined && hasSwitches(settings, methodOfId(id))) ?? null;

/**
 * `settings` as the method has them. What other methods set goes back to `BASE`: their switches always, the values that
 * came with them where they are still there. The number of steps stays.
 */
export function applyMethod(settings: RunSettings, id: MethodId): RunSettings {
  const method = methodOfId(id);
  const next: RunSettings = { ...settings };
  for (const term of TERMS) next[enabledKey(term)] = method.terms.includes(term);
  if (method.terms.length === 0) next.syntheticBatch = 0;
  else if (next.syntheticBatch === 0) next.syntheticBatch = BASE.syntheticBatch;
  const left = switchedMethod(settings);
  const values = Object.entries(left === null ? {} : (methodOfId(left).values ?? {})).flatMap(([key, value]) =>
    settings[key as keyof RunSettings] === value ? [[key, BASE[key as keyof typeof BASE]]] : [],
  );
  const off = SWITCHES.map((key) => [key, BASE[key]]);
  return { ...next, ...Object.fromEntries([...values, ...off]), ...method.switches, ...method.values };
}

/** The method that these settings are, or 'custom' for a combination that has no name. */
export function methodOf(settings: RunSettings): MethodId | 'custom' {
  if (!hasGenerator(settings)) return 'calibration';
  const terms = TERMS.filter((term) => settings[enabledKey(term)]);
  return (
    METHOD_IDS.find((id) => {
      const method = methodOfId(id);
      return (
        method.terms.length === terms.length &&
        terms.every((term) => method.terms.includes(term)) &&
        hasSwitches(settings, method)
      );
    }) ?? 'custom'
  );
}
