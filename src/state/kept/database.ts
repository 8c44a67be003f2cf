/** IndexedDB as a table of values by name. Every failure of it rejects with a `StorageError`. */

/** `denied`: the browser keeps nothing for this page; `full`: there is no room; `failed`: anything else. */
export type StorageProblem = 'denied' | 'full' | 'failed';

export class StorageError extends Error {
  constructor(
    readonly problem: StorageProblem,
    detail: string,
  ) {
    super(detail);
    this.name = 'StorageError';
  }
}

export interface Database {
  names(): Promise<string[]>;
  get(name: string): Promise<unknown>;
  /** All or nothing. @param values what is undefined is deleted */
  put(values: Readonly<Record<string, unknown>>): Promise<void>;
}

const NAME = 'fdda-playground';
const TABLE = 'kept';

function storageError(error: unknown): StorageError {
  if (error instanceof StorageError) return error;
  const { name = '', message = '' } = (error ?? {}) as { name?: string; message?: string };
  const detail = message || name;
  if (name === 'QuotaExceededError') return new StorageError('full', detail);
  // In private windows of some browsers, in sandboxes, and where the user has switched it off.
  if (name === 'SecurityError' || name === 'InvalidStateError' || name === 'NotAllowedError' || name === 'TypeError')
    return new StorageError('denied', detail);
  return new StorageError('failed', detail);
}

const answerOf = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(storageError(request.error));
  });

/**
 * Opens the page's database, which is there from then on.
 *
 * @param onLost called when the browser has taken it away: its data was cleared, or a newer page wants it otherwise
 * @throws StorageError
 */
export async function openDatabase(onLost: () => void): Promise<Database> {
  let database: IDBDatabase;
  try {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(TABLE);
    database = await answerOf(request);
  } catch (error) {
    throw storageError(error);
  }
  database.onclose = onLost;
  database.onversionchange = () => {
    database.close();
    onLost();
  };
  const run = async <T>(mode: IDBTransactionMode, work: (table: IDBObjectStore) => T): Promise<T> => {
    try {
      const transaction = database.transaction(TABLE, mode);
      const done = new Promise<void>((resolve, reject) => {
        transaction.oncomplete = () => resolve();
        transaction.onabort = () => reject(storageError(transaction.error));
      });
      const result = work(transaction.objectStore(TABLE));
      await done;
      return result;
    } catch (error) {
      throw storageError(error);
    }
  };
  return {
    names: async () => (await run('readonly', (table) => table.getAllKeys())).result.map(String),
    get: async (name) => (await run('readonly', (table) => table.get(name) as IDBRequest<unknown>)).result,
    put: (values) =>
      run('readwrite', (table) => {
        for (const [name, value] of Object.entries(values))
          if (value === undefined) table.delete(name);
          else table.put(value, name);
      }),
  };
}
