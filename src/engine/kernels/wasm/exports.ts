import type { WinogradExports } from './exportsWinograd';

/**
 * What assembly/index.ts exports. Arguments are addresses and strides in bytes, sizes and flags; whole numbers, but for
 * epsilons. Those with `first` and `last` do that part of what is computed, so that several threads can share the work;
 * no sum is ever cut by it, so that the result is the same, bit for bit, for any number of threads.
 */
export interface Exports extends WinogradExports {
  zero(address: number, bytes: number): void;
  copy(from: number, to: number, bytes: number): void;

  packFilter(filter: number, k: number, co: number, out: number): void;
  packTurnedFilter(
    filter: number,
    kw: number,
    ci: number,
    co: number,
    u0: number,
    du: number,
    nu: number,
    v0: number,
    dv: number,
    nv: number,
    out: number,
  ): void;
  convolve(
    x: number,
    packed: number,
    y: number,
    scratch: number,
    first: number,
    last: number,
    h: number,
    w: number,
    ci: number,
    kh: number,
    kw: number,
    sh: number,
    sw: number,
    top: number,
    left: number,
    oh: number,
    ow: number,
    co: number,
    yImage: number,
    yRow: number,
    yPixel: number,
    inPlace: number,
  ): void;
  filterGradient(
    x: number,
    dy: number,
    sums: number,
    first: number,
    last: number,
    images: number,
    h: number,
    w: number,
    ci: number,
    oh: number,
    ow: number,
    co: number,
    kh: number,
    kw: number,
    sh: number,
    sw: number,
    top: number,
    left: number,
    rowBlock: number,
    exchanged: number,
  ): void;
  finishFilterGradient(sums: number, out: number, taps: number, ci: number, co: number, exchanged: number): void;

  depthwiseInputGradient(
    dy: number,
    filter: number,
    dx: number,
    first: number,
    last: number,
    h: number,
    w: number,
    c: number,
    oh: number,
    ow: number,
    kh: number,
    kw: number,
    sh: number,
    sw: number,
    top: number,
    left: number,
    m: number,
  ): void;
  depthwiseFilterGradient(
    x: number,
    dy: number,
    sums: number,
    first: number,
    last: number,
    images: number,
    h: number,
    w: number,
    c: number,
    oh: number,
    ow: number,
    kh: number,
    kw: number,
    sh: number,
    sw: number,
    top: number,
    left: number,
    m: number,
  ): void;
  maxPoolGradient(
    x: number,
    y: number,
    dy: number,
    dx: number,
    first: number,
    last: number,
    h: number,
    w: number,
    c: number,
    oh: number,
    ow: number,
    kh: number,
    kw: number,
    sh: number,
    sw: number,
    top: number,
    left: number,
  ): void;
  averagePoolGradient(
    dy: number,
    dx: number,
    first: number,
    last: number,
    h: number,
    w: number,
    c: number,
    oh: number,
    ow: number,
    kh: number,
    kw: number,
    sh: number,
    sw: number,
    top: number,
    left: number,
  ): void;

  copyColumns(from: number, fromRow: number, to: number, toRow: number, rows: number, bytes: number): void;
  poolStatistics(x: number, averaging: number, columns: number, out: number, g: number, n: number, d: number): void;
  poolStatisticsGradient(
    dy: number,
    x: number,
    averaging: number,
    pooled: number,
    columns: number,
    dx: number,
    g: number,
    n: number,
    d: number,
  ): void;

  upsampleFilters(filter: number, out: number, count: number): void;
  upsampleFiltersGradient(sums: number, out: number, ci: number, n: number, n4: number): void;
  upsampleConvolve(
    x: number,
    panels: number,
    y: number,
    scratch: number,
    first: number,
    last: number,
    h: number,
    w: number,
    ci: number,
    co: number,
    block: number,
  ): void;
  upsampleInputGradient(
    dy: number,
    panels: number,
    dx: number,
    scratch: number,
    first: number,
    last: number,
    h: number,
    w: number,
    ci: number,
    co: number,
    block: number,
  ): void;
  upsampleFilterGradient(
    x: number,
    dy: number,
    sums: number,
    scratch: number,
    first: number,
    last: number,
    images: number,
    h: number,
    w: number,
    ci: number,
    co: number,
    block: number,
  ): void;

  imageMeans(x: number, out: number, first: number, last: number, pixels: number, c: number): void;
  imageMoments(x: number, out: number, first: number, last: number, pixels: number, c: number): void;
  imagePairSums(
    dy: number,
    x: number,
    mean: number,
    meanImage: number,
    out: number,
    first: number,
    last: number,
    pixels: number,
    c: number,
  ): void;
  columnSums(x: number, out: number, scratch: number, rows: number, c: number): void;
  stretchSums(x: number, out: number, first: number, last: number, rows: number, c: number): void;
  sumOfStretches(x: number, out: number, stretches: number, c: number): void;
  affineImages(
    x: number,
    a: number,
    b: number,
    y: number,
    scratch: number,
    first: number,
    last: number,
    pixels: number,
    c: number,
    perImage: number,
  ): void;
  affine2Images(
    y: number,
    x: number,
    a: number,
    b: number,
    e: number,
    z: number,
    scratch: number,
    first: number,
    last: number,
    pixels: number,
    c: number,
    aPerImage: number,
  ): void;
  spreadMeans(v: number, y: number, scratch: number, first: number, last: number, pixels: number, c: number): void;

  frozenCoefficients(
    mean: number,
    variance: number,
    gamma: number,
    beta: number,
    epsilon: number,
    scale: number,
    shift: number,
    c: number,
  ): void;
  frozenGradients(
    sums: number,
    variance: number,
    epsilon: number,
    dGamma: number,
    dBeta: number,
    n: number,
    c: number,
  ): void;
  momentsGradient(
    moments: number,
    dMoments: number,
    slope: number,
    offset: number,
    n: number,
    c: number,
    pixels: number,
  ): void;
  groupMoments(
    moments: number,
    mean: number,
    inverse: number,
    n: number,
    c: number,
    groupSize: number,
    epsilon: number,
  ): void;
  groupCoefficients(
    mean: number,
    inverse: number,
    scale: number,
    shift: number,
    factor: number,
    offset: number,
    count: number,
  ): void;
  groupGradients(
    sums: number,
    mean: number,
    inverse: number,
    scale: number,
    dScale: number,
    dShift: number,
    a: number,
    b: number,
    e: number,
    n: number,
    c: number,
    groupSize: number,
    pixels: number,
  ): void;

  leakyRelu(x: number, y: number, slope: number, first: number, last: number): void;
  leakyReluGradient(dy: number, x: number, dx: number, slope: number, first: number, last: number): void;
  reluGradient(dy: number, y: number, dx: number, first: number, last: number): void;
  relu6Gradient(dy: number, y: number, dx: number, first: number, last: number): void;
  tanhGradient(dy: number, y: number, dx: number, first: number, last: number): void;
  fakeQuantize(x: number, y: number, scale: number, zero: number, half: number, first: number, last: number): void;
  fakeQuantizeColumns(x: number, y: number, scale: number, zero: number, half: number, rows: number, c: number): void;
  limitUpdate(p: number, next: number, sizes: number, count: number, settings: number): void;
  relu(x: number, y: number, first: number, last: number): void;
  relu6(x: number, y: number, first: number, last: number): void;
  fakeQuantizeGradient(
    dy: number,
    x: number,
    dx: number,
    scale: number,
    zero: number,
    half: number,
    steps: number,
    zeros: number,
    chunk: number,
    count: number,
    first: number,
    last: number,
  ): void;
  fakeQuantizeColumnsGradient(
    dy: number,
    x: number,
    dx: number,
    scale: number,
    zero: number,
    half: number,
    steps: number,
    zeros: number,
    rows: number,
    c: number,
  ): void;
  columnRanges(x: number, lo: number, hi: number, rows: number, c: number): void;
  quantizationGrids(
    lo: number,
    hi: number,
    bits: number,
    smallest: number,
    scale: number,
    zero: number,
    c: number,
  ): void;
  adam(
    p: number,
    g: number,
    m: number,
    v: number,
    pOut: number,
    mOut: number,
    vOut: number,
    settings: number,
    first: number,
    last: number,
  ): void;
  sgd(
    p: number,
    g: number,
    b: number,
    pOut: number,
    bOut: number,
    settings: number,
    nesterov: number,
    first: number,
    last: number,
  ): void;
}
