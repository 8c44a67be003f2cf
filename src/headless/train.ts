/**
 * npm run train: trains a network of the project's own and writes it with its model card. `--dataset shapes` (or none):
 * the bundled one, see trainShapes.ts. `--dataset cifar10 --data DIR`: a ResNet-20 on CIFAR-10, see trainCifar.ts.
 */
const argv = process.argv.slice(2);
const at = argv.findIndex((word) => word === '--dataset' || word.startsWith('--dataset='));
const inline = at >= 0 && argv[at].includes('=');
const dataset = at < 0 ? 'shapes' : inline ? argv[at].slice('--dataset='.length) : argv[at + 1];
const rest = at < 0 ? argv : argv.filter((_, i) => i !== at && (inline || i !== at + 1));

if (dataset === 'shapes') {
  process.argv = [...process.argv.slice(0, 2), ...rest];
  await import('./trainShapes');
} else if (dataset === 'cifar10') {
  const { trainCifar } = await import('./trainCifar');
  const stop = new AbortController();
  // A second one ends the program at once.
  process.once('SIGINT', () => stop.abort());
  try {
    await trainCifar(rest, { signal: stop.signal, log: console.log });
  } catch (error) {
    console.error((error as Error).message);
    process.exitCode = 1;
  }
} else {
  console.error(`--dataset is shapes or cifar10, not "${dataset ?? ''}".`);
  process.exitCode = 1;
}
