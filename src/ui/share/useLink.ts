import type { Embed } from '../../state/embed';
import { matchLanguage } from '../../state/language';
import type { PlaygroundState } from '../../state/playgroundState';
import { linkOf } from '../../state/currentLink';
import { writeLink } from '../../state/shareLink';
import { usePlayground } from '../playground';

/**
 * The query that brings this state back. Who was sent a language passes it on; who was not leaves the choice to the
 * next reader's browser.
 */
export const queryOf = (state: PlaygroundState, embed: Embed | null = state.embed): string =>
  writeLink({ ...linkOf(state), embed, language: matchLanguage(new URLSearchParams(location.search).get('lang')) });

/** The address of a query on this page. */
export const addressOf = (query: string): string =>
  new URL(query || location.pathname, location.href.replace(/#.*$/, '')).href;

/** The address of the page as it stands, whole or embedded. */
export function useLink(embed: Embed | null): string {
  return addressOf(usePlayground((state) => queryOf(state, embed)));
}
