import type { Plugin } from 'vite';

/**
 * The page's script waits for the poster, but need not be fetched only then: the first script and the page's own come over the
 * network together.
 */
export function preloadPage(module: string): Plugin {
  return {
    name: 'preload-page',
    apply: 'build',
    transformIndexHtml: {
      order: 'post',
      handler(html, { bundle }) {
        const chunks = Object.values(bundle ?? {}).filter((file) => file.type === 'chunk');
        const page = chunks.find(({ facadeModuleId }) => facadeModuleId?.endsWith(module));
        // Another page than the playground's: that of the engine's tests.
        if (!page) return [];
        const scripts = [page.fileName, ...page.imports].filter((name) => !html.includes(name));
        const styles = [page.fileName, ...page.imports].flatMap((name) => [
          ...(chunks.find(({ fileName }) => fileName === name)?.viteMetadata?.importedCss ?? []),
        ]);
        return [
          ...scripts.map((href) => ({
            tag: 'link',
            attrs: { rel: 'preload', as: 'script', crossorigin: true, href: `./${href}` },
            injectTo: 'head' as const,
          })),
          ...styles.map((href) => ({
            tag: 'link',
            attrs: { rel: 'preload', as: 'style', crossorigin: true, href: `./${href}` },
            injectTo: 'head' as const,
          })),
        ];
      },
    },
  };
}
