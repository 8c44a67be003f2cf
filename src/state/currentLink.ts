import { linkedSettings } from './lessons/activeLesson';
import type { PlaygroundState } from './playgroundState';
import type { LinkParts } from './shareLink';

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
  };
}
