/** The candidate that somebody pressed on the map: lock it for the next search, or leave it out. */

import { LockIcon, ShutIcon } from "../parts/icons";
import * as state from "../state";
import type { Loaded } from "../state";
import { standingOf, withStanding, type Ask } from "./ask";
import type { Candidates } from "./candidates";
import * as doing from "./doing";
import { WORDS } from "./words";

/** Candidates that the browser is given to choose among while somebody writes. */
const LISTED = 600;

interface MarkProps {
  readonly ask: Ask;
  readonly id: string;
  readonly name: string;
}

/** Two switches that exclude each other; what is switched on counts in the next search. */
export function Marks({ ask, id, name }: MarkProps) {
  const language = state.language.value;
  const standing = standingOf(ask, id);
  return (
    <span class="marks" role="group" aria-label={`${WORDS.next[language]}: ${name}`}>
      {(["fixed", "excluded"] as const).map((one) => (
        <button key={one} type="button" class={`mark ${one}`} aria-pressed={standing === one} title={WORDS[one][language]}
          aria-label={WORDS[one][language]} onClick={() => doing.change(withStanding(ask, id, one))}>
          {one === "fixed" ? <LockIcon /> : <ShutIcon />}
        </button>
      ))}
    </span>
  );
}

interface Props {
  readonly ask: Ask;
  readonly candidates: Loaded<Candidates>;
}

function nameOf(id: string, candidates: Loaded<Candidates>): string {
  const found = candidates.state === "ready" ? candidates.value.list.find((one) => one.id === id) : undefined;
  return found?.name ?? `${WORDS.candidate[state.language.value]} ${id.replace(/^n(?=\d)/, "")}`;
}

/** Candidates with a mark that have no row in the table of the plan: they too can be taken back. */
export function MarkedPart({ ask, candidates }: Props) {
  const language = state.language.value;
  const inPlan = new Set(doing.plan.value?.sites.map(({ id }) => id));
  const others = [...ask.fixed, ...ask.excluded].filter((id) => !inPlan.has(id));
  if (others.length === 0) return null;
  return (
    <ul class="marked" aria-label={WORDS.next[language]}>
      {others.map((id) => {
        const name = nameOf(id, candidates);
        return <li key={id}><i class={`diamond ${standingOf(ask, id)}`} aria-hidden="true" /><span>{name}</span><Marks ask={ask} id={id} name={name} /></li>;
      })}
    </ul>
  );
}

/** A candidate of a layer by its name or its id, for those who do not press the map. */
export function ByName({ candidates, goTo }: Pick<Props, "candidates"> & { readonly goTo: (at: state.Position) => void }) {
  const language = state.language.value;
  if (candidates.state !== "ready" || candidates.value.list.length === 0) return null;
  const { list } = candidates.value;
  const choose = (text: string): void => {
    const found = list.find(({ id, name }) => id === text || name === text);
    if (!found) return;
    doing.chosen.value = found.id;
    goTo(found.at);
  };
  return (
    <label class="coordinates">
      {WORDS.byName[language]}
      <input type="text" list="siting-candidates" onChange={(event) => choose(event.currentTarget.value.trim())} />
      <datalist id="siting-candidates">{list.slice(0, LISTED).map(({ id, name }) => <option key={id} value={id}>{name ?? ""}</option>)}</datalist>
    </label>
  );
}

export function ChosenPart({ ask, candidates }: Props) {
  const language = state.language.value;
  const id = doing.chosen.value;
  // A site of the plan has its row in the table.
  if (id === null || doing.plan.value?.sites.some((one) => one.id === id)) return null;
  const name = nameOf(id, candidates);
  return (
    <article class="chosen-candidate" aria-label={name}>
      <i class={`diamond ${standingOf(ask, id)}`} aria-hidden="true" />
      <b>{name}</b>
      <Marks ask={ask} id={id} name={name} />
      <button type="button" class="take-back" aria-label={WORDS.close[language]} onClick={() => { doing.chosen.value = null; }}>×</button>
    </article>
  );
}
