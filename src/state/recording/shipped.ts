import { SHIPPED_RECORDING } from './format';

let loading: Promise<string | null> | null = null;

/** The text of the recorded run that comes with the page; null where it cannot be had. Fetched once; never rejects. */
export function loadShipped(baseUrl: string): Promise<string | null> {
  return (loading ??= load(baseUrl));
}

async function load(baseUrl: string): Promise<string | null> {
  try {
    const response = await fetch(new URL(SHIPPED_RECORDING, baseUrl));
    return response.ok ? await response.text() : null;
  } catch {
    return null;
  }
}
