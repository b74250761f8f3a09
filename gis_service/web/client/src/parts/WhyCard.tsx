/** Why a place is inside or outside the standard: the time, its parts, the rule, the nearest facilities, the data. */

import { endSelection } from "../focus";
import { dateText, distanceText, nearlyText, numberText, word, type Language, type Word } from "../language";
import * as state from "../state";
import { clockText, comesHere, partsOf, sizeText, verdictText, withoutWay, type Part, type Why } from "../why";
import { Failed } from "./Failed";

/** The ends of a way are left from home, or come to it. */
function partWord(part: Part, why: Why): Word {
  return part.id === "access" && comesHere(why) ? "accessHere" : part.id;
}

function placeName(why: Why): string {
  return [why.settlement?.name, why.zone?.name].filter(Boolean).join(", ");
}

function Parts({ why, language }: { readonly why: Why; readonly language: Language }) {
  const parts = partsOf(why);
  if (parts.length === 0) return null;
  const text = (value: number): string => (why.unit === "s" ? clockText(value) : distanceText(Math.round(value), language));
  return (
    <>
      <div class="parts" aria-hidden="true">
        {parts.map((part) => <i key={part.id} class={part.id} style={{ flexGrow: Math.max(part.share, 0.015) }} />)}
      </div>
      <p class="part-names">
        {parts.map((part) => (
          <span key={part.id}><i class={part.id} aria-hidden="true" />{word(partWord(part, why), language)} {text(part.value)}
            {part.id === "ferry" && why.parts && why.parts.ferry_wait > 0 && ` (${word("ferryWait", language)} ${text(why.parts.ferry_wait)})`}</span>
        ))}
      </p>
    </>
  );
}

/** The rule against the way: failed or met, and by how much. */
function Verdict({ why, language }: { readonly why: Why; readonly language: Language }) {
  const without = withoutWay(why);
  if (without) return <p class="verdict failing">{word(without, language)}.</p>;
  const text = verdictText(why, language);
  return text === null ? null : <p class={why.status === "covered" ? "verdict" : "verdict failing"}>{text}</p>;
}

function Nearest({ why, language }: { readonly why: Why; readonly language: Language }) {
  if (!why.nearest) return null;
  const way = why.distance_m ?? why.nearest.straight_m;
  const second = why.second && typeof why.second.cost === "number"
    ? `; ${word(comesHere(why) ? "comesSecond" : "second", language)} ${why.second.name}, ${sizeText(why.second.cost, why.unit, language)}` : "";
  return <p>{word(comesHere(why) ? "comesFrom" : "nearest", language)}: {why.nearest.name} ({nearlyText(way, language)}){second}.</p>;
}

function People({ why, language }: { readonly why: Why; readonly language: Language }) {
  const { cell } = why;
  if (!cell) return null;
  const count = (value: number | null): string => (value === null ? word("notShown", language) : numberText(Math.round(value), language));
  return (
    <p>{word("peopleHere", language)}: {count(cell.people)} {word("peopleUnit", language)}
      {(cell.uncovered === null || cell.uncovered > 0) && <>, <strong>{count(cell.uncovered)}</strong> {word("outsideOf", language)}</>}.</p>
  );
}

function Sources({ why, language }: { readonly why: Why; readonly language: Language }) {
  const { title, source, verified } = why.rule;
  return (
    <details class="sources">
      <summary>{word("dataOf", language)}{why.generated_data && <span class="badge">{word("generated", language)}</span>}</summary>
      {source && <p>{word("ruleSource", language)}: {title?.[language]}. {source[language]}{verified === false && ` (${word("unverified", language)})`}</p>}
      <ul>
        {why.inputs.map((one) => (
          <li key={one.role}>{one.title?.[language] ?? one.layer}
            {typeof one.version === "number" && `, ${word("versionNo", language)} ${numberText(one.version, language)}`}
            {one.committed_at && `, ${dateText(one.committed_at, language)}`}</li>
        ))}
      </ul>
      <ul>
        {why.zones.map((one) => <li key={one.vintage}>{one.title[language]}: {one.name}</li>)}
      </ul>
    </details>
  );
}

function Told({ why, language }: { readonly why: Why; readonly language: Language }) {
  return (
    <>
      <p class="where">{placeName(why)}</p>
      <h2>{why.cost === null ? "–" : sizeText(why.cost, why.unit, language)}</h2>
      <Parts why={why} language={language} />
      <Verdict why={why} language={language} />
      <Nearest why={why} language={language} />
      <People why={why} language={language} />
      <Sources why={why} language={language} />
    </>
  );
}

export function WhyCard() {
  const language = state.language.value;
  const why = state.why.value;
  if (!why) return null;
  return (
    <article class="card why" aria-label={word("why", language)} aria-live="polite" aria-busy={why.state === "loading"}>
      <button class="card-close" type="button" aria-label={word("close", language)} onClick={endSelection}>×</button>
      {why.state === "loading" && <p class="quiet waiting">{word("loadingWhy", language)}</p>}
      {why.state === "failed" && (
        <Failed what={word("whyFailed", language)} why={why.reason} retry={() => { state.whyAttempt.value += 1; }} />
      )}
      {why.state === "ready" && <Told why={why.value} language={language} />}
    </article>
  );
}
