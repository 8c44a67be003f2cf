let drawn = false;
let tell: () => void = () => undefined;

/** Resolves when the page has drawn images for the first time; the moment is the performance mark `first picture`. */
export const firstPicture = new Promise<void>((resolve) => {
  tell = resolve;
});

export function pictureDrawn(): void {
  if (drawn) return;
  drawn = true;
  performance.mark('first picture');
  tell();
}
