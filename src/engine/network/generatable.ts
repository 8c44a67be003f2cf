/** Whether images for a network can be made, and its classes be told apart. */
import { say } from '../sentences';
import { NetworkError } from './networkError';
import type { NetworkDefinition } from './types';

/** @throws NetworkError where the generator has no images of this size, or there is but one class */
export function checkGeneratable({ name, inputShape, numClasses }: NetworkDefinition): void {
  const [height, width, channels] = inputShape;
  if (height !== width || height % 4 !== 0 || (channels !== 1 && channels !== 3)) {
    throw new NetworkError(say('generatorSize', name, `${height}x${width}x${channels}`), say('generatorSizeHint'));
  }
  if (numClasses < 2) throw new NetworkError(say('oneOutput', name), say('oneOutputHint'));
}
