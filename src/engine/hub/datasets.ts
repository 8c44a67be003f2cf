/**
 * Some pictures of every class of an image dataset on the hub. Of its parquet tables, only the parts come that hold
 * them: the list of parts, labels of likely parts, then the pictures of those that are used.
 */
import { packImages } from '../data/images/packed';
import type { Columns } from '../data/images/parquet';
import { TextLabels } from '../data/images/textLabels';
import type { DatasetRequest, PackedImages } from '../data/images/types';
import { Random } from '../random';
import { say, type Said } from '../sentences';
import { HUB, readSource } from './addresses';
import { downloadJson } from './download';
import { isRecord, readRepository, type Repository } from './files';
import { HubError } from './hubError';
import type { DownloadWatch, HubHost } from './host';
import { RemoteTable, type RowGroup } from './tables';

/** Watches a download of several steps. */
export interface DatasetWatch extends DownloadWatch {
  onPhase(said: Said): void;
}

/** Names of parts, likeliest first. Of one without labels (-1) the next is taken. */
const TRAINING = ['train', 'training'];
const TESTS = ['test', 'testing', 'validation', 'valid', 'val', 'dev', 'eval'];
/** Parts of tables whose labels are read for one split. */
const MOST_LOOKS = 600;
/** Rows without a label after which a split counts as one without. */
const UNLABELLED = 1000;
/** Where labels are texts nobody knows how many classes there are: parts without a new one after which no more are read. */
const LOOKS_WITHOUT_NEWS = 60;
/** Parts of tables that come at a time. */
const AT_ONCE = 4;

/** Addresses of the tables of every split of every version. */
type Listing = Record<string, Record<string, string[]>>;

/**
 * @throws HubError, DatasetError, Cancelled
 */
export async function downloadDataset(
  host: HubHost,
  request: DatasetRequest,
  watch: DatasetWatch,
  hub = HUB,
): Promise<PackedImages> {
  const found = readSource(request.source, hub);
  if (found.kind !== 'hub') throw new HubError(say('hubBadName', request.source), say('hubBadNameHint'));
  watch.onPhase(say('hubReadingTables'));
  const { id, revision } = found;
  const repository = await readRepository(host, hub, 'datasets', id, revision, watch);
  const { splits, notes } = await chooseVersion(host, hub, id, repository, request, watch);
  const names = Object.keys(splits);
  const among = (likely: readonly string[]) => likely.filter((name) => names.includes(name));
  const training = among(TRAINING)[0] ?? names.find((name) => !TESTS.includes(name)) ?? names[0];
  const loader = new SplitLoader(host, request, repository, watch);
  const wanted = request.imagesPerClass;
  const tests = among(TESTS).filter((name) => name !== training);
  // First: of labels without names, it has all.
  let calibration = await loader.choose(splits[training], training, tests.length > 0 ? wanted : 2 * wanted);
  if (!calibration) throw new HubError(say('hubNoLabels', id), say('hubNoTablesHint'));
  let test: SplitImages | null = null;
  let testName = '';
  for (const name of tests) {
    test = await loader.choose(splits[name], name, wanted);
    testName = name;
    if (test) break;
  }
  if (!test && tests.length > 0) calibration = (await loader.choose(splits[training], training, 2 * wanted))!;
  notes.push(test ? say('hubSplits', training, testName) : say('hubOneSplit', training));
  watch.onPhase(say('hubReadingPictures'));
  const images = await loader.pictures(test ? [calibration, test] : [calibration], test !== null);
  const { classes } = loader;
  const counts = classes.map((_, label) => calibration.rows.filter((row) => row.label === label).length);
  const least = counts.indexOf(Math.min(...counts));
  if (counts[least] < wanted) notes.push(say('hubFewer', classes[least], counts[least], wanted));
  notes.push(...loader.notes);
  const { outputs } = request;
  // Not those of a dataset that is another by now.
  return { ...packImages(classes, images, notes), ...(outputs?.length === classes.length ? { outputs } : {}) };
}

/** The tables of one version, by split. */
async function chooseVersion(
  host: HubHost,
  hub: string,
  id: string,
  repository: Repository,
  { config }: DatasetRequest,
  watch: DownloadWatch,
): Promise<{ splits: Record<string, string[]>; notes: Said[] }> {
  const listing = await listTables(host, hub, id, repository, watch);
  const versions = Object.keys(listing);
  if (versions.length === 0) throw new HubError(say('hubNoTables', id), say('hubNoTablesHint'));
  const chosen = config ?? (versions.includes('default') ? 'default' : versions[0]);
  if (!versions.includes(chosen)) {
    throw new HubError(say('hubNoSuchPart', chosen, versions.join(', ')), say('hubNoSuchPartHint'));
  }
  const several = versions.length > 1 && config === undefined;
  return {
    splits: listing[chosen],
    notes: several ? [say('hubSeveralParts', versions.join(', '), chosen)] : [],
  };
}

/** As the hub has converted them; where it has not, the tables that the dataset itself consists of. */
async function listTables(
  host: HubHost,
  hub: string,
  id: string,
  { sha, files }: Repository,
  watch: DownloadWatch,
): Promise<Listing> {
  const listing: Listing = {};
  try {
    const answer = await downloadJson(host, `${hub}/api/datasets/${id}/parquet`, watch);
    for (const [config, splits] of Object.entries(isRecord(answer) ? answer : {})) {
      for (const [split, urls] of Object.entries(isRecord(splits) ? splits : {})) {
        const usable = (Array.isArray(urls) ? (urls as unknown[]) : []).filter(
          (url): url is string => typeof url === 'string' && new URL(url, hub).origin === new URL(hub).origin,
        );
        if (usable.length > 0) (listing[config] ??= {})[split] = usable.map((url) => new URL(url, hub).href);
      }
    }
    if (Object.keys(listing).length > 0) return listing;
  } catch (error) {
    if (!(error instanceof HubError) || error.said.name === 'hubUnreachable') throw error;
  }
  for (const { path } of files) {
    if (!/\.parquet$/i.test(path)) continue;
    const parts = path.toLowerCase().split(/[/_.-]/);
    const split = [...TRAINING, ...TESTS].find((name) => parts.includes(name)) ?? 'train';
    const folder = path.includes('/') ? path.split('/')[0] : 'default';
    const config = folder === 'data' ? 'default' : folder;
    const address = path.split('/').map(encodeURIComponent).join('/');
    ((listing[config] ??= {})[split] ??= []).push(`${hub}/datasets/${id}/resolve/${sha}/${address}`);
  }
  return listing;
}

/** Rows of one split that are used, with the tables that hold them. */
interface SplitImages {
  rows: { table: RemoteTable; group: RowGroup; row: number; label: number }[];
}

interface Candidate {
  table: RemoteTable;
  group: RowGroup;
}

class SplitLoader {
  classes: string[] = [];
  readonly notes: Said[] = [];
  private named = false;
  /** Of labels that are texts, by what they say. */
  private readonly texts = new TextLabels();
  private places: number[] | null = null;
  private full = false;

  constructor(
    private readonly host: HubHost,
    private readonly request: DatasetRequest,
    private readonly repository: Repository,
    private readonly watch: DatasetWatch,
  ) {}

  /**
   * Looks for so many pictures of every class, in as few parts of the tables as it takes.
   *
   * @returns null where nothing is labelled
   */
  async choose(urls: readonly string[], split: string, wanted: number): Promise<SplitImages | null> {
    const random = new Random(0).fork(split);
    const rows: SplitImages['rows'] = [];
    const have: number[] = [];
    let unlabelled = 0;
    let looks = 0;
    const lacks = (label: number) => Math.max(0, wanted - (have[label] ?? 0));
    let [quiet, seen] = [0, 0];
    const satisfied = () =>
      this.named
        ? this.classes.every((_, label) => lacks(label) === 0)
        : quiet >= LOOKS_WITHOUT_NEWS && have.every((_, label) => lacks(label) === 0);
    let isText = false;
    for (const url of urls) {
      if (satisfied() || looks >= MOST_LOOKS) break;
      const table = await RemoteTable.open(
        this.host,
        url,
        this.repository.sha,
        this.request.label,
        this.quiet(),
        () => {
          this.full = true;
        },
      );
      this.learnClasses(table);
      ({ isText } = table.columns);
      const left: Candidate[] = random.shuffle(table.groups.map((group) => ({ table, group })));
      while (left.length > 0 && !satisfied() && looks < MOST_LOOKS) {
        const best = left.reduce(
          (most, each, i) => (this.gain(each, lacks) > this.gain(left[most], lacks) ? i : most),
          0,
        );
        const [{ group }] = left.splice(best, 1);
        if (this.gain({ table, group }, lacks) === 0) break;
        looks++;
        this.watch.onProgress(looks, null);
        for (const { row, label: said } of await table.labels(group)) {
          const label = typeof said === 'string' ? this.numberOf(said) : said;
          if (label < 0) unlabelled++;
          else if (this.named && label >= this.classes.length) continue;
          else if (lacks(label) > 0) {
            have[label] = (have[label] ?? 0) + 1;
            rows.push({ table, group, row, label });
          }
        }
        if (isText) {
          quiet = this.texts.count > seen ? 0 : quiet + 1;
          seen = this.texts.count;
        }
        // A split for a contest has no labels at all.
        if (rows.length === 0 && unlabelled >= UNLABELLED) return null;
      }
    }
    if (rows.length === 0) return null;
    if (!this.named && isText) this.nameByTexts(rows);
    if (!this.named) this.nameByNumber(rows.reduce((most, { label }) => Math.max(most, label), 0) + 1);
    if (unlabelled > 0) this.notes.push(say('hubUnlabelled', unlabelled));
    return { rows };
  }

  /** The pictures of all rows, group by group, some at a time. */
  async pictures(
    splits: readonly SplitImages[],
    several: boolean,
  ): Promise<{ name: string; label: number; split?: 'train' | 'test'; bytes: Uint8Array }[]> {
    const jobs: { split: number; table: RemoteTable; group: RowGroup; rows: SplitImages['rows'] }[] = [];
    splits.forEach(({ rows }, split) => {
      for (const each of rows) {
        const job = jobs.find(({ table, group }) => table === each.table && group === each.group);
        if (job) job.rows.push(each);
        else jobs.push({ split, table: each.table, group: each.group, rows: [each] });
      }
    });
    const total = jobs.reduce((sum, { group }) => sum + group.bytes, 0);
    let done = 0;
    const results: Awaited<ReturnType<SplitLoader['pictures']>>[] = [];
    let next = 0;
    const work = async () => {
      for (let i = next++; i < jobs.length; i = next++) {
        const { table, group, rows, split } = jobs[i];
        const pictures = await table.pictures(
          group,
          rows.map(({ row }) => row),
        );
        results[i] = rows.flatMap(({ row, label }) => {
          const bytes = pictures.get(row);
          const use = split === 0 ? ('train' as const) : ('test' as const);
          return bytes ? [{ name: `${table.name}:${row}`, label, ...(several ? { split: use } : {}), bytes }] : [];
        });
        done += group.bytes;
        this.watch.onProgress(done, total);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    if (this.full) this.notes.push(say('hubNotKept'));
    return results.flat().sort((a, b) => a.label - b.label);
  }

  /** Only whole steps are shown: parts come several at a time. */
  private quiet(): DownloadWatch {
    return { signal: this.watch.signal, onProgress: () => undefined };
  }

  /** How many of the pictures that are lacking a part may hold. */
  private gain({ group: { rows, range } }: Candidate, lacks: (label: number) => number): number {
    if (!range || !this.named) return rows;
    let lacking = 0;
    let open = 0;
    const [first, last] = [Math.max(0, range[0]), Math.min(range[1], this.classes.length - 1)];
    for (let label = first; label <= last; label++) {
      lacking += lacks(label);
      if (lacks(label) > 0) open++;
    }
    return Math.min(rows * (open / Math.max(1, range[1] - range[0] + 1)), lacking);
  }

  private learnClasses({ columns, groups }: RemoteTable): void {
    if (this.named) return;
    if (columns.isText) return this.noteLabels(columns);
    const names = columns.names ?? this.namesOfCard(columns.label);
    if (names) {
      this.classes = names;
      this.named = true;
    } else if (groups.every(({ range }) => range !== null)) {
      const largest = groups.reduce((most, { range }) => Math.max(most, range![1]), -1);
      if (largest >= 0) this.nameByNumber(largest + 1);
    }
    this.noteLabels(columns);
  }

  private noteLabels({ labels, label }: Columns): void {
    if (labels.length > 1 && !this.notes.some(({ name }) => name === 'severalLabels')) {
      this.notes.push(say('severalLabels', labels.join(', '), label));
    }
  }

  /** Of a text once all classes are known: classes that only other splits have are none. */
  private numberOf(text: string): number {
    const number = this.texts.numberOf(text);
    return this.places === null ? number : number < 0 ? -1 : (this.places[number] ?? this.classes.length);
  }

  private nameByTexts(rows: SplitImages['rows']): void {
    const { classes, places, byNumber } = this.texts.inOrder();
    this.classes = classes;
    this.places = places;
    this.named = true;
    for (const each of rows) each.label = places[each.label];
    if (byNumber) this.notes.push(say('classesByNumber'));
  }

  private nameByNumber(count: number): void {
    this.classes = Array.from({ length: count }, (_, i) => String(i));
    this.named = true;
  }

  /** Names as the dataset's page has them: {"0": "cat", "1": "dog"}. */
  private namesOfCard(label: string): string[] | null {
    const { dataset_info: info } = this.repository.card;
    const entries = (Array.isArray(info) ? (info as unknown[]) : [info]).filter(isRecord);
    const entry = entries.find(({ config_name: name }) => name === this.request.config) ?? entries[0];
    const features = Array.isArray(entry?.features) ? (entry.features as unknown[]) : [];
    const type = features.filter(isRecord).find(({ name }) => name === label)?.dtype;
    const held = isRecord(type) && isRecord(type.class_label) ? type.class_label.names : undefined;
    const names = isRecord(held) ? Object.keys(held).map((_, i) => held[String(i)]) : held;
    return Array.isArray(names) && names.every((name): name is string => typeof name === 'string') ? names : null;
  }
}
