import { SHIPPED_RECORDING } from './format';

/** The text of the recorded run that comes with the page; null where it cannot be had. Never rejects. */
export async function loadShipped(baseUrl: string): Promise<string | null> {
  try {
    const response = await fetch(new URL(SHIPPED_RECORDING, baseUrl));
    return response.ok ? await response.text() : null;
  } catch {
    return null;
  }
}
