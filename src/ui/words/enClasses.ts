import type { SampleBy } from '../../state/classSample';

/** What is shown of very many classes. */
export const enClasses = {
  manyClasses: {
    title: 'Which classes are shown',
    shown: (shown: string, all: string) => `${shown} of ${all} classes`,
    help: [
      'A network with very many classes has some of them shown, the same ones in every view. The class that is chosen and those that you looked for by name are always among them.',
      'Synthetic images are looked at of some classes only, as many as take little of the run’s time; one that you look for is among them from the next look on. Losses and accuracies are of all classes.',
    ],
    by: 'Chosen by',
    ways: {
      even: 'evenly spread',
      farthest: 'farthest from center',
      changed: 'most changed',
    } satisfies Record<SampleBy, string>,
    wayHelp: {
      even: 'One class in so many, in their order',
      farthest:
        'Whose synthetic batch lies farthest from its own center, compared with the nearest other one, in the layers that the center terms look at',
      changed: 'Where that has changed most since the class was first looked at',
    } satisfies Record<SampleBy, string>,
    search: 'Look for a class',
    placeholder: 'class name or number',
    matches: 'Classes found',
    more: (count: string) => `and ${count} more`,
    noMatch: 'no such class',
    notLooked: 'not looked at yet',
    confused: (shown: string, all: string) =>
      `The ${shown} of ${all} classes that are answered differently most often, and all others together.`,
    others: 'others',
    losers: 'Classes that lose most',
    losersHelp: (shown: string, all: string) =>
      `The ${shown} of ${all} classes with test images that lost most right answers.`,
    columns: { name: 'Class', images: 'Images', full: 'Full precision', student: 'Student', difference: 'Points' },
  },
};
