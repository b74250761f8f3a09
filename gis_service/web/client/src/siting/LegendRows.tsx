/** What the diamonds and the numbers on the map are. */

import * as state from "../state";
import * as doing from "./doing";
import { WORDS } from "./words";

export function LegendRows() {
  const language = state.language.value;
  const ask = doing.ask.value;
  const hasSites = doing.plan.value !== null || (doing.search.value?.sites.length ?? 0) > 0;
  return (
    <>
      <li><i class="diamond" />{WORDS.legendCandidate[language]}</li>
      {hasSites && <li><i class="dot site-dot" />{WORDS.legendSite[language]}</li>}
      {(ask?.fixed.length ?? 0) > 0 && <li><i class="diamond fixed" />{WORDS.legendFixed[language]}</li>}
      {(ask?.excluded.length ?? 0) > 0 && <li><i class="diamond excluded" />{WORDS.legendExcluded[language]}</li>}
    </>
  );
}
