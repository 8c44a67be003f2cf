/**
 * npm run record: runs the bundled default run and writes what it showed to public/recordings, where the page finds it
 * before its engine is ready. With --network FILES... and --images FILES... the same of any network and images that the
 * page opens, to --out FILE alone: the page opens it (Take away, Open a recorded run) without network and images.
 * Flags: --out FILE; --withhold-images leaves the calibration images out, for those that are not yours to give;
 * --images-name NAME is what the page calls them; and every setting's own. --beside says which methods run beside the
 * leading one.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { settingsForDataset } from '../engine/data/settingsForDataset';
import { inWords } from '../engine/sentences';
import { SHIPPED_RECORDING } from '../state/recording/format';
import { SHIPPED_POSTER, writePoster } from '../state/recording/poster';
import { generatorArm } from '../state/runRecord';
import { describeNote, parseFlags } from '../state/settings';
import { startBackend } from './backend';
import { takeOwn } from './experiment/ownFlags';
import { loadSource } from './experiment/source';
import { recordRun } from './recordRun';

async function record(argv: string[]): Promise<void> {
  const { own, rest } = takeOwn(argv);
  const { settings: asked, notes, rest: others } = parseFlags(rest);
  const { values: flags } = parseArgs({
    args: others,
    options: {
      out: { type: 'string', default: own ? 'run.json' : join('public', SHIPPED_RECORDING) },
      'withhold-images': { type: 'boolean', default: false },
      'images-name': { type: 'string' },
    },
  });
  for (const note of notes) console.log(describeNote(note));
  await startBackend('wasm');
  const source = await loadSource({ ...(own ? { own } : {}), data: null, weights: null, checkpoint: true });
  for (const note of source.notes) console.log(note);
  const fitted = own ? settingsForDataset(asked, source.dataset) : { settings: asked, notes: [] };
  for (const note of fitted.notes) console.log(inWords(note));
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
  const withhold = flags['withhold-images'];
  const how = { settings: fitted.settings, asked, withhold, called: flags['images-name'] };
  const { text, read, moments } = await recordRun(source, how, version, console.log);
  mkdirSync(dirname(flags.out), { recursive: true });
  writeFileSync(flags.out, text);
  const { overview, live } = read.record;
  const shown = generatorArm(overview);
  if (shown && !own) {
    const poster = join(dirname(flags.out), basename(SHIPPED_POSTER));
    writeFileSync(poster, await writePoster(live.synthetic[shown]!.images, overview.network.numClasses));
  }
  for (const { id, accuracy } of live.accuracy)
    console.log(`${id}: ${accuracy === null ? 'not measured' : `${(100 * accuracy).toFixed(1)} %`}`);
  console.log(`${flags.out}: ${Math.ceil(text.length / 1000)} kB, ${moments} moments`);
  if (own)
    console.log(
      withhold
        ? 'It holds synthetic images, and of the calibration images what was computed of them.'
        : 'It holds the calibration images, made smaller, and synthetic ones: mind whose they are.',
    );
}

try {
  await record(process.argv.slice(2));
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
