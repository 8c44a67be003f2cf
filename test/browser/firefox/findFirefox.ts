import { accessSync, constants } from 'node:fs';
import path from 'node:path';

const COMMANDS = ['firefox-esr', 'firefox'];
const PLACES = [
  '/usr/bin',
  '/snap/bin',
  '/Applications/Firefox.app/Contents/MacOS',
  'C:\\Program Files\\Mozilla Firefox',
];

/** The executable of a Firefox: the one that FIREFOX_PATH names, else the system's; null where there is none. */
export function findFirefox(): string | null {
  const named = process.env.FIREFOX_PATH;
  const folders = [...(process.env.PATH ?? '').split(path.delimiter).filter(Boolean), ...PLACES];
  const endings = process.platform === 'win32' ? ['.exe'] : [''];
  const files = folders.flatMap((folder) =>
    COMMANDS.flatMap((command) => endings.map((end) => path.join(folder, command + end))),
  );
  const isExecutable = (file: string) => {
    try {
      accessSync(file, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  };
  if (named && !isExecutable(named)) throw new Error(`FIREFOX_PATH names ${named}, which cannot be executed.`);
  return named ?? files.find(isExecutable) ?? null;
}
