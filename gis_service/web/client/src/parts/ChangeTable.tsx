/** The units in which somebody gains or loses, and the places whose people change: the table twin of the map. */

import { numberText, word, type Language } from "../language";
import { newName } from "../edits";
import * as state from "../state";
import * as trying from "../trying";
import { changedLoads, changedZones, signedText } from "../whatIf";
import { ofLevel } from "../vintages";

const ROWS = 8;

function Units({ language }: { readonly language: Language }) {
  const zones = changedZones(trying.difference.value!.value, state.group.value);
  if (zones.length === 0) return null;
  return (
    <table class="zones changes">
      <thead><tr>
        <th scope="col">{word(ofLevel("zone", state.vintage.value?.level), language)}</th>
        <th scope="col" class="figure">{word("wonColumn", language)}</th>
        <th scope="col" class="figure">{word("lostColumn", language)}</th>
      </tr></thead>
      <tbody>
        {zones.map((zone) => (
          <tr key={zone.id} class={zone.id === state.unit.value ? "chosen" : undefined}>
            <th scope="row"><button type="button" class="link" onClick={() => state.choose({ unit: zone.id })}>{zone.id === "outside" ? word("noUnit", language) : zone.name}</button></th>
            <td class={zone.won === 0 ? "figure none" : "figure gain"}>{signedText(zone.won, 1, language)}</td>
            <td class={zone.lost === 0 ? "figure none" : "figure loss"}>{signedText(zone.lost, -1, language)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Loads({ language }: { readonly language: Language }) {
  const loads = changedLoads(trying.difference.value!.value).slice(0, ROWS);
  if (loads.length === 0) return null;
  const isNew = new Set(trying.edits.value.flatMap((one) => (one.op === "add" ? [one.target] : [])));
  const count = (people: number | null): string => (people === null ? "–" : numberText(Math.round(people), language));
  return (
    <table class="zones changes">
      <caption class="spoken">{word("nearestOf", language)}</caption>
      <thead><tr>
        <th scope="col">{word("nearestOf", language)}</th>
        <th scope="col" class="figure">{word("beforeColumn", language)}</th>
        <th scope="col" class="figure">{word("afterColumn", language)}</th>
      </tr></thead>
      <tbody>
        {loads.map((one) => (
          <tr key={one.id}>
            <th scope="row">{isNew.has(one.id) ? newName(one.id, language) : one.name}</th>
            <td class="figure">{count(one.load_before)}</td>
            <td class="figure">{count(one.load_after)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

export function ChangeTable({ language }: { readonly language: Language }) {
  if (trying.difference.value === null || trying.edits.value.length === 0) return null;
  return (
    <section class={trying.isOld.value ? "units old" : "units"} aria-label={word("changesTable", language)}>
      <Units language={language} />
      <Loads language={language} />
    </section>
  );
}
