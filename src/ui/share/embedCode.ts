/** Sizes of an embedded page that leave something to see. */
export const EMBED_SIZE = { min: 240, max: 2000, width: 900, height: 620 } as const;

const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');

/** HTML that shows `url` inside another page: as wide as there is room, up to `width`. */
export function embedCode(url: string, title: string, width: number, height: number): string {
  return `<iframe src="${escaped(url)}" title="${escaped(title)}" width="${width}" height="${height}" style="border: 0; max-width: 100%" loading="lazy" allow="fullscreen; clipboard-write"></iframe>`;
}
