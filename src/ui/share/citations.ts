/** How the paper wants to be cited. */
export const PAPER_BIBTEX = `@inproceedings{zhong2022fdda,
  title         = {Fine-grained Data Distribution Alignment for Post-Training Quantization},
  author        = {Zhong, Yunshan and Lin, Mingbao and Nan, Gongrui and Liu, Jianzhuang and Zhang, Baochang and Tian, Yonghong and Ji, Rongrong},
  booktitle     = {European Conference on Computer Vision (ECCV)},
  year          = {2022},
  eprint        = {2109.04186},
  archivePrefix = {arXiv},
  url           = {https://arxiv.org/abs/2109.04186}
}`;

/** The page itself, at its address, as it was seen on a day. */
export function pageBibtex(url: string, title: string, accessed: string, year: number): string {
  return `@misc{fdda-playground,
  title = {${title}},
  year  = {${year}},
  url   = {${url.replace(/[{}\\]/g, encodeURIComponent)}},
  note  = {${accessed}}
}`;
}
