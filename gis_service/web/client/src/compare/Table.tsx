/** The units that differ: the table twin of both maps. */

import { shareText, word, type Language } from "../language";
import * as state from "../state";
import { signedText } from "../whatIf";
import * as comparing from "./comparing";
import { sideName } from "./Over";
import { say } from "./words";

export function Table({ language }: { readonly language: Language }) {
  const [rows, { before, after }] = [comparing.rows.value, comparing.asks.value];
  if (rows === null) return null;
  if (rows.length === 0) return <p class="quiet">{say("noRows", language)}</p>;
  const share = (value: number | null): string => (value === null ? "–" : shareText(value, language));
  const people = (value: number | null): string => signedText(value === null ? null : Math.abs(value), (value ?? 0) < 0 ? -1 : 1, language);
  const isCounted = comparing.counted.value !== null;
  return (
    <table class="zones changes" aria-label={say("table", language)}>
      <thead><tr>
        <th scope="col">{say("unit", language)}</th>
        <th scope="col" class="figure" title={sideName(before)}>{say("leftShort", language)}<span class="spoken">: {sideName(before)}</span></th>
        <th scope="col" class="figure" title={sideName(after)}>{say("rightShort", language)}<span class="spoken">: {sideName(after)}</span></th>
        {isCounted ? <><th scope="col" class="figure">{word("wonColumn", language)}</th><th scope="col" class="figure">{word("lostColumn", language)}</th></>
          : <th scope="col" class="figure">{say("people", language)}</th>}
      </tr></thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.id} class={row.id === state.unit.value ? "chosen" : undefined}>
            <th scope="row"><button type="button" class="link" onClick={() => state.choose({ unit: row.id })}>{row.id === "outside" ? say("noUnit", language) : row.name}</button></th>
            <td class="figure">{share(row.before)}</td>
            <td class="figure">{share(row.after)}</td>
            {isCounted ? <><td class={row.won === 0 ? "figure none" : "figure gain"}>{signedText(row.won ?? null, 1, language)}</td>
              <td class={row.lost === 0 ? "figure none" : "figure loss"}>{signedText(row.lost ?? null, -1, language)}</td></>
              : <td class={row.people === null || row.people === 0 ? "figure none" : row.people > 0 ? "figure gain" : "figure loss"}>{people(row.people)}</td>}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
