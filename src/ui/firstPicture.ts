let drawn = false;

/**
 * The page itself has drawn images for the first time: the performance mark `page drawn`. What a visitor sees first is marked
 * `first picture`, by the poster where there is one.
 */
export function pictureDrawn(): void {
  if (drawn) return;
  drawn = true;
  performance.mark('page drawn');
  if (performance.getEntriesByName('first picture').length === 0) performance.mark('first picture');
}
