/**
 * The dial: everything that makes "Shapes" easy or hard, in one place. [low, high] is a range drawn from uniformly;
 * lengths are in pixels of the 32x32 image, probabilities and shares 0 to 1.
 *
 * Changing a number changes every image of every split: networks trained before are then trained on other data.
 */
export const SHAPES_DIFFICULTY = {
  // ---- figure ------------------------------------------------------------------------------------------------
  /** Radius of the figure, about. Small is hard: a hexagon of radius 6 has few pixels of corner. */
  radius: [7, 12] as Range,
  /** Largest turn away from upright, radians; pi is any direction. */
  turn: Math.PI,
  /** Largest stretch along a random axis (1.2: 20 % longer, 17 % narrower). */
  stretch: 1.2,
  /** Largest share of the radius by which the figure may hang over the frame's edge. */
  overhang: 0.1,
  /** Shift of every corner, share of the radius. Blurs hexagon, square and circle into each other. */
  cornerJitter: [0, 0.06] as Range,
  /** Rounding of the corners, share of the radius. As above. */
  rounding: [0, 0.12] as Range,
  /** Waviness of the edge, share of the radius. */
  waviness: [0, 0.045] as Range,

  // ---- paint -------------------------------------------------------------------------------------------------
  /** Least distance of figure and background in OKLab (0.1 hardly visible, 0.5 strong). */
  contrast: [0.12, 0.5] as Range,
  /** Share of figures that are textured (the others are plain or shaded). */
  figureTexture: 0.5,
  /** Share of figures drawn as an outline only (a circle never is: that is a ring). */
  outline: 0.18,
  /** Share of figures with a border in another colour. */
  border: 0.25,
  /** Share of figures with a shadow, and with light and shade on their rim. */
  shadow: 0.4,
  bevel: 0.35,
  /** Share of backgrounds that are textured. */
  backgroundTexture: 0.6,
  /** Strength of the background's texture: OKLab distance of its two colours. */
  backgroundTextureContrast: [0.05, 0.15] as Range,

  // ---- clutter -----------------------------------------------------------------------------------------------
  /** Small fragments (lines, dots, arcs, shards) behind the figure and before it: 0 to this many. */
  fragmentsBehind: 4,
  fragmentsBefore: 2,
  /** Share of images with large pieces coming in from the frame's edge, behind the figure. */
  slabs: 0.35,
  /** Share of images where something covers a part of the figure, and how deep it reaches, share of the radius. */
  occlusion: 0.25,
  occlusionDepth: [0.15, 0.45] as Range,

  // ---- camera ------------------------------------------------------------------------------------------------
  /** Light falling off across the image. */
  lighting: [0, 0.5] as Range,
  /** Change of brightness and of each channel's gain. */
  exposure: 0.32,
  colourCast: 0.06,
  /** Share of images out of focus, and how far (weight of each neighbour in a 3-tap blur). */
  blurred: 0.3,
  blur: [0.08, 0.25] as Range,
  /** Standard deviation of the noise, of 255. */
  noise: [1, 10] as Range,
};

export type Range = [low: number, high: number];
export type ShapesDifficulty = typeof SHAPES_DIFFICULTY;

/**
 * An easier version of the same data: what the bundled network is trained on. In use it meets the full difficulty, as
 * networks do; its margins are thinner there, and quantization costs more.
 */
export const SHAPES_EASY: ShapesDifficulty = {
  ...SHAPES_DIFFICULTY,
  radius: [8, 12.5],
  cornerJitter: [0, 0.055],
  rounding: [0, 0.11],
  contrast: [0.24, 0.44],
  outline: 0.14,
  backgroundTextureContrast: [0.04, 0.13],
  fragmentsBehind: 3,
  fragmentsBefore: 1,
  occlusion: 0.2,
  occlusionDepth: [0.15, 0.4],
  lighting: [0, 0.35],
  exposure: 0.15,
  noise: [1, 9],
};
