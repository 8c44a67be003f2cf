import type { FieldFault, RecordingProblem } from '../../state/recording/checks';

const faults: Record<FieldFault, string> = {
  missing: 'is missing',
  type: 'is of the wrong type',
  range: 'has a value that is not allowed',
  length: 'has the wrong length',
  packed: 'cannot be unpacked',
  contradiction: 'contradicts the rest of the file',
};

/** Recorded runs: what is shown, what cannot be opened, and playing the timeline. */
export const enRecorded = {
  recorded: {
    region: 'Recorded run',
    badge: 'Recorded run',
    shipped: (network: string, dataset: string, backend: string, seed: string) =>
      `Not computed just now: ${network} on ${dataset}, seed ${seed}, run earlier with this program on ${backend}. Press Play to run it here.`,
    elsewhere: (network: string, dataset: string, backend: string, seed: string) =>
      `Not computed just now: ${network} on ${dataset}, seed ${seed}, run earlier with this program on ${backend}. To run it here, open that network and its images under “Data”.`,
    withheld: 'The photographs are not in the recording; what was computed of them is.',
    photographs: 'See a run on photographs',
    file: (name: string, network: string, date: string, backend: string, seed: string) =>
      `From the file ${name}: ${network}, seed ${seed}, run on ${backend}, saved on ${date}.`,
    unfinished: 'It was saved before its end.',
    versions: (playground: string, tfjs: string) => `Playground ${playground}, TensorFlow.js ${tfjs}`,
    differs: (list: string) => `Recorded with other settings than yours: ${list}.`,
    difference: (label: string, recorded: string, yours: string) => `${label} ${recorded} (yours ${yours})`,
    more: (count: string) => `and ${count} more`,
    back: 'Back to your own run',
    end: 'End',
    backToEnd: 'To the end of the recorded run',
    agreement: {
      same: 'Same as recorded',
      alike: 'Same as recorded, as far as can be told: the recording has no hash',
      loss: {
        generator: (arm: string, step: string) =>
          `Differs from the recording, first at generator step ${step} (${arm}).`,
        student: (arm: string, step: string) => `Differs from the recording, first at student step ${step} (${arm}).`,
      },
      end: (arm: string) => `Differs from the recording: no recorded loss does, but the student does (${arm}).`,
    },
    onlyPca: 'Other maps need a run of your own: press Play',
  },
  replay: {
    play: 'Animate the timeline',
    pause: 'Stop the animation',
    next: 'Next moment',
  },
  takeAway: {
    label: 'Take away',
    save: 'Save this run',
    saveHint: 'One JSON file: settings, seed, versions, images, losses and accuracies. It opens here again.',
    open: 'Open a run…',
    openHint: 'A file that was saved here. Your own run is not lost.',
    photographs: 'Recorded run on photographs',
    photographsHint: 'CIFAR-10 with a ResNet-20, all methods. It comes with the page.',
    saveSession: 'Save the session',
    saveSessionHint: 'One file: network, images, settings, results and this run. It opens without a connection.',
    openSession: 'Open a session…',
    openSessionHint: 'It takes the place of network, images and settings.',
    nothing: 'There is nothing to save yet',
  },
  recordingTrouble: {
    title: (name: string) => `${name || 'This file'} cannot be opened as a recorded run`,
    hint: 'Nothing on the page was changed. Choose a file that “Save this run” wrote.',
    sessionTitle: (name: string) => `${name || 'This file'} cannot be opened as a session`,
    sessionHint: 'Nothing on the page was changed. Choose a file that “Save the session” wrote.',
    problem(problem: RecordingProblem): string {
      switch (problem.kind) {
        case 'unreadable':
          return `The browser could not read it (${problem.detail}). Check that it still exists and that you may open it.`;
        case 'notLoaded':
          return 'It comes with the page, but could not be fetched. Try again with a connection.';
        case 'tooLarge':
          return `It has ${Math.ceil(problem.bytes / 2 ** 20)} MB; recorded runs have at most ${Math.floor(problem.most / 2 ** 20)} MB.`;
        case 'empty':
          return 'It is empty.';
        case 'notJson':
          return 'It is not JSON.';
        case 'truncated':
          return 'It breaks off before its end. Copy or download it again.';
        case 'foreign':
          return 'It is JSON, but not a run of this playground.';
        case 'version':
          return `Its format is version ${problem.found}; this page reads version ${problem.known}. A newer page may read it.`;
        case 'field':
          return `Its field “${problem.path}” ${faults[problem.fault]}. The file was changed or damaged after it was saved.`;
      }
    },
  },
} as const;
