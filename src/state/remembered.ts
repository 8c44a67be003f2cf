/** What the visitor's browser remembers under a name; null where there is nothing or it lets nothing be stored. */
export function remembered(name: string): string | null {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
}

/** Remembers a text for the next visit, where the browser lets it. */
export function remember(name: string, text: string): void {
  try {
    localStorage.setItem(name, text);
  } catch {
    // A browser that stores nothing forgets it when the page is closed.
  }
}
