/** What must be known beside the answer and the map: generated data, an unverified standard, limits of the method. */

import { numberText, word } from "../language";
import { toldBy } from "../notices";
import type { City } from "../page";
import * as state from "../state";

/** Notices that stand open; the others wait behind one press. */
const ALWAYS: ReadonlySet<string> = new Set(["generated_data", "standard_unverified"]);

export function Notices({ city }: { readonly city: City }) {
  const language = state.language.value;
  const answer = state.answer.value;
  if (!answer) return null;
  const titles = {
    // The layer of homes is personal and in no public list; its kind may be told.
    layers: new Map([
      [answer.inputs.demand?.layer ?? "", word("homes", language)],
      ...state.readyLayers.value.map((layer) => [layer.id, layer.title] as const),
    ]),
    standards: new Map(city.standards.map((standard) => [standard.id, standard.title[language]])),
  };
  const texts = toldBy(answer, city.notices, titles, language);
  const first = texts.filter(({ code }) => ALWAYS.has(code)).map(({ text }) => text);
  if (answer.generated_data && !texts.some(({ code }) => code === "generated_data")) first.unshift(`${word("allGenerated", language)}.`);
  const more = texts.filter(({ code }) => !ALWAYS.has(code));
  if (first.length === 0 && more.length === 0) return null;
  return (
    <div class={state.isOld.value ? "notice old" : "notice"} role="note">
      {first.map((text) => <p key={text}>{text}</p>)}
      {more.length > 0 && (
        <details>
          <summary>{word("moreNotices", language)} ({numberText(more.length, language)})</summary>
          <ul>{more.map(({ code, text }) => <li key={code + text}>{text}</li>)}</ul>
        </details>
      )}
    </div>
  );
}

/** The same for the view of layers: which of those shown are generated. */
export function LayerNotices() {
  const language = state.language.value;
  const titles = state.shownLayers.value.filter((layer) => layer.generated).map((layer) => layer.title);
  if (titles.length === 0) return null;
  return <div class="notice" role="note"><p>{word("generatedNotice", language)} {titles.join(", ")}.</p></div>;
}
