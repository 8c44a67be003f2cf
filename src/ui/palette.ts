/** Ten colors that stay apart with the common kinds of color blindness, one set for each background. */
const LIGHT = [
  '#133f84',
  '#f0460b',
  '#087646',
  '#bf4990',
  '#6f4900',
  '#0e96df',
  '#7545c6',
  '#711217',
  '#4c4246',
  '#6fa031',
] as const;
const DARK = [
  '#99aeef',
  '#f06814',
  '#13b57f',
  '#d765a6',
  '#ffb700',
  '#7df5ff',
  '#b181ff',
  '#9c783d',
  '#e5cdc0',
  '#c3ff71',
] as const;

/** Corners of shapes around (0, 0) with radius about 1; `open` ones are strokes. */
const polygon = (corners: number, turn: number, radii: readonly number[] = [1]) =>
  Array.from({ length: corners * radii.length }, (_, i) => {
    const angle = turn + (i * 2 * Math.PI) / (corners * radii.length);
    const radius = radii[i % radii.length];
    return `${i === 0 ? 'M' : 'L'}${(radius * Math.cos(angle)).toFixed(3)} ${(radius * Math.sin(angle)).toFixed(3)}`;
  }).join('') + 'Z';
const UP = -Math.PI / 2;

export const MARKERS = [
  'M1 0A1 1 0 1 1-1 0A1 1 0 1 1 1 0Z', // circle
  polygon(4, Math.PI / 4, [1.2]), // square
  polygon(3, UP, [1.25]), // triangle
  polygon(4, UP, [1.25]), // diamond
  polygon(5, UP, [1.35, 0.6]), // star
  'M-.4-1.1H.4V-.4H1.1V.4H.4V1.1H-.4V.4H-1.1V-.4H-.4Z', // plus
  polygon(3, -UP, [1.25]), // triangle, point down
  polygon(6, 0, [1.15]), // hexagon
  'M-1.05-.5L-.5-1.05L0-.55L.5-1.05L1.05-.5L.55 0L1.05 .5L.5 1.05L0 .55L-.5 1.05L-1.05 .5L-.55 0Z', // cross
  polygon(4, UP, [1.45, 0.55]), // four-pointed star
] as const;

export type Scheme = 'light' | 'dark';

/** Color of a class; with more than ten classes colors come again with other markers. */
export const classColor = (index: number, scheme: Scheme): string => (scheme === 'dark' ? DARK : LIGHT)[index % 10];

/** SVG path of a class's marker, of radius about 1 around the origin. */
export const classMarker = (index: number): string => MARKERS[(index + Math.floor(index / 10)) % 10];

/** Colors of lines that are no classes. An arm has its name's; those called like a term have the term's. */
export const lineColors = {
  light: {
    ceMixed: '#0067b1',
    bns: '#8f6b00',
    distorted: '#c0508f',
    floor: '#c0508f',
    ceSingle: '#1b9ed8',
    centralized: '#00875f',
    contrast: '#7545c6',
    total: '#5f6670',
    real: '#33404d',
    synthetic: '#d1560a',
    calibration: '#8f6b00',
    zeroShot: '#1b9ed8',
    fdda: '#0067b1',
    fddaPlus: '#7545c6',
    custom: '#33404d',
    fullPrecision: '#5f6670',
    ptq: '#d1560a',
  },
  dark: {
    ceMixed: '#5aa9ff',
    bns: '#f2c230',
    distorted: '#f095c8',
    floor: '#f095c8',
    ceSingle: '#8fe0ff',
    centralized: '#2fc796',
    contrast: '#c3a4ff',
    total: '#b9c0c9',
    real: '#d5dbe1',
    synthetic: '#ff8a3d',
    calibration: '#f2c230',
    zeroShot: '#8fe0ff',
    fdda: '#5aa9ff',
    fddaPlus: '#c3a4ff',
    custom: '#d5dbe1',
    fullPrecision: '#b9c0c9',
    ptq: '#ff8a3d',
  },
} as const;

/**
 * Shades of a map with a dividing value: blue from strong to weak, then orange from weak to strong; each with what can
 * be read on it.
 */
export const divergingShades = {
  light: [
    ['#2f6db3', '#ffffff'],
    ['#79a9dc', '#1b2129'],
    ['#b3cfee', '#1b2129'],
    ['#dde9f7', '#1b2129'],
    ['#fbe3cd', '#1b2129'],
    ['#f6bd8a', '#1b2129'],
    ['#e98f42', '#1b2129'],
    ['#b0550a', '#ffffff'],
  ],
  dark: [
    ['#7db5f5', '#111317'],
    ['#4b82c0', '#ffffff'],
    ['#2f567f', '#ffffff'],
    ['#20384f', '#ffffff'],
    ['#4f3520', '#ffffff'],
    ['#7d4d1f', '#ffffff'],
    ['#c06f1c', '#111317'],
    ['#ffab5c', '#111317'],
  ],
} as const satisfies Record<Scheme, readonly (readonly [fill: string, ink: string])[]>;

const ON_PAPER = new Map<string, string>([
  ...DARK.map((color, i) => [color, LIGHT[i]] as const),
  ...(Object.keys(lineColors.dark) as (keyof typeof lineColors.dark)[]).map(
    (name) => [lineColors.dark[name], lineColors.light[name]] as const,
  ),
]);

/** The color that stands on white paper for one of either scheme. */
export const onPaper = (color: string): string => ON_PAPER.get(color) ?? color;
