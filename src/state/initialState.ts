import { DEFAULT_SAMPLE } from './classSample';
import { rememberedSpeeds } from './estimate';
import { initialLessons } from './lessons/lessonState';
import type { PlaygroundState } from './playgroundState';
import { emptyRecord } from './runRecord';
import type { Link } from './shareLink';

/** The page as a link opens it, before its engine has said anything. */
export function initialState(link: Link): PlaygroundState {
  const { settings: initialSettings, ...lessonState } = initialLessons(link.lesson, link.settings);
  return {
    engine: 'starting',
    backend: null,
    wantedBackend: link.backend,
    without: link.without,
    backends: [],
    speeds: rememberedSpeeds(),
    nextBackend: null,
    remark: null,
    networkName: null,
    bundled: true,
    opened: null,
    ownImages: null,
    mendable: false,
    fitted: null,
    download: null,
    kept: null,
    progress: null,
    silentSeconds: 0,
    settings: initialSettings,
    applied: initialSettings,
    linkNotes: link.notes,
    linked: link.material,
    status: 'preparing',
    started: false,
    // What the link is about is not there yet.
    playWhenReady: (link.embed?.autostart ?? false) && !link.material,
    replacing: false,
    takingUp: false,
    opening: false,
    run: 0,
    rescueStep: null,
    position: null,
    ...emptyRecord(),
    recorded: null,
    behind: null,
    reference: null,
    viewing: null,
    replaying: false,
    trouble: null,
    layer: link.view.layer,
    classIndex: link.view.classIndex,
    classSample: DEFAULT_SAMPLE,
    arm: link.view.arm,
    projection: link.view.projection,
    measure: link.view.measure,
    embed: link.embed,
    ...lessonState,
  };
}
