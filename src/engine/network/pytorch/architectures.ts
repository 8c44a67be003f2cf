/** Networks that are known by the names of their parameters. A new one is a file here and a line below. */
import type { Architecture } from './architecture';
import { mobilenetV1, mobilenetV2 } from './mobilenet';
import { regnetX } from './regnet';
import { resnet } from './resnet';

export const ARCHITECTURES: readonly Architecture[] = [resnet, mobilenetV1, mobilenetV2, regnetX];
