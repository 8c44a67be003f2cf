/** The user's own network and images: what was opened last, and which of them fit each other. */
import { collectImages } from '../engine/data/images/collection';
import { fitClasses, reorderClasses } from '../engine/data/images/fitClasses';
import { unpackImages } from '../engine/data/images/packed';
import type { ImageCollection, PackedImages } from '../engine/data/images/types';
import { createOwnDataset, type OwnDataset } from '../engine/data/images/ownDataset';
import type { Dataset } from '../engine/data/dataset';
import { checkGeneratable } from '../engine/network/generatable';
import { inspectNetwork } from '../engine/network/inspect';
import { openCheckedNetwork } from '../engine/network/openNetwork';
import type { OpenOptions } from '../engine/network/networkFile';
import { selectOutputs } from '../engine/network/selectOutputs';
import type { Network, NetworkDefinition } from '../engine/network/types';
import { asCollection } from '../engine/session/images';
import { say, type Said } from '../engine/sentences';
import type { NetworkFile, OpenedReport, OwnImagesReport } from './protocol';
import { Refusal } from './serverFailures';

export interface OwnNetwork {
  network: Network;
  report: OpenedReport;
  /** What it was read from. */
  source: NetworkSource;
}

interface NetworkSource {
  files: NetworkFile[];
  options: OpenOptions;
  /** Name on the hub, or address. */
  origin?: string;
}

export class OwnFiles {
  /** Opened last; it may be waiting for images. */
  network: OwnNetwork | null = null;
  /** Of every network opened, by its nodes: names of classes may change. */
  private readonly known = new WeakMap<object, OwnNetwork>();
  private files: NetworkFile[] = [];
  private options: OpenOptions = {};
  private origin: string | undefined;
  private imagesOrigin: PackedImages['origin'];
  private collection: ImageCollection | null = null;
  /** For which size and resizing; null: images of a saved session, which are as they were. */
  private made: { shape: string | null; own: OwnDataset } | null = null;

  /**
   * @param files none: those of the last time
   * @param came what is to be said of how they came
   * @param from name on the hub, or address, that they came from
   * @throws NetworkError; the network opened before stays
   */
  async openNetwork(
    files: NetworkFile[],
    options: OpenOptions = {},
    came: Said[] = [],
    from?: string,
  ): Promise<OwnNetwork> {
    const again = files.length === 0;
    const chosen = again ? this.files : files;
    // What was said of these files before counts as far as nothing else is said.
    const said = again ? { ...this.options, ...options } : options;
    // Kept also where it cannot be used yet: another output may be chosen.
    const origin = again ? this.origin : from;
    Object.assign(this, { files: chosen, options: said, origin });
    const { network: whole, notes, check } = await openCheckedNetwork(chosen, said);
    const { selectedOutputs: outputs } = said;
    const network = outputs ? selectOutputs(whole, outputs) : whole;
    if (outputs) notes.push(say('outputsSelected', whole.definition.numClasses, outputs.length));
    const facts = inspectNetwork(network);
    const { definition } = network;
    checkGeneratable(definition);
    const report: OpenedReport = {
      operations: definition.nodes.length - 1,
      parameters: facts.parameters,
      macs: facts.macs,
      memory: memoryOf(network, facts.shapes),
      inputShape: definition.inputShape,
      classes: definition.numClasses,
      normalization: definition.normalization,
      runtime: check.runtime,
      difference: check.difference,
      notes: [...came, ...notes],
      ...(origin === undefined ? {} : { origin }),
    };
    this.network = { network, report, source: { files: chosen, options: said, origin } };
    this.known.set(definition.nodes, this.network);
    return this.network;
  }

  /** What was found out when a network was opened; undefined for one that was not. */
  reportOf({ definition }: Network): OpenedReport | undefined {
    return this.known.get(definition.nodes)?.report;
  }

  /** What a network in use was read from; null for one that was not. */
  sourceOf({ definition }: Network): NetworkSource | null {
    return this.known.get(definition.nodes)?.source ?? null;
  }

  /** Images of a saved session, as they were. @param outputs which of a larger task's classes they are */
  keepImages(dataset: Dataset, outputs?: number[]): void {
    this.collection = { ...asCollection(dataset), ...(outputs ? { outputs } : {}) };
    this.made = { shape: null, own: { dataset, notes: [] } };
  }

  /**
   * @param packed in the place of files, what was downloaded
   * @throws DatasetError; the images opened before stay
   */
  async openImages(files: NetworkFile[], packed?: PackedImages): Promise<string[]> {
    const collection = packed ? unpackImages(packed) : await collectImages(files);
    this.collection = collection;
    this.imagesOrigin = packed?.origin;
    this.made = null;
    return collection.classes;
  }

  /** Has the images' classes in another order: the one at place `order[i]` comes at place i. */
  reorderClasses(order: readonly number[]): void {
    if (!this.collection) throw new Error('No images were opened.');
    this.collection = reorderClasses(this.collection, order);
    this.made = null;
  }

  /** Names of the classes of the images opened last; null: none were. */
  get classes(): string[] | null {
    return this.collection?.classes ?? null;
  }

  /**
   * The network for the images opened last: itself where it has their classes, those of its outputs where they are some
   * of its classes, else null. The images' classes come into its order.
   */
  forImages(network: Network): Network | null {
    const fitted = this.collection && fitClasses(network, this.collection);
    if (!fitted) return null;
    const { network: selected, outputs, collection } = fitted;
    if (collection !== this.collection) Object.assign(this, { collection, made: null });
    const own = this.known.get(network.definition.nodes);
    if (outputs && own) {
      const notes = [...own.report.notes, say('outputsSelected', network.definition.numClasses, outputs.length)];
      this.known.set(selected.definition.nodes, {
        network: selected,
        report: { ...own.report, classes: outputs.length, notes },
        source: { ...own.source, options: { ...own.source.options, selectedOutputs: outputs } },
      });
    }
    return selected;
  }

  /**
   * The images opened last, in a network's size and as it wants them resized.
   *
   * @returns null where it was stopped
   */
  async datasetFor(
    { inputShape, resizing }: Pick<NetworkDefinition, 'inputShape' | 'resizing'>,
    onProgress: (fraction: number) => Promise<boolean | void>,
  ): Promise<Dataset | null> {
    if (!this.collection) throw new Error('No images were opened.');
    const shape = [...inputShape, resizing?.cropShare, resizing?.interpolation].join();
    const { made } = this;
    const usable =
      made && (made.shape ?? shape) === shape && String(made.own.dataset.imageShape) === String(inputShape);
    if (!usable) {
      const own = await createOwnDataset('the opened images', this.collection, inputShape, onProgress, { resizing });
      if (!own) return null;
      this.made = { shape, own };
      return own.dataset;
    }
    return made.own.dataset;
  }

  /** What is to be said of the images in use; undefined where they are not the user's. */
  imagesReport(dataset: Dataset, more: Said[]): OwnImagesReport | undefined {
    if (!this.collection || this.made?.own.dataset !== dataset) return undefined;
    const { classNames: classes } = dataset;
    const notes = [...this.collection.notes, ...this.made.own.notes, ...more];
    const origin = this.imagesOrigin;
    return {
      classes,
      calibration: dataset.size('calibration'),
      test: dataset.size('test'),
      notes,
      ...(origin ? { origin } : {}),
    };
  }
}

/** @throws Refusal that says what to open next */
export function refusePendingNetwork({ definition }: Network): never {
  const { name, inputShape, numClasses } = definition;
  throw new Refusal(
    'mismatch',
    say('pendingNetwork', name, inputShape.join('x'), numClasses),
    numClasses >= 1000 ? say('pendingImagenetHint', numClasses) : say('pendingNetworkHint', numClasses),
  );
}

/** @throws Refusal that says what to open next */
export function refusePendingImages(classes: number, { definition }: Network): never {
  throw new Refusal(
    'mismatch',
    say('pendingImages', classes, definition.name, definition.numClasses),
    say('pendingImagesHint', classes),
  );
}

export const fits = ({ definition }: Network, dataset: Dataset): boolean =>
  String(definition.inputShape) === String(dataset.imageShape) && definition.numClasses === dataset.classNames.length;

/** A network whose classes are called as the images' are. */
export const withClassNames = (network: Network, { classNames }: Dataset): Network => ({
  ...network,
  definition: { ...network.definition, classNames },
});

function memoryOf({ weights, definition }: Network, shapes: ReadonlyMap<string, number[]>): number {
  const values = Object.values(weights).reduce((sum, { values: { length } }) => sum + length, 0);
  const sizes = definition.nodes.map(({ name }) => shapes.get(name)!.reduce((a, b) => a * b, 1));
  const largest = sizes.reduce((most, size, i) => Math.max(most, size + (sizes[i + 1] ?? 0)), 0);
  return 4 * (values + largest);
}
