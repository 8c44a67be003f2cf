/**
 * How pages of parquet tables are packed, beside what hyparquet reads itself. Loaded where a table has them: Polars
 * writes zstd, others gzip or LZ4.
 */
import type { Compressors } from 'hyparquet';
import { decompressGzip, decompressLz4Raw, decompressZstd } from 'hyparquet-compressors';

/**
 * Each takes a page and the bytes that it says it has unpacked, which were held against what a page may have. The older
 * LZ4 and brotli are left out: a damaged page of theirs may never come to an end, or take any memory.
 */
export const compressors: Compressors = {
  GZIP: (page, length) => decompressGzip(page, length),
  LZ4_RAW: (page, length) => decompressLz4Raw(page, length),
  // Without the place for its result it takes the memory that the page asks for.
  ZSTD: (page, length) => decompressZstd(page, new Uint8Array(length)),
};
