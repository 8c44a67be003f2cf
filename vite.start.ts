import type { Plugin } from 'vite';

/**
 * The page's script waits for the poster, but need not be fetched only then: the first script and those that it imports later come over
 * the network together.
 *
 * @param modules in the order in which they are needed
 */
export function preloadPage(...modules: string[]): Plugin {
  return {
    name: 'preload-page',
    apply: 'build',
    transformIndexHtml: {
      order: 'post',
      handler(html, { bundle }) {
        const chunks = Object.values(bundle ?? {}).filter((file) => file.type === 'chunk');
        // None of them is part of another page than the playground's: that of the engine's tests.
        const found = modules.flatMap(
          (module) => chunks.find(({ facadeModuleId }) => facadeModuleId?.endsWith(module)) ?? [],
        );
        const withImports = (fileName: string): string[] => [
          fileName,
          ...(chunks.find((chunk) => chunk.fileName === fileName)?.imports ?? []).flatMap(withImports),
        ];
        const names = [...new Set(found.flatMap(({ fileName }) => withImports(fileName)))];
        const styles = names.flatMap((name) => [
          ...(chunks.find(({ fileName }) => fileName === name)?.viteMetadata?.importedCss ?? []),
        ]);
        const preload = (as: string, hrefs: string[]) =>
          hrefs.map((href) => ({
            tag: 'link',
            attrs: { rel: 'preload', as, crossorigin: true, href: `./${href}` },
            injectTo: 'head' as const,
          }));
        const scripts = names.filter((name) => !html.includes(name));
        return [...preload('script', scripts), ...preload('style', [...new Set(styles)])];
      },
    },
  };
}
