/** How the right side differs from the left, in a sentence. */

import { inSentence, reachText, type Study } from "../answer";
import { numberText, word, type Language } from "../language";
import type { City } from "../page";
import * as state from "../state";
import { countsOf, sharesText, toldOf, type Counted } from "../whatIf";
import * as comparing from "./comparing";
import { sideName } from "./Over";
import { netOf } from "./sides";
import { say } from "./words";

/** Who gains and who loses, one by one. */
function Told({ counted, service, study, language }: { readonly counted: Counted; readonly service: string; readonly study: Study; readonly language: Language }) {
  const { gain, loss } = toldOf(study, counted, state.group.value, service, language);
  return <>{gain && <span class="gain">{gain}</span>} {loss && <span class="loss">{loss}</span>}{!gain && !loss && word("nobodyChanges", language)}</>;
}

/** By how many people the sums of both sides differ. */
function Net({ pair, service, study, language }: { readonly pair: comparing.Pair; readonly service: string; readonly study: Study; readonly language: Language }) {
  const net = netOf(pair.before.figures, pair.after.figures);
  const count = Math.round(Math.abs(net ?? 0));
  const isOne = count === 1;
  const reach = reachText(study, inSentence(service), language, isOne) + (study.generated_data ? ` (${word("generated", language)})` : "");
  if (net === null || count === 0) return <>{say("nobody", language)}</>;
  const people = language === "vi" ? `${net < 0 ? "Bớt" : "Thêm"} ${numberText(count, language)} người`
    : `${numberText(count, language)} ${net < 0 ? "fewer" : "more"} ${isOne ? "person" : "people"}`;
  return <span class={net > 0 ? "gain" : "loss"}>{people} {reach}.</span>;
}

/** Against the left side: who gains, who loses, and what becomes of the share. */
export function Sentence({ city, language }: { readonly city: City; readonly language: Language }) {
  const [pair, counted, study] = [comparing.pairReady(), comparing.counted.value, state.answered.value?.coverage];
  if ((!pair && !counted) || !study) return null;
  const service = city.services.find((one) => one.id === state.told.value?.service)?.title[language] ?? "";
  const totals = counted ? countsOf(counted, state.group.value) : null;
  const [had, has] = totals ? [totals.share_before, totals.share_after] : [pair?.before.figures.share ?? null, pair?.after.figures.share ?? null];
  const shares = sharesText({ total: null, before: null, after: null, won: null, lost: null, share_before: had, share_after: has }, language);
  return (
    <div class={comparing.isOld.value ? "told-change old" : "told-change"} aria-busy={comparing.isOld.value}>
      <p class="quiet">{say("than", language)} “{sideName(comparing.asks.value.before)}”:</p>
      <h1 aria-live="polite">{counted ? <Told counted={counted} service={service} study={study} language={language} />
        : pair && <Net pair={pair} service={service} study={study} language={language} />}</h1>
      {shares && <p class="delta">{shares}</p>}
    </div>
  );
}
