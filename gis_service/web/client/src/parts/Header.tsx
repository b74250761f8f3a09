/** Whose map this is, and the two languages. */

import type { Language } from "../language";
import { word } from "../language";
import { inLanguage, type City } from "../page";
import * as state from "../state";

const LANGUAGES = [
  { id: "vi", name: "Tiếng Việt" },
  { id: "en", name: "English" },
] as const;

/** A real link, so that it opens in a new tab and is kept in bookmarks; here it changes the words in place. */
function choose(event: MouseEvent, language: Language): void {
  if (event.metaKey || event.ctrlKey || event.shiftKey) return;
  event.preventDefault();
  window.history.replaceState(null, "", inLanguage(window.location.href, language));
  state.language.value = language;
}

export function Header({ city }: { readonly city: City }) {
  const language = state.language.value;
  return (
    <header class="header">
      <p class="city">{city.title[language]}</p>
      <nav class="languages" aria-label={word("chooseLanguage", language)}>
        {LANGUAGES.map(({ id, name }) => (
          <a key={id} href={`?lang=${id}`} hreflang={id} lang={id} aria-label={`${id.toUpperCase()}, ${name}`} title={name}
            aria-current={id === language ? "true" : undefined}
            onClick={(event) => choose(event, id)}>{id.toUpperCase()}</a>
        ))}
      </nav>
    </header>
  );
}
