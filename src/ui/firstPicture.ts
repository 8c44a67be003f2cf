let drawn = false;
let resolve: () => void;

/** Once there are images to be seen, the poster's or the page's own: what need not be there before waits for it. */
export const firstPicture = new Promise<void>((done) => {
  resolve = done;
  if (performance.getEntriesByName('first picture').length > 0) done();
});

/**
 * The page itself has drawn images for the first time: the performance mark `page drawn`. What a visitor sees first is
 * marked `first picture`, by the poster where there is one.
 */
export function pictureDrawn(): void {
  if (drawn) return;
  drawn = true;
  resolve();
  performance.mark('page drawn');
  if (performance.getEntriesByName('first picture').length === 0) performance.mark('first picture');
}
