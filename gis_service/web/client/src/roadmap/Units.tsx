/** The units at the stop, as a table: what the map shows in colours. */

import { useState } from "preact/hooks";

import { numberText, shareText, type Language } from "../language";
import type { City } from "../page";
import * as state from "../state";
import type { Roadmap, UnitRow } from "./document";
import * as model from "./model";
import { BEFORE, type Stop } from "./stops";
import { serviceName } from "./told";
import { say } from "./words";

const ROWS = 6;

interface Seen {
  readonly id: string;
  readonly name: string;
  readonly before: number | null;
  readonly share: number | null;
  readonly people: number | null;
}

/** By how much a unit gains: in people, or in its share where people may not be told. */
function gain({ before, share, people }: Seen): number {
  return people ?? (share ?? 0) - (before ?? 0);
}

/** Where most is gained first, then where fewest are within the standard; units without a figure last. */
export function rowsAt(units: readonly UnitRow[], service: string, stop: Stop): readonly Seen[] {
  return units.map(({ id, name, services }) => {
    const row = services[service];
    const [from, to] = [row?.covered[BEFORE] ?? null, row?.covered[stop.id] ?? null];
    return { id, name, before: row?.share[BEFORE] ?? null, share: row?.share[stop.id] ?? null, people: from === null || to === null ? null : to - from };
  }).toSorted((a, b) => gain(b) - gain(a) || (a.share ?? 2) - (b.share ?? 2) || a.name.localeCompare(b.name, "vi"));
}

function share(value: number | null, language: Language): string {
  return value === null ? "–" : shareText(value, language);
}

interface Props {
  readonly city: City;
  readonly roadmap: Roadmap;
  readonly stop: Stop;
  readonly language: Language;
  readonly showUnit: (id: string) => void;
}

export function Units({ city, roadmap, stop, language, showUnit }: Props) {
  const [all, setAll] = useState(false);
  const service = model.service.value;
  if (service === null || roadmap.units.length === 0) return null;
  const rows = rowsAt(roadmap.units, service, stop);
  const first = rows.slice(0, ROWS);
  const chosen = rows.find(({ id }) => id === state.unit.value);
  const few = chosen && !first.includes(chosen) ? [...first.slice(0, -1), chosen] : first;
  const isStepped = rows.every(({ people }) => people === null);
  const choose = (id: string): void => {
    state.choose({ unit: id });
    showUnit(id);
  };
  return (
    <section class="units" aria-label={say("units", language)}>
      <h2>{say("units", language)}: {serviceName(city, service, language)}</h2>
      <table class="zones">
        <thead>
          <tr>
            <th scope="col">{say("unit", language)}</th>
            <th scope="col" class="figure">{say("atStart", language)}</th>
            <th scope="col" class="figure">{say("withinThen", language)}</th>
            {!isStepped && <th scope="col" class="figure">{say("peopleHead", language)}</th>}
          </tr>
        </thead>
        <tbody>
          {(all ? rows : few).map((row) => (
            <tr key={row.id} class={row.id === state.unit.value ? "chosen" : undefined}>
              <th scope="row"><button type="button" class="link" aria-current={row.id === state.unit.value ? "true" : undefined} onClick={() => choose(row.id)}>{row.name}</button></th>
              <td class="figure">{share(row.before, language)}</td>
              <td class="figure">{share(row.share, language)}</td>
              {!isStepped && <td class="figure">{row.people === null ? "–" : numberText(Math.round(row.people), language)}</td>}
            </tr>
          ))}
        </tbody>
      </table>
      {isStepped && <p class="quiet small">{say("unitsSteps", language)}</p>}
      {rows.length > ROWS && (
        <div class="table-tools"><button type="button" class="plain" onClick={() => setAll(!all)}>
          {all ? say("showFew", language) : `${say("showAll", language)} (${numberText(rows.length, language)})`}
        </button></div>
      )}
    </section>
  );
}
