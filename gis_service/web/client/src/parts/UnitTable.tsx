/** The units as a table: sorted by any column, chosen together with the map, taken along as a file. */

import { useState } from "preact/hooks";

import { IN_NO_UNIT, type Zone } from "../answer";
import { classOf } from "../ramp";
import { csvName, csvOf, download } from "../csv";
import { numberText, shareText, word, type Language, type Word } from "../language";
import * as counting from "../counting";
import * as state from "../state";
import { ofLevel } from "../vintages";

type Column = "name" | "uncovered" | "share";

interface Order {
  readonly column: Column;
  readonly rising: boolean;
}

const ROWS = 8;
const COLUMNS: readonly (readonly [Column, Word])[] = [["name", "zone"], ["uncovered", "outside"], ["share", "within"]];

/** Rows in order; figures that may not be told stand last whichever way. */
export function sorted(zones: readonly Zone[], { column, rising }: Order): readonly Zone[] {
  const sign = rising ? 1 : -1;
  return zones.toSorted((a, b) => {
    if (column === "name") return sign * a.name.localeCompare(b.name, "vi");
    const [left, right] = [a[column], b[column]];
    if (left === null || right === null) return Number(left === null) - Number(right === null);
    return sign * (left - right) || (a.id < b.id ? -1 : 1);
  });
}

interface RowProps {
  readonly zone: Zone;
  readonly language: Language;
  readonly showUnit: (id: string) => void;
}

function Row({ zone, language, showUnit }: RowProps) {
  const choose = (): void => {
    state.choose({ unit: zone.id });
    showUnit(zone.id);
  };
  const isChosen = zone.id === state.unit.value;
  return (
    <tr class={isChosen ? "chosen" : undefined}>
      <th scope="row">
        {zone.id === IN_NO_UNIT ? word("noUnit", language)
          : <button type="button" class="link" aria-current={isChosen ? "true" : undefined} onClick={choose}>{zone.name}</button>}
      </th>
      <td class="figure">{zone.uncovered === null ? "–" : numberText(Math.round(zone.uncovered), language)}</td>
      <td class="figure">{zone.share === null ? "–" : shareText(zone.share, language)}</td>
      <td class="bar" aria-hidden="true"><span><i style={{ width: `${(zone.share ?? 0) * 100}%` }} /></span></td>
    </tr>
  );
}

function Head({ order, setOrder, language }: { readonly order: Order; readonly setOrder: (order: Order) => void; readonly language: Language }) {
  return (
    <thead>
      <tr>
        {COLUMNS.map(([column, key]) => {
          const isBy = order.column === column;
          return (
            <th key={column} scope="col" class={column === "name" ? undefined : "figure"} colSpan={column === "share" ? 2 : 1}
              aria-sort={isBy ? (order.rising ? "ascending" : "descending") : "none"}>
              <button type="button" class="sort" onClick={() => setOrder({ column, rising: isBy ? !order.rising : column !== "uncovered" })}>
                {word(ofLevel(key, state.vintage.value?.level), language)}<span aria-hidden="true">{isBy ? (order.rising ? " ↑" : " ↓") : ""}</span>
              </button>
            </th>
          );
        })}
      </tr>
    </thead>
  );
}

/** The first rows, and the chosen unit wherever it stands. */
function rowsOf(zones: readonly Zone[], all: boolean): readonly Zone[] {
  if (all) return zones;
  const first = zones.slice(0, ROWS);
  const chosen = zones.find((zone) => zone.id === state.unit.value);
  return chosen && !first.includes(chosen) ? [...first.slice(0, -1), chosen] : first;
}

/** Every unit, also those that a press on the legend leaves out of the table. */
function save(zones: readonly Zone[]): void {
  const answered = state.answered.peek();
  if (answered) download(csvName(answered), csvOf(zones, answered));
}

export function UnitTable({ showUnit }: { readonly showUnit: (id: string) => void }) {
  const language = state.language.value;
  const [order, setOrder] = useState<Order>({ column: "uncovered", rising: false });
  const [all, setAll] = useState(false);
  const [only, isOld] = [state.onlyClass.value, counting.isOld.value];
  // The file is of an answer of the service, with the versions that it read.
  const isBehind = state.isOld.value || counting.ahead.value !== null;
  const every = sorted(counting.zones.value, order);
  const zones = every.filter((zone) => only === null || classOf(zone.share) === only);
  if (every.length === 0) return null;
  return (
    <section class={isOld ? "units old" : "units"} aria-label={word(ofLevel("unitsTable", state.vintage.value?.level), language)}>
      <table class="zones">
        <Head order={order} setOrder={setOrder} language={language} />
        <tbody>{rowsOf(zones, all).map((zone) => <Row key={zone.id} zone={zone} language={language} showUnit={showUnit} />)}</tbody>
      </table>
      <div class="table-tools">
        {zones.length > ROWS && (
          <button type="button" class="plain" onClick={() => setAll(!all)}>
            {all ? word("showFewRows", language) : `${word("showAllRows", language)} (${numberText(zones.length, language)})`}
          </button>
        )}
        <button type="button" class="plain" disabled={isBehind} title={isBehind ? word("csvLater", language) : undefined}
          onClick={() => save(every)}>{word("downloadCsv", language)}</button>
      </div>
    </section>
  );
}
