import { linkedSettings } from './lessons/activeLesson';
import type { PlaygroundState } from './playgroundState';
import type { LinkMaterial } from './linkMaterial';
import type { LinkParts } from './shareLink';

/** What is in use of the hub, or what the page's own link asks for and nobody has agreed to yet. */
function materialOf({ linked, opened, ownImages }: PlaygroundState): LinkMaterial | null {
  if (linked) return linked;
  const [network, images] = [opened?.origin ?? null, ownImages?.origin ?? null];
  return network === null && images === null ? null : { network, images };
}

/** What a link to the page as it stands carries. The layer that comes by itself is left to the network. */
export function linkOf(state: PlaygroundState): LinkParts {
  const { wantedBackend, without, overview, layer, classIndex, arm, projection, measure, lesson, embed } = state;
  const deepest = overview && layer === overview.network.layers.length - 1;
  return {
    settings: linkedSettings(state),
    backend: wantedBackend,
    without: [...without],
    view: { layer: deepest ? null : layer, classIndex, arm, projection, measure },
    lesson: lesson?.id ?? null,
    embed,
    material: materialOf(state),
  };
}
