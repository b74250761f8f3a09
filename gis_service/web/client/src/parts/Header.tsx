/** Finding a place, the two languages, and who is signed in. */

import { word, type Language } from "../language";
import { inLanguage } from "../page";
import * as state from "../state";
import type { Reload } from "./App";
import { AccountLink } from "./AccountLink";
import { SearchBox } from "./SearchBox";

const LANGUAGES = [
  { id: "vi", name: "Tiếng Việt" },
  { id: "en", name: "English" },
] as const;

/** A real link, so that it opens in a new tab and is kept in bookmarks; here it changes the words in place. */
function choose(event: MouseEvent, language: Language): void {
  if (event.metaKey || event.ctrlKey || event.shiftKey) return;
  event.preventDefault();
  state.language.value = language;
}

/** The link leads to what is seen now: question, selection, and the part of the map, which moves without a word. */
function refresh(event: Event, language: Language): void {
  (event.currentTarget as HTMLAnchorElement).href = inLanguage(window.location.href, language);
}

export function Header({ reload }: { readonly reload: Reload }) {
  const language = state.language.value;
  return (
    <header class="header">
      <SearchBox goTo={reload.goTo} showUnit={reload.showUnit} />
      <nav class="languages" aria-label={word("chooseLanguage", language)}>
        {LANGUAGES.map(({ id, name }) => (
          <a key={id} href={inLanguage(window.location.href, id)} hreflang={id} lang={id} aria-label={`${id.toUpperCase()}, ${name}`}
            onPointerDown={(event) => refresh(event, id)} onPointerEnter={(event) => refresh(event, id)}
            onFocus={(event) => refresh(event, id)} onKeyDown={(event) => refresh(event, id)}
            title={name} aria-current={id === language ? "true" : undefined}
            onClick={(event) => choose(event, id)}>{id.toUpperCase()}</a>
        ))}
      </nav>
      <AccountLink />
    </header>
  );
}
