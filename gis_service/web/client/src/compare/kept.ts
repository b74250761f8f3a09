/** A comparison that is kept as a study, and its cells as tiles. */

import { read, readOpenly, send } from "../api";
import { requestOf, type Edit } from "../edits";
import type { Language } from "../language";
import { inputsOf, type Counted } from "../whatIf";
import { EDITS, TODAY, type Side } from "./asks";

/** Whether a comparison of these sides can be kept: what is tried out only beside today. */
export function canKeep(before: Side, after: Side): boolean {
  return before !== after && before !== EDITS && (after !== EDITS || before === TODAY);
}

function stateOf(side: Side, query: string): Readonly<Record<string, unknown>> {
  return { ...inputsOf(query), ...(side === TODAY ? {} : { scenario: { id: side } }) };
}

/** Run the process that compares both sides; gives the id of the study it keeps. */
export async function keep(before: Side, after: Side, query: string, edits: readonly Edit[], language: Language): Promise<string> {
  const [process, inputs] = after === EDITS
    ? ["what_if", { ...inputsOf(query), edits: requestOf(edits) }] as const
    : ["compare", { before: stateOf(before, query), after: stateOf(after, query) }] as const;
  return (await send<{ readonly id: string }>(`/processes/${process}/execution`, { inputs }, language)).id;
}

export interface TileJson {
  readonly tiles: readonly string[];
  readonly minzoom: number;
  readonly maxzoom: number;
  readonly attribution?: string;
}

/** Where the cells of a kept comparison are had: as whoever asks for tiles, who carries no token. */
export async function readCells(study: string, language: Language, signal: AbortSignal): Promise<TileJson> {
  return readOpenly<TileJson>(`/studies/${study}/tiles/changes/WebMercatorQuad?f=tilejson`, language, signal);
}

/** What a kept comparison says of who gains and who loses, one by one. */
export async function readKept(study: string, language: Language, signal: AbortSignal): Promise<Counted> {
  return read<Counted>(`/studies/${study}?f=json`, language, signal);
}
