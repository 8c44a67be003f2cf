import type { EmbedPart } from '../../state/embed';
import type { ShareNote } from '../../state/shareLink';

/** Words for sharing, embedding, taking away, citing and working without a network. */
export const enShare = {
  note(note: ShareNote): string {
    switch (note.kind) {
      case 'newer':
        return `This link was made by a newer version of the page (${note.given}). What this version knows of it is used; reload the page to get the newest version.`;
      case 'unreadable':
        return `“${note.key}” cannot be “${note.given}” and was ignored.`;
      case 'beyond':
        return `“${note.key}” cannot be ${note.given} for this network; ${note.used} is used.`;
      case 'needsEmbed':
        return `“${note.key}” works only together with “embed” and was ignored.`;
    }
  },

  open: 'Share',
  title: 'Share this page',
  close: 'Close',
  loadFailed: 'This part of the page could not be loaded. Reload the page and try again.',
  what: 'What to share',
  tabs: { link: 'Link', embed: 'Embed', cite: 'Cite' },
  copy: 'Copy',
  copied: 'Copied',
  selected: 'Selected: press Ctrl+C (Mac: ⌘C) to copy',

  link: {
    label: 'Link to this page',
    help: 'Opens the page with your settings and seed, the layer, class, map and measure you look at, the lesson, and a network and images of the hub by their names: whoever opens it is asked before anything is fetched. Files of this computer are in no link. Images and results are computed again. A run with the same seed and backend gives the same result.',
  },

  embed: {
    help: 'Shows a compact page inside your own page: slides, a course page, a blog.',
    hide: 'Leave out',
    parts: {
      controls: 'Settings',
      transport: 'Play buttons and progress',
      timeline: 'Timeline',
      centers: 'BNS centers',
      separation: 'Separation and incohesion',
      images: 'Synthetic images',
      losses: 'Losses',
      accuracy: 'Accuracy',
      quality: 'Quality of the images',
    } satisfies Record<EmbedPart, string>,
    lock: 'Lock settings',
    locks: { none: 'None', some: 'Some', all: 'All' },
    lockHelp: 'A locked setting stays as it is now and cannot be changed by your readers.',
    autostart: 'Start by itself',
    autostartHelp: 'Leave this off when there are several on one page: each run keeps the whole device busy.',
    width: 'Width',
    height: 'Height',
    pixels: (min: string, max: string) => `Pixels, ${min} to ${max}`,
    code: 'Code for your page',
    preview: 'Preview at this size',
    threads:
      'Inside another page the browser usually allows no threads, so WebAssembly computes on one core there and takes longer.',
  },

  cite: {
    paper: 'The paper (BibTeX)',
    page: 'This page (BibTeX)',
    help: 'The method is the work of the paper’s authors. This page is an independent implementation.',
    accessed: (date: string) => `Accessed ${date}`,
    pageTitle: '{FDDA} playground: fine-grained data distribution alignment in the browser',
  },

  embedded: {
    full: 'Open the full page',
    region: 'FDDA playground, embedded',
    nothing: 'Everything is hidden in this embedded page. Open the full page to see it.',
    locked: 'Locked by whoever embedded this page',
    someLocked: 'Settings with a lock were fixed by whoever embedded this page. Open the full page to change them.',
    allLocked: 'All settings were fixed by whoever embedded this page. Open the full page to change them.',
  },

  takeAway: {
    label: (view: string) => `Save: ${view}`,
    svg: (what: string) => `${what} as SVG`,
    png: (what: string) => `${what} as PNG`,
    csv: (what: string) => `${what} as CSV`,
    chart: 'Chart',
    map: 'Map',
    grid: 'Images',
    points: 'Points',
    byLayer: 'Values by layer',
    byClass: 'Distances by class',
    verdicts: 'Verdicts',
    generatorLosses: 'Generator losses',
    studentLosses: 'Student losses',
    curve: 'Accuracy curve',
    results: 'Results',
    failed: 'The file could not be made. Free some memory and try again.',
    nothing: 'There is nothing to save yet',
    atLayer: (layer: string) => `layer ${layer}`,
    /** Stands below a chart that leaves the page. */
    source: (seed: string, date: string) => `FDDA playground, seed ${seed}, ${date}`,
    real: 'Real',
    synthetic: 'Synthetic',
  },

  offline: {
    update: 'A new version of this page is ready.',
    threads: 'This page can use all processor cores after a reload.',
    threadsHint: 'Its server does not allow it; from now on the page sees to it itself.',
    updateHint: 'Reloading ends the run that is shown.',
    reload: 'Reload',
    later: 'Later',
  },
};
