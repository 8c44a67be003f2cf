/** What is at hand for a run whose engine is gone: from where it goes on, and what it was made of. */
import type { RunOverview } from '../engine/runReport';
import type { LiveSettings, RunSettings } from '../engine/runSettings';
import type { RunSnapshot } from '../engine/training/run';
import { type EngineClient, type StartOptions } from '../worker/client';
import { EngineFailure } from '../worker/connection';
import type { PackedImages } from '../engine/data/images/types';
import type { InitializeReply, NetworkFile, NetworkOptions, Resumed } from '../worker/protocol';
import type { ChosenFile, PlaygroundState } from './playgroundState';
import { changedSettings } from './settings';

/** Engines that are started by themselves, one after the other, before it is left to the user. */
const MOST_RESTARTS = 2;

/** Downloaded images, whose bytes the browser may lay down outside the page's memory. */
export type StoredImages = Omit<PackedImages, 'bytes' | 'ends' | 'labels' | 'splits'> & { parts: Blob[] };

export const storedImages = ({ bytes, ends, labels, splits, ...rest }: PackedImages): StoredImages => ({
  ...rest,
  parts: [bytes, ends, labels, splits].map((part) => new Blob([part])),
});

async function packedAgain({ parts, ...rest }: StoredImages): Promise<PackedImages> {
  const [bytes, ends, labels, splits] = await Promise.all(parts.map((part) => part.arrayBuffer()));
  return {
    ...rest,
    bytes: new Uint8Array(bytes),
    ends: new Uint32Array(ends),
    labels: new Uint16Array(labels),
    splits: new Uint8Array(splits),
  };
}

/** Files that the user chose; `packed`: in their place, images that were downloaded. */
export interface Chosen {
  files: readonly ChosenFile[];
  options?: NetworkOptions;
  packed?: StoredImages;
}

/** What a run is made of, for an engine that has none yet. */
export interface Source {
  settings: RunSettings;
  /** null: the bundled one. */
  network: Chosen | null;
  /** null: the bundled ones. */
  images: Chosen | null;
  /** A saved session, where some of both came from it. */
  session: { file: File; network: boolean; images: boolean } | null;
  /** Whether the network was then read anew, or the classes ordered, as it was found to help. */
  mended: boolean;
  resumed: Resumed;
}

export class Rescue {
  /** The newest of the engine's run; null: there is none, and it would begin anew. */
  snapshot: RunSnapshot | null = null;
  /** What the run began with; null: none was prepared yet. */
  private settings: RunSettings | null = null;
  private chosen: Record<'network' | 'images', Chosen | null> = { network: null, images: null };
  private session: File | null = null;
  private mended = false;
  private restarts = 0;

  /** A new run is prepared. */
  began({ settings }: Pick<RunOverview, 'settings'>): void {
    this.snapshot = null;
    this.settings = settings;
  }

  /** The run has come further: whatever was wrong before, it is over. */
  keep(snapshot: RunSnapshot): void {
    if (this.snapshot && this.snapshot.elapsedSeconds < snapshot.elapsedSeconds) this.restarts = 0;
    this.snapshot = snapshot;
  }

  /** Files that the engine took, or keeps until what they lack is there. */
  opened(kind: 'network' | 'images', { files, options, packed }: Chosen): void {
    // None: those of the last time.
    const again = files.length === 0 && !packed;
    this.chosen[kind] = { files: again ? (this.chosen[kind]?.files ?? []) : files, options, packed };
    this.mended = false;
  }

  /** A saved session took the place of everything. */
  openedSession(session: File): void {
    this.session = session;
    this.chosen = { network: null, images: null };
    this.mended = false;
  }

  /** What was open was read anew. */
  tookMend(): void {
    this.mended = true;
  }

  /** Whether another engine may be started without asking; if so, it counts as started. */
  mayRestart(): boolean {
    if (this.restarts >= MOST_RESTARTS) return false;
    this.restarts++;
    return true;
  }

  /** How the run goes on; null where there is nothing to go on with. */
  source({ applied, bundled, ownImages }: Pick<PlaygroundState, 'applied' | 'bundled' | 'ownImages'>): Source | null {
    const { settings, snapshot, chosen, session, mended } = this;
    if (!settings || !snapshot) return null;
    const live: LiveSettings = Object.fromEntries(
      changedSettings(settings, applied, 'live').map((key) => [key, applied[key]]),
    );
    return {
      settings,
      network: bundled ? null : chosen.network,
      images: ownImages ? chosen.images : null,
      session: session && (!bundled || ownImages) ? { file: session, network: !bundled, images: !!ownImages } : null,
      mended: mended && (!bundled || !!ownImages),
      resumed: { snapshot, live },
    };
  }
}

/** Whether some of it is the user's own: only the page has that. */
export const isOwn = ({ network, images, session }: Source): boolean =>
  network !== null || images !== null || session !== null;

export const readFiles = (files: readonly ChosenFile[]): Promise<NetworkFile[]> =>
  Promise.all(files.map(async ({ path, file }) => ({ name: path, bytes: await file.arrayBuffer() })));

/** Has a fresh engine take up a run. @param start all but the run itself */
export async function takeUp(
  client: EngineClient,
  source: Source,
  start: Omit<StartOptions, 'settings' | 'resumed'>,
): Promise<InitializeReply> {
  // The page's run stays what it is until it is there: what comes before it is not shown as a new one.
  const meanwhile: Resumed = { snapshot: null, live: {} };
  const { settings, network, images, session, mended, resumed } = source;
  const own = isOwn(source);
  let reply = await client.initialize({ ...start, settings, resumed: own ? meanwhile : resumed });
  if (!own) return reply;
  if (session) {
    await client.readSession({ name: session.file.name, bytes: await session.file.arrayBuffer() });
    reply = await client.openSession(settings);
    if (!session.network) reply = await client.useBundledNetwork(settings);
    if (!session.images) reply = await client.useBundledImages(settings);
  }
  const open: (() => Promise<InitializeReply>)[] = [];
  if (network)
    open.push(async () => client.loadNetwork(await readFiles(network.files), settings, network.options, true));
  if (images)
    open.push(async () =>
      images.packed
        ? client.loadPackedImages(await packedAgain(images.packed), settings, true)
        : client.loadImages(await readFiles(images.files), settings, true),
    );
  for (const [i, each] of open.entries()) {
    try {
      reply = await each();
    } catch (error) {
      // A network whose images are still to come.
      const waits = error instanceof EngineFailure && error.failure.code === 'mismatch';
      if (!waits || i === open.length - 1) throw error;
    }
  }
  if (mended) reply = await client.mend(settings);
  await client.configure(settings, resumed);
  return reply;
}
