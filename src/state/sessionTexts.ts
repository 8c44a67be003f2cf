/** What the page puts into a saved session, as texts by name, and how it reads them. */
import { decodeRight, encodeRight } from '../engine/evaluation/rightAnswers';
import type { RowId } from '../engine/runReport';
import type { RunSettings } from '../engine/runSettings';
import type { Measured } from './compare/measured';
import { MAX_RESULTS, type Result } from './compare/results';
import { ROW_IDS } from './history';
import { Field } from './recording/checks';
import { LIMITS, type Recording } from './recording/format';
import { readRecording, readSettings } from './recording/read';
import { BACKENDS } from './shareLink';

const SETTINGS_FILE = 'settings.json';
const RESULTS_FILE = 'results.json';
const RUN_FILE = 'run.json';

export interface SessionPage {
  settings: RunSettings;
  results: readonly Result[];
  /** The run that was on the page. */
  recording: Recording | null;
}

/** @param run the recorded run as its file's text; null: there is none */
export function writeSessionTexts(
  settings: RunSettings,
  results: readonly Result[],
  run: string | null,
): Record<string, string> {
  return {
    [SETTINGS_FILE]: JSON.stringify(settings),
    [RESULTS_FILE]: JSON.stringify(results.map(written)),
    ...(run === null ? {} : { [RUN_FILE]: run }),
  };
}

/** @throws RecordingError that names the text and the place in it */
export async function readSessionTexts(texts: Readonly<Record<string, string>>): Promise<SessionPage> {
  const parsed = (name: string): Field => {
    const field = new Field(texts[name], name);
    try {
      return new Field(JSON.parse(field.text(LIMITS.fileBytes)), name);
    } catch {
      return field.fail('type');
    }
  };
  const settings = readSettings(parsed(SETTINGS_FILE));
  const results = parsed(RESULTS_FILE).items({ most: MAX_RESULTS }).map(readResult);
  const run = texts[RUN_FILE];
  return { settings, results, recording: run === undefined ? null : await readRecording(run) };
}

function written({ accuracy, ...rest }: Result) {
  return {
    ...rest,
    accuracy: Object.fromEntries(
      Object.entries(accuracy).map(([id, { accuracy: share, right, test, ...counts }]) => [
        id,
        {
          ...counts,
          accuracy: share,
          right: right && encodeRight(right),
          test: test && { ...test, labels: test.labels && Array.from(test.labels) },
        },
      ]),
    ),
  };
}

function readResult(field: Field, index: number): Result {
  const accuracy: Partial<Record<RowId, Measured>> = {};
  const rows = field.get('accuracy');
  for (const id of ROW_IDS) if (rows.has(id)) accuracy[id] = readMeasured(rows.get(id));
  const backend = field.get('backend');
  return {
    number: field.get('number').integer(1, 1e6),
    // Runs of this visit count from 1: none of them is meant.
    run: -1 - index,
    settings: readSettings(field.get('settings')),
    networkName: field.get('networkName').text(LIMITS.text),
    network: field.get('network').text(1e6),
    backend: backend.isNull ? null : backend.oneOf(BACKENDS),
    accuracy,
    seconds: field.get('seconds').number(0, 1e9),
    changedMidway: field.get('changedMidway').boolean(),
  };
}

/** Most test images of one run. */
const MOST_IMAGES = 1e6;

function readMeasured(field: Field): Measured {
  const n = field.get('n').integer(1, MOST_IMAGES);
  const [right, test] = [field.get('right'), field.get('test')];
  return {
    accuracy: field.get('accuracy').number(0, 1),
    correct: field.get('correct').integer(0, n),
    n,
    right: right.isNull ? null : readRight(right, n),
    test: test.isNull
      ? null
      : {
          labels: test.get('labels').isNull
            ? null
            : Uint16Array.from(
                test
                  .get('labels')
                  .items({ length: n })
                  .map((each) => each.integer(0, 65535)),
              ),
          inputShape: test
            .get('inputShape')
            .items({ length: 3 })
            .map((each) => each.integer(1, 4096)),
          classNames: test
            .get('classNames')
            .items({ most: 65535 })
            .map((each) => each.text(1000)),
        },
    ...(field.has('rateCap') ? { rateCap: field.get('rateCap').number(0) } : {}),
  };
}

function readRight(field: Field, n: number) {
  try {
    return decodeRight(field.text(MOST_IMAGES), n);
  } catch {
    return field.fail('packed');
  }
}
