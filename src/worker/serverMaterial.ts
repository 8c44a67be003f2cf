/**
 * What runs of the worker are made of: the network and the images in use, those that wait for each other, and what
 * would help them. A request opens something (`Material`); only when a run with it is ready does it come into use.
 */
import type { Dataset } from '../engine/data/dataset';
import type { PackedImages } from '../engine/data/images/types';
import { keepCalibrationImages } from '../engine/data/keptImages';
import { createShapes } from '../engine/data/shapes';
import type { Checkpoint } from '../engine/generator/checkpoint';
import type { OpenOptions } from '../engine/network/networkFile';
import type { Network } from '../engine/network/types';
import { say, type Said } from '../engine/sentences';
import { readSession, writeSession, type Session } from '../engine/session/sessionFile';
import { lookAtAccuracy, type Mend } from '../engine/training/lowAccuracy';
import type { Teacher } from '../engine/training/teacher';
import { fetchBundled, readBundled, type Bundled, type BundledFiles } from './serverBundled';
import { Refusal, Superseded } from './serverFailures';
import { fits, OwnFiles, refusePendingImages, refusePendingNetwork, withClassNames } from './serverOwn';
import type { Failure, InitializeReply, NetworkFile } from './protocol';

/** Network and images of a run. */
export interface Material {
  network: Network;
  /** The network is the one that comes with the page. */
  bundled: boolean;
  dataset: Dataset;
}

export interface MaterialOptions {
  /** Reads a file of the page's folder. */
  load: (url: string) => Promise<ArrayBuffer>;
  breathe: () => Promise<void>;
}

/** Is told how far something is, 0 to 1; null: not known. */
export type OnProgress = (phase: string, fraction: number | null, said: Said) => void;

export class ServerMaterial {
  readonly shapes: Dataset = keepCalibrationImages(createShapes());
  /** In use: the bundled images or the user's. */
  private datasetInUse: Dataset = this.shapes;
  private teacherInUse: Teacher | null = null;
  private isBundled = true;
  private own = new OwnFiles();
  /** What would help the network in use to get more right. */
  private mending: Mend | null = null;
  /** Read, and not opened yet. */
  private saved: Session | null = null;
  /** What was said of the run's network and images when it began. */
  private notes: { network: Said[]; images: Said[] } = { network: [], images: [] };
  private baseUrl = '';
  private fetched: BundledFiles | null = null;
  private bundledFiles: Bundled | null = null;
  /** Networks of some of the bundled one's outputs, by their nodes. */
  private readonly ofBundled = new WeakSet<object>();

  constructor(private readonly options: MaterialOptions) {}

  get dataset(): Dataset {
    return this.datasetInUse;
  }

  get teacher(): Teacher | null {
    return this.teacherInUse;
  }

  /** @throws Refusal where no network could be had yet */
  get inUse(): Material & { teacher: Teacher } {
    const { teacherInUse: teacher, isBundled: bundled, datasetInUse: dataset } = this;
    if (!teacher) throw new Refusal('network', say('noNetwork'), say('restartOrReloadHint'));
    return { teacher, network: teacher.network, bundled, dataset };
  }

  /** The generator trained ahead, which belongs to the bundled network. */
  checkpointFor(bundled: boolean): Checkpoint | null {
    return bundled ? (this.bundledFiles?.checkpoint ?? null) : null;
  }

  /**
   * A run with it is ready: it is in use from here on, and the network before is freed.
   *
   * @param images what is to be said of how the run's settings fit the images
   */
  use(teacher: Teacher, { bundled, dataset }: Omit<Material, 'network'>, images: Said[]): void {
    const before = this.teacherInUse?.definition.nodes;
    if (this.teacherInUse !== teacher) this.teacherInUse?.dispose();
    // The same network as before keeps what was said of it.
    const kept = before === teacher.definition.nodes && this.datasetInUse === dataset;
    if (!kept) this.mending = null;
    this.notes = { network: kept ? this.notes.network : [], images };
    this.teacherInUse = teacher;
    this.isBundled = bundled;
    this.datasetInUse = dataset;
  }

  // ---- what comes with the page ----------------------------------------------------------------------------------

  /** The files come while something else is done. @param baseUrl absolute URL of the folder that holds `models/` */
  fetch(baseUrl: string): void {
    this.baseUrl = baseUrl;
    this.fetched = fetchBundled(this.options.load, baseUrl);
  }

  /** Needs a backend. @returns it, and why its checkpoint cannot be used, where that is new */
  async bundled(onProgress: OnProgress): Promise<Material & { problem: Failure | null }> {
    let problem: Failure | null = null;
    if (!this.bundledFiles) {
      onProgress('network', null, say('loadingBundled'));
      const fetched = this.fetched ?? fetchBundled(this.options.load, this.baseUrl);
      // What could not be had is asked for anew the next time.
      this.fetched = null;
      this.bundledFiles = await readBundled(fetched);
      ({ problem } = this.bundledFiles);
    }
    return { network: this.bundledFiles.network, bundled: true, dataset: this.shapes, problem };
  }

  /** The network in use with the bundled images; null where they do not fit it. */
  withBundledImages(): Material | null {
    const { network, bundled } = this.inUse;
    return bundled || !fits(network, this.shapes) ? null : { network, bundled: false, dataset: this.shapes };
  }

  // ---- the user's own --------------------------------------------------------------------------------------------

  /** A network with images that fit it: those in use, the user's, or the bundled ones. */
  async openNetwork(
    files: NetworkFile[],
    options: OpenOptions | undefined,
    notes: Said[] | undefined,
    origin: string | undefined,
    onProgress: OnProgress,
  ): Promise<Material> {
    const { network } = await this.own.openNetwork(files, options, notes, origin);
    const { network: fitting, dataset } = await this.withImages(network, onProgress);
    return { network: this.named(fitting, dataset), bundled: false, dataset };
  }

  private async withImages(network: Network, onProgress: OnProgress): Promise<{ network: Network; dataset: Dataset }> {
    if (fits(network, this.datasetInUse)) return { network, dataset: this.datasetInUse };
    const forOwn = this.own.forImages(network);
    if (forOwn) return { network: forOwn, dataset: await this.ownImages(forOwn, onProgress) };
    if (fits(network, this.shapes)) return { network, dataset: this.shapes };
    return refusePendingNetwork(network);
  }

  /** Images with a network that has their classes: one that waits for images comes first, then the one in use. */
  async openImages(files: NetworkFile[], packed: PackedImages | undefined, onProgress: OnProgress): Promise<Material> {
    const { length } = await this.own.openImages(files, packed);
    const { network: used, bundled } = this.inUse;
    const isBundled = bundled || this.ofBundled.has(used.definition.nodes);
    const inUse = isBundled ? this.bundledFiles!.network : used;
    const waiting = this.own.network?.network;
    const forWaiting = waiting ? this.own.forImages(waiting) : null;
    const network = forWaiting ?? this.own.forImages(inUse);
    if (!network) return refusePendingImages(length, waiting ?? inUse);
    if (!forWaiting && network !== inUse && isBundled) this.ofBundled.add(network.definition.nodes);
    const dataset = await this.ownImages(network, onProgress);
    return { network: withClassNames(network, dataset), bundled: network === inUse && isBundled, dataset };
  }

  private async ownImages({ definition }: Network, onProgress: OnProgress): Promise<Dataset> {
    const dataset = await this.own.datasetFor(definition, async (fraction) => {
      onProgress('statistics', fraction, say('readingPictures'));
      await this.options.breathe();
    });
    if (!dataset) throw new Superseded();
    return dataset;
  }

  /** The bundled images' classes are called as the network's are; the user's have names of their own. */
  private named(network: Network, dataset: Dataset): Network {
    return dataset === this.shapes ? network : withClassNames(network, dataset);
  }

  // ---- what would help -------------------------------------------------------------------------------------------

  /** Says where a network gets so little right that something about its images must be amiss. */
  async lookAtAccuracy(): Promise<void> {
    const { teacherInUse: teacher, datasetInUse: dataset } = this;
    if (!teacher) return;
    this.notes.network = [];
    // Whoever names no class order of their own cannot have it changed.
    const { note, mend } = await lookAtAccuracy(teacher.network, dataset, this.isBundled, this.options.breathe);
    if (note) this.notes.network.push(note);
    this.mending = mend?.classOrder && dataset === this.shapes ? null : mend;
  }

  /** Reads the network again, or orders the images' classes, as it was found to help. */
  async mended(onProgress: OnProgress): Promise<Material> {
    const { mending: mend, teacherInUse: teacher } = this;
    if (!mend || !teacher) throw new Refusal('network', say('noMend'), say('noMendHint'));
    let { network } = teacher;
    const source = this.own.sourceOf(network);
    if (source && Object.keys(mend.options).length > 0)
      network = (await this.own.openNetwork(source.files, { ...source.options, ...mend.options }, [], source.origin))
        .network;
    if (mend.classOrder) this.own.reorderClasses(mend.classOrder);
    const dataset = this.datasetInUse === this.shapes ? this.shapes : await this.ownImages(network, onProgress);
    return { network: this.named(network, dataset), bundled: this.isBundled, dataset };
  }

  // ---- sessions --------------------------------------------------------------------------------------------------

  /** Network and images in use, as far as they are the user's, with the page's texts. */
  saveSession(texts: Record<string, string>): ArrayBuffer {
    const { network: used, bundled, dataset } = this.inUse;
    const fromHere = bundled || this.ofBundled.has(used.definition.nodes);
    const network = fromHere ? null : this.own.sourceOf(used);
    if (!fromHere && !network) throw new Refusal('session', say('sessionNoSource'), say('sessionNoSourceHint'));
    return writeSession({ network, images: dataset === this.shapes ? null : dataset, texts }).buffer;
  }

  /** Reads a saved session, which waits for `openSession`. @returns the page's texts in it */
  async readSession({ name, bytes }: NetworkFile): Promise<Record<string, string>> {
    this.saved = await readSession(name, bytes);
    return this.saved.texts;
  }

  /**
   * What is in the session that was read.
   *
   * @returns with `taken`, to be called when it is in use: until then all stays
   */
  async openSession(): Promise<{ material: Material; taken: () => Promise<void> }> {
    const { saved, bundledFiles } = this;
    if (!saved || !bundledFiles) throw new Refusal('session', say('noSession'), say('sessionHint'));
    const own = new OwnFiles();
    const { network: stored, images } = saved;
    const opened = stored ? (await own.openNetwork(stored.files, stored.options)).network : null;
    if (images) own.keepImages(images, stored?.options.selectedOutputs);
    const dataset = images ?? this.shapes;
    const whole = opened ?? bundledFiles.network;
    const fitting = (images && own.forImages(whole)) || whole;
    if (!opened && fitting !== whole) this.ofBundled.add(fitting.definition.nodes);
    const network = this.named(fitting, dataset);
    const taken = async () => {
      this.own = own;
      this.saved = null;
      if (opened || images) await this.lookAtAccuracy();
    };
    return { material: { network, bundled: fitting === bundledFiles.network, dataset }, taken };
  }

  // ---- reports ---------------------------------------------------------------------------------------------------

  /** What the page hears of the network and the images in use. */
  report(): Omit<InitializeReply, 'backend' | 'backends'> {
    const { teacher, bundled, dataset } = this.inUse;
    const opened = this.own.reportOf(teacher.network);
    const ownImages = this.own.imagesReport(dataset, [...this.notes.images, ...(bundled ? this.notes.network : [])]);
    return {
      networkName: teacher.definition.name,
      bundled,
      ...(opened ? { opened: { ...opened, notes: [...opened.notes, ...this.notes.network] } } : {}),
      ...(ownImages ? { ownImages } : {}),
      ...(this.mending ? { mendable: true } : {}),
    };
  }

  dispose(): void {
    this.teacherInUse?.dispose();
    this.teacherInUse = null;
  }
}
