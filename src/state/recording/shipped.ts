import { SHIPPED_RECORDING } from './format';

/** The text of a recorded run that comes with the page; null where it cannot be had. Never rejects. */
export async function loadShipped(baseUrl: string, path = SHIPPED_RECORDING): Promise<string | null> {
  try {
    const response = await fetch(new URL(path, baseUrl));
    return response.ok ? await response.text() : null;
  } catch {
    return null;
  }
}
