import '@mantine/core/styles/Overlay.css';
import '@mantine/core/styles/Paper.css';
import '@mantine/core/styles/ModalBase.css';
import '@mantine/core/styles/Modal.css';
import './paired.css';
import { Button, Modal } from '@mantine/core';
import { useEffect, useMemo, useRef, useState } from 'react';
import type { PairedKind } from '../../engine/evaluation/rightAnswers';
import type { ImageTile } from '../../engine/runReport';
import { Choice } from '../Choice';
import { ClassMarker } from '../ClassMarker';
import { grouped } from '../format';
import { useWords } from '../language';
import { className } from '../words/words';
import type { PairedImagesByKind } from './pairedPages';
import { firstKind, pageOf, SHOWN_KINDS } from './pairedPages';
import type { Names } from './pairedSentences';

export interface PairedImagesProps {
  /** What the two are called. */
  names: Names;
  /** What the difference is and how sure, a sentence each. */
  said?: readonly string[];
  /** Test images by who answers them rightly; see `judge`. */
  images: PairedImagesByKind;
  /** [n] what is on the test images. */
  labels: ArrayLike<number>;
  /** [n] what each of the two takes them for; null where only right and wrong was kept. */
  answersA: ArrayLike<number> | null;
  answersB: ArrayLike<number> | null;
  classNames: readonly string[];
  /** Fetches test images, one each, in the order of `indices`. Must be the same function every time. */
  load: (indices: readonly number[]) => Promise<ImageTile>;
}

/** One image of a tile at its own size; the style sheet enlarges it. */
export function Picture({ tile, index, label }: { tile: ImageTile; index: number; label: string }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const { width, height, rgba } = tile;
    const context = canvas.current?.getContext('2d');
    if (!context) return;
    const size = width * height * 4;
    const pixels = context.createImageData(width, height);
    pixels.data.set(rgba.subarray(index * size, (index + 1) * size));
    context.putImageData(pixels, 0, 0);
  }, [tile, index]);
  return <canvas ref={canvas} role="img" aria-label={label} width={tile.width} height={tile.height} />;
}

/** What a page fetched, or that it could not be. */
interface Fetched {
  indices: readonly number[];
  attempt: number;
  tile: ImageTile | null;
}

/** The images at `indices`; null while they are on their way. */
function useTile(
  load: PairedImagesProps['load'],
  indices: readonly number[],
): { tile: ImageTile | null; failed: boolean; again: () => void } {
  const [attempt, setAttempt] = useState(0);
  const [fetched, setFetched] = useState<Fetched | null>(null);
  useEffect(() => {
    if (indices.length === 0) return;
    let wanted = true;
    const arrived = (tile: ImageTile | null) => wanted && setFetched({ indices, attempt, tile });
    load(indices).then(
      (tile) => arrived(tile.count === indices.length ? tile : null),
      () => arrived(null),
    );
    return () => {
      wanted = false;
    };
  }, [load, indices, attempt]);
  const here = fetched !== null && fetched.indices === indices && fetched.attempt === attempt;
  return {
    tile: here ? fetched.tile : null,
    failed: here && fetched.tile === null,
    again: () => setAttempt(attempt + 1),
  };
}

/** An image with what it is above, and what the two say below. */
function Cell({
  of: { names, labels, answersA, answersB, classNames },
  kind,
  index,
  tile,
  position,
}: {
  of: PairedImagesProps;
  kind: PairedKind;
  index: number;
  tile: ImageTile;
  position: number;
}) {
  const words = useWords();
  const { panel } = words.paired;
  const named = (classIndex: number) => className(words, classNames, classIndex);
  const truth = named(labels[index]);
  const sides = [
    { name: names.b, answers: answersB, right: kind === 'onlyB' || kind === 'both' },
    { name: names.a, answers: answersA, right: kind === 'onlyA' || kind === 'both' },
  ];
  return (
    <li>
      <span className="paired-truth">
        <ClassMarker index={labels[index]} /> {truth}
      </span>
      <Picture tile={tile} index={position} label={panel.image(String(index), truth)} />
      {sides.map(({ name, answers, right }) => (
        <span key={name} className="paired-answer" data-right={right}>
          <span className="paired-sign" aria-hidden="true">
            {right ? '✓' : '✗'}
          </span>
          {panel.answer(name, answers ? named(answers[index]) : right ? panel.right : panel.wrong)}
        </span>
      ))}
    </li>
  );
}

/** The images themselves: which of them, a page of them, and how to turn it. */
export function PairedImagesContent(props: PairedImagesProps) {
  const { names, said, images, load } = props;
  const { panel } = useWords().paired;
  const [kind, setKind] = useState(() => firstKind(images));
  const [wanted, setWanted] = useState(0);
  const all = images[kind];
  const { page, pages, indices, from, to } = useMemo(() => pageOf(all, wanted), [all, wanted]);
  const { tile, failed, again } = useTile(load, indices);
  return (
    <div className="paired-images">
      {said && <p>{said.join(' ')}</p>}
      <Choice
        label={panel.which}
        value={kind}
        onChange={(next) => {
          setKind(next);
          setWanted(0);
        }}
        options={SHOWN_KINDS.map((each) => ({
          value: each,
          label: panel.kinds[each](names.a, names.b, grouped(images[each].length)),
        }))}
      />
      <p className="view-note">{panel.help}</p>
      {pages > 1 && (
        <div className="paired-pages" role="group" aria-label={panel.pages}>
          <Button size="compact-sm" variant="default" disabled={page === 0} onClick={() => setWanted(page - 1)}>
            {panel.previous}
          </Button>
          <span aria-live="polite">{panel.range(grouped(from), grouped(to), grouped(all.length))}</span>
          <Button size="compact-sm" variant="default" disabled={page === pages - 1} onClick={() => setWanted(page + 1)}>
            {panel.next}
          </Button>
        </div>
      )}
      {all.length === 0 ? (
        <p className="paired-state">{panel.empty}</p>
      ) : failed ? (
        <div className="paired-state" role="alert">
          <p>{panel.failed}</p>
          <Button size="compact-sm" onClick={again}>
            {panel.again}
          </Button>
        </div>
      ) : tile === null ? (
        <p className="paired-state" aria-live="polite">
          {panel.loading}
        </p>
      ) : (
        <ul className="paired-grid" aria-label={panel.list}>
          {indices.map((index, position) => (
            <Cell key={index} of={props} kind={kind} index={index} tile={tile} position={position} />
          ))}
        </ul>
      )}
    </div>
  );
}

/** The images behind a difference of two methods: which of the two is right on each, and what both say. */
export function PairedImages({
  opened,
  onClose,
  ...content
}: PairedImagesProps & { opened: boolean; onClose: () => void }) {
  const { panel } = useWords().paired;
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={panel.title(content.names.b, content.names.a)}
      size={820}
      closeButtonProps={{ 'aria-label': panel.close }}
      transitionProps={{ duration: 0 }}
    >
      <PairedImagesContent {...content} />
    </Modal>
  );
}
