import type { Words } from './words';

/** Words for sharing, embedding, taking away, citing and working without a network, in Japanese. */
export const jaShare: Words['share'] = {
  note(note) {
    switch (note.kind) {
      case 'newer':
        return `このリンクはページの新しいバージョン（${note.given}）で作られました。このバージョンで読める部分だけを使います。最新版にするには再読み込みしてください。`;
      case 'unreadable':
        return `「${note.key}」を「${note.given}」にはできないため、無視しました。`;
      case 'beyond':
        return `このネットワークでは「${note.key}」を ${note.given} にはできないため、${note.used} を使います。`;
      case 'needsEmbed':
        return `「${note.key}」は「embed」と一緒のときだけ有効なため、無視しました。`;
    }
  },

  open: '共有',
  title: 'このページを共有',
  close: '閉じる',
  loadFailed: 'ページのこの部分を読み込めませんでした。再読み込みして、もう一度お試しください。',
  what: '共有するもの',
  tabs: { link: 'リンク', embed: '埋め込み', cite: '引用' },
  copy: 'コピー',
  copied: 'コピーしました',
  selected: '選択しました。Ctrl+C（Mac は ⌘C）でコピーしてください',

  link: {
    label: 'このページへのリンク',
    help: '設定とシード、見ている層・クラス・マップ・指標、レッスンを含めてページを開きます。画像と結果は計算し直されます。シードとバックエンドが同じなら、結果も同じになります。',
  },

  embed: {
    help: 'スライド、講義のページ、ブログなど、自分のページの中にコンパクトな画面を表示します。',
    hide: '表示しないもの',
    parts: {
      controls: '設定',
      transport: '再生ボタンと進み具合',
      timeline: 'タイムライン',
      centers: 'BNS の中心',
      separation: '分離と非凝集',
      images: '合成画像',
      losses: '損失',
      accuracy: '精度',
      quality: '画像の品質',
    },
    lock: '設定を固定',
    locks: { none: 'なし', some: '一部', all: 'すべて' },
    lockHelp: '固定した設定は今の値のままになり、読む人は変えられません。',
    autostart: '自動で始める',
    autostartHelp: '1 つのページに複数置くときはオフにしてください。実行のたびに端末全体に負荷がかかります。',
    width: '幅',
    height: '高さ',
    pixels: (min, max) => `ピクセル（${min}～${max}）`,
    code: 'ページに貼るコード',
    preview: 'この大きさでプレビュー',
    threads:
      'ほかのページの中では、ふつうブラウザーがスレッドを許可しません。そのため WebAssembly は 1 コアで計算し、時間が長くかかります。',
  },

  cite: {
    paper: '論文（BibTeX）',
    page: 'このページ（BibTeX）',
    help: '手法は論文の著者によるものです。このページは独立した実装です。',
    accessed: (date) => `Accessed ${date}`,
    pageTitle: '{FDDA} playground: fine-grained data distribution alignment in the browser',
  },

  embedded: {
    full: '全体のページを開く',
    region: 'FDDA プレイグラウンド（埋め込み）',
    nothing: 'この埋め込みでは、すべてが非表示になっています。全体のページを開いてご覧ください。',
    locked: 'このページを埋め込んだ人が固定しています',
    someLocked: '鍵の付いた設定は、このページを埋め込んだ人が固定しています。変えるには全体のページを開いてください。',
    allLocked: 'すべての設定は、このページを埋め込んだ人が固定しています。変えるには全体のページを開いてください。',
  },

  takeAway: {
    label: (view) => `保存：${view}`,
    svg: (what) => `${what}を SVG で保存`,
    png: (what) => `${what}を PNG で保存`,
    csv: (what) => `${what}を CSV で保存`,
    chart: 'グラフ',
    map: 'マップ',
    grid: '画像',
    points: '点',
    byLayer: '層ごとの値',
    byClass: 'クラスごとの距離',
    verdicts: '判定',
    generatorLosses: '生成器の損失',
    studentLosses: '生徒の損失',
    curve: '精度の曲線',
    results: '結果',
    failed: 'ファイルを作れませんでした。メモリを空けて、もう一度お試しください。',
    nothing: '保存できるものはまだありません',
    atLayer: (layer) => `層 ${layer}`,
    source: (seed, date) => `FDDA プレイグラウンド、シード ${seed}、${date}`,
    real: '実画像',
    synthetic: '合成画像',
  },

  offline: {
    update: 'このページの新しいバージョンがあります。',
    threads: '再読み込みすると、すべてのプロセッサーコアを使えるようになります。',
    threadsHint: 'サーバーは許可していませんが、これからはページ自身が許可します。',
    updateHint: '再読み込みすると、表示中の実行は終わります。',
    reload: '再読み込み',
    later: 'あとで',
  },
};
