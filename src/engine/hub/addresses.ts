/** What people type: a name on the hub, or an address, also that of a page about a file. */
import { say } from '../sentences';
import { HubError } from './hubError';

/** Hugging Face's address, without a slash at its end. */
export const HUB = 'https://huggingface.co';

export type Source =
  | { kind: 'hub'; id: string; revision: string; dataset: boolean }
  /** A single file. */
  | { kind: 'file'; url: string };

/** Parts of a name: none of them leads elsewhere. */
const PART = /^(?!\.{1,2}$)[\w.-]+$/;
/** Addresses of this computer need no encryption. */
const LOCAL = /^(localhost|127(\.\d+){3}|\[::1\])$/;

/**
 * @param hub address of the hub, without a slash at its end
 * @throws HubError where it is neither
 */
export function readSource(text: string, hub = HUB): Source {
  const typed = text.trim();
  if (/^https?:\/\//i.test(typed)) return readAddress(typed, hub);
  const [name, revision = 'main', ...more] = typed.replace(/^(hf[-_]hub:|hf:)/, '').split('@');
  const parts = name.replace(/^datasets\//, '').split('/');
  if (parts.length > 2 || more.length > 0 || revision === '' || !parts.every((part) => PART.test(part))) {
    throw badName(text);
  }
  return { kind: 'hub', id: parts.join('/'), revision, dataset: name.startsWith('datasets/') };
}

const badName = (text: string) => new HubError(say('hubBadName', text.slice(0, 200)), say('hubBadNameHint'));

function readAddress(typed: string, hub: string): Source {
  let url: URL;
  try {
    url = new URL(typed);
  } catch {
    throw badName(typed);
  }
  const base = new URL(hub);
  if (url.protocol === 'http:' && !LOCAL.test(url.hostname) && url.origin !== base.origin) {
    throw new HubError(say('hubNotSecure', typed.slice(0, 200)), say('hubNotSecureHint'));
  }
  const parts = url.pathname.split('/').filter(Boolean);
  if (url.origin === base.origin || ['huggingface.co', 'hf.co', 'www.huggingface.co'].includes(url.host)) {
    const dataset = parts[0] === 'datasets';
    const [owner, name, view, revision = 'main', ...file] = dataset ? parts.slice(1) : parts;
    if (owner === undefined) throw badName(typed);
    if (name === undefined || view === undefined || view === 'tree' || view === 'viewer') {
      const id = name === undefined ? owner : `${owner}/${name}`;
      return { kind: 'hub', id, revision: view === 'tree' ? decodeURIComponent(revision) : 'main', dataset };
    }
    const path = `${dataset ? 'datasets/' : ''}${owner}/${name}/resolve/${revision}/${file.join('/')}`;
    if (['blob', 'raw', 'resolve'].includes(view)) return { kind: 'file', url: `${hub}/${path}` };
  }
  // The page about a file on GitHub, which lets no other page read it; the file itself is elsewhere.
  if (url.host === 'github.com' && (parts[2] === 'blob' || parts[2] === 'raw')) {
    const [owner, name, , ...rest] = parts;
    return { kind: 'file', url: `https://raw.githubusercontent.com/${owner}/${name}/${rest.join('/')}` };
  }
  return { kind: 'file', url: url.href };
}
