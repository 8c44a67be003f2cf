/** Labels of a table that are the classes' names. */
import { say } from '../../sentences';
import { DatasetError } from './datasetError';
import { MOST_CLASSES, orderedClasses } from './labelledPictures';

/** Numbers of classes whose names are the labels: as they come, until all are known. */
export class TextLabels {
  private readonly numbers = new Map<string, number>();

  /** -1 where there is none. @throws DatasetError where there are more than a dataset may have */
  numberOf(value: unknown): number {
    const text = textOf(value);
    if (text === '') return -1;
    const known = this.numbers.get(text);
    if (known !== undefined) return known;
    if (this.numbers.size >= MOST_CLASSES)
      throw new DatasetError(say('tooManyClasses', this.numbers.size + 1, MOST_CLASSES), say('parquetHint'));
    this.numbers.set(text, this.numbers.size);
    return this.numbers.size - 1;
  }

  get count(): number {
    return this.numbers.size;
  }

  /** All of them in the order of folders of such names, and each one's place there by the number that it had so far. */
  inOrder(): { classes: string[]; places: number[]; byNumber: boolean } {
    const names = [...this.numbers.keys()];
    const { classes, byNumber } = orderedClasses(names);
    const placeOf = new Map(classes.map((name, place) => [name, place]));
    return { classes, places: names.map((name) => placeOf.get(name)!), byNumber };
  }
}

/** A label as a table holds it; empty where there is none. */
export const textOf = (value: unknown): string =>
  value instanceof Uint8Array ? new TextDecoder().decode(value) : typeof value === 'string' ? value : '';
