/** How pictures of another size are brought to a network's. */
export const INTERPOLATIONS = ['bilinear', 'bicubic', 'lanczos'] as const;
export type Interpolation = (typeof INTERPOLATIONS)[number];

export interface NetworkResizing {
  /** Side of the square that is cut out of the middle, as a share of the shorter side before it. */
  cropShare: number;
  interpolation: Interpolation;
}
