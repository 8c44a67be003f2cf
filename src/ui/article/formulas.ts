import type { Words } from '../words/words';

export type FormulaId = keyof Words['argument']['formulas'];
export type SymbolId = keyof Words['argument']['symbolMeanings'];

/**
 * The formulas of the article, exactly as the method has them. `\sym{id}{...}` marks a symbol that the reader can ask
 * about; the lines are the same as those of the words' plain version.
 */
export const FORMULAS: Record<FormulaId, { lines: readonly string[]; symbols: readonly SymbolId[] }> = {
  quantizer: {
    lines: [
      String.raw`\sym{scale}{s} = \dfrac{2^{\sym{bits}{k}} - 1}{\max(\sym{high}{\mathit{hi}} - \sym{low}{\mathit{lo}},\; 10^{-8})}`,
      String.raw`\sym{zero}{z} = \operatorname{round}(\sym{scale}{s}\,\sym{low}{\mathit{lo}}) + 2^{\sym{bits}{k}-1}`,
      String.raw`\sym{integer}{q} = \operatorname{clamp}\bigl(\operatorname{round}(\sym{scale}{s}\,\sym{x}{x} - \sym{zero}{z}),\; -2^{\sym{bits}{k}-1},\; 2^{\sym{bits}{k}-1} - 1\bigr)`,
      String.raw`\sym{rounded}{x'} = (\sym{integer}{q} + \sym{zero}{z}) \,/\, \sym{scale}{s}`,
    ],
    symbols: ['x', 'rounded', 'bits', 'low', 'high', 'scale', 'zero', 'integer'],
  },
  statistics: {
    lines: [
      String.raw`\sym{mean}{\mu_{l,j}} = \dfrac{1}{\sym{count}{N H W}} \sum_{n,h,w} \sym{activation}{a_{n,h,w}}`,
      String.raw`\sym{variance}{\sigma^2_{l,j}} = \dfrac{1}{\sym{count}{N H W}} \sum_{n,h,w} \bigl(\sym{activation}{a_{n,h,w}} - \sym{mean}{\mu_{l,j}}\bigr)^2`,
      String.raw`\sym{centerMean}{\mu_{l,c}} = \operatorname{avg}_i\, \sym{imageMean}{m_i}`,
      String.raw`\sym{centerVariance}{\sigma^2_{l,c}} = \operatorname{avg}_i \bigl(\sym{imageVariance}{v_i} + \sym{imageMean}{m_i}^2\bigr) - \sym{centerMean}{\mu_{l,c}}^2`,
    ],
    symbols: [
      'mean',
      'variance',
      'layer',
      'channel',
      'activation',
      'count',
      'centerMean',
      'centerVariance',
      'imageMean',
      'imageVariance',
    ],
  },
  silhouette: {
    lines: [
      String.raw`\sym{silhouette}{S_i} = \dfrac{\sym{between}{b_i} - \sym{within}{a_i}}{\max(\sym{within}{a_i},\, \sym{between}{b_i})}`,
    ],
    symbols: ['silhouette', 'within', 'between'],
  },
  centralized: {
    lines: [
      String.raw`\sym{centralized}{C} = \dfrac{1}{\sym{layers}{L} - \sym{startLayer}{l_0}} \sum_{\sym{layer}{l} \ge \sym{startLayer}{l_0}} \Bigl[ \sym{mse}{\mathrm{MSE}}(\sym{mean}{\mu_l},\, \sym{centerMean}{\mu_{l,c}})`,
      String.raw`\qquad\qquad {} + \sym{mse}{\mathrm{MSE}}(\sym{variance}{\sigma^2_l},\, \sym{centerVariance}{\sigma^2_{l,c}}) \Bigr]`,
      String.raw`\sym{startLayer}{l_0} = \lfloor (\sym{layers}{L} + 1) / 2 \rfloor - 2`,
    ],
    symbols: [
      'centralized',
      'layers',
      'layer',
      'startLayer',
      'mse',
      'mean',
      'variance',
      'centerMean',
      'centerVariance',
    ],
  },
  distorted: {
    lines: [
      String.raw`\sym{distorted}{D} = \dfrac{1}{\sym{layers}{L} - \sym{startLayer}{l_0}} \sum_{\sym{layer}{l} \ge \sym{startLayer}{l_0}} \Bigl[ \sym{mse}{\mathrm{MSE}}(\sym{mean}{\mu_l},\, \sym{centerMean}{\mu_{l,c}} + 0.5\,\sym{noise}{\varepsilon})`,
      String.raw`\qquad\qquad {} + \sym{mse}{\mathrm{MSE}}(\sym{variance}{\sigma^2_l},\, \sym{centerVariance}{\sigma^2_{l,c}} + 1.0\,\sym{noise}{\varepsilon'}) \Bigr]`,
      String.raw`\sym{noise}{\varepsilon, \varepsilon'} \sim \mathcal{N}(0, 1)`,
      String.raw`\sym{expectation}{\mathbb{E}}[\sym{distorted}{D}] = \sym{centralized}{C} + 0.5^2 + 1.0^2`,
      String.raw`\text{loss} = 0.5\,\sym{ceMixed}{\mathrm{CE}_\mathrm{mixed}} + 0.2\,\sym{bns}{\mathrm{BNS}} + 0.9\,\sym{distorted}{D}`,
      String.raw`\qquad\qquad {} + 0.5\,\sym{ceSingle}{\mathrm{CE}_\mathrm{single}} + 0.01\,\sym{centralized}{C}`,
    ],
    symbols: [
      'distorted',
      'noise',
      'expectation',
      'centralized',
      'layers',
      'layer',
      'startLayer',
      'mse',
      'mean',
      'variance',
      'centerMean',
      'centerVariance',
      'ceMixed',
      'bns',
      'ceSingle',
    ],
  },
  student: {
    lines: [
      String.raw`\text{loss} = \sym{ce}{\mathrm{CE}} + \sym{alpha}{\alpha}\, \sym{temperature}{T}^2\, \sym{kl}{\mathrm{KL}}(\text{teacher} \,\|\, \text{student})`,
      String.raw`\sym{alpha}{\alpha} = \sym{temperature}{T} = 20`,
      String.raw`\sym{error}{\mathrm{SE}} = \sqrt{\sym{accuracy}{p}\,(1 - \sym{accuracy}{p}) \,/\, \sym{tests}{n}}`,
    ],
    symbols: ['ce', 'kl', 'alpha', 'temperature', 'error', 'accuracy', 'tests'],
  },
};

/** Each symbol alone, for the legends: typeset, and in plain signs until that is there. */
export const SYMBOLS: Record<SymbolId, { tex: string; plain: string }> = {
  x: { tex: 'x', plain: 'x' },
  rounded: { tex: `x'`, plain: 'x′' },
  bits: { tex: 'k', plain: 'k' },
  low: { tex: String.raw`\mathit{lo}`, plain: 'lo' },
  high: { tex: String.raw`\mathit{hi}`, plain: 'hi' },
  scale: { tex: 's', plain: 's' },
  zero: { tex: 'z', plain: 'z' },
  integer: { tex: 'q', plain: 'q' },
  layer: { tex: 'l', plain: 'l' },
  channel: { tex: 'j', plain: 'j' },
  activation: { tex: 'a_{n,h,w}', plain: 'a_n,h,w' },
  count: { tex: 'N H W', plain: 'N H W' },
  mean: { tex: String.raw`\mu_l`, plain: 'μ_l' },
  variance: { tex: String.raw`\sigma^2_l`, plain: 'σ²_l' },
  imageMean: { tex: 'm_i', plain: 'm_i' },
  imageVariance: { tex: 'v_i', plain: 'v_i' },
  centerMean: { tex: String.raw`\mu_{l,c}`, plain: 'μ_l,c' },
  centerVariance: { tex: String.raw`\sigma^2_{l,c}`, plain: 'σ²_l,c' },
  silhouette: { tex: 'S_i', plain: 'S_i' },
  within: { tex: 'a_i', plain: 'a_i' },
  between: { tex: 'b_i', plain: 'b_i' },
  centralized: { tex: 'C', plain: 'C' },
  layers: { tex: 'L', plain: 'L' },
  startLayer: { tex: 'l_0', plain: 'l₀' },
  mse: { tex: String.raw`\mathrm{MSE}`, plain: 'MSE' },
  distorted: { tex: 'D', plain: 'D' },
  noise: { tex: String.raw`\varepsilon, \varepsilon'`, plain: 'ε, ε′' },
  expectation: { tex: String.raw`\mathbb{E}`, plain: 'E' },
  ceMixed: { tex: String.raw`\mathrm{CE}_\mathrm{mixed}`, plain: 'CE_mixed' },
  bns: { tex: String.raw`\mathrm{BNS}`, plain: 'BNS' },
  ceSingle: { tex: String.raw`\mathrm{CE}_\mathrm{single}`, plain: 'CE_single' },
  ce: { tex: String.raw`\mathrm{CE}`, plain: 'CE' },
  alpha: { tex: String.raw`\alpha`, plain: 'α' },
  temperature: { tex: 'T', plain: 'T' },
  kl: { tex: String.raw`\mathrm{KL}`, plain: 'KL' },
  error: { tex: String.raw`\mathrm{SE}`, plain: 'SE' },
  accuracy: { tex: 'p', plain: 'p' },
  tests: { tex: 'n', plain: 'n' },
};
