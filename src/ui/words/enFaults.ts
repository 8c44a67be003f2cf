/** English words for what becomes of a run when something breaks, and for what the browser keeps. */
export const enFaults = {
  death: {
    crashed: 'The engine stopped unexpectedly.',
    unreadable: 'The engine sent something that could not be read.',
    vanished: 'The browser ended the engine without a word, as it does when memory is short.',
    silent: 'The engine said nothing for far longer than a step takes, and was stopped.',
    silentFor: (seconds: string) => `Nothing was heard for ${seconds} s.`,
    goesOn:
      'A new engine goes on with the run from the last snapshot, usually a few seconds old. Nothing else is lost.',
    begins: 'A new engine is starting. There was no snapshot yet, so the run begins anew; your settings stay.',
    hint: 'Restart it to go on. Your settings stay, and what was recorded can still be looked at until a new run begins. If it stops again, choose smaller batches or another backend first.',
  },
  pageMemory: {
    title: 'This page has no more memory',
    message:
      'The run was paused, and most of the moments on its timeline were given up. Settings, results and the run itself are there.',
    hint: 'Close other tabs, then press Play to go on.',
  },
  /** In the place of a part of the page. */
  notDrawn: {
    region: 'Not drawn',
    message: 'This part of the page could not be drawn.',
    again: 'Draw it again',
  },
  goOn: (step: string) => `Go on from the snapshot at step ${step}`,

  kept: {
    title: (when: string) => `Your last visit (${when}) left something`,
    results: (count: string) => (count === '1' ? '1 result' : `${count} results`),
    pinned: 'a pinned run',
    finishedRun: 'a finished run',
    run: (percent: string) => `a run that was ${percent} done`,
    /** What was left, in one line. */
    left: (list: string) => `There is ${list}.`,
    lookOnly:
      'The run was on files of yours, which the browser does not keep: it can be looked at, but not gone on with.',
    bringBack: 'Bring it back',
    later: 'Not now',
    forget: 'Forget it',
    /** Below the results. */
    size: (megabytes: string) =>
      `Results, the pinned run and the last run are kept in this browser, for your next visit (${megabytes} MB).`,
    nothing: 'Results, the pinned run and the last run will be kept in this browser, for your next visit.',
    clear: 'Delete what is kept',
    problems: {
      denied:
        'This browser keeps nothing for this page (a private window, perhaps): results and runs are gone when the tab is closed. Save what you want to keep.',
      full: 'There is no room left in this browser’s storage: what is new here is gone when the tab is closed. Delete what is kept, or save what you want to keep.',
      failed:
        'This browser could not keep the results and runs of this page: they are gone when the tab is closed. Save what you want to keep.',
    },
  },
} as const;
