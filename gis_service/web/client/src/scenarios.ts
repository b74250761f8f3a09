/** Scenarios: edits that are kept under a name, and opened again to go on with. */

import { read, send } from "./api";
import { MOST, requestOf, rounded, type At, type Edit } from "./edits";
import type { Facility } from "./facilities";
import type { Language, Text } from "./language";
import { inputsOf } from "./whatIf";

/** One in the list of what the reader may open. */
export interface Scenario {
  readonly id: string;
  readonly title: Text;
  readonly count: number;
}

/** An edit as it is kept: facilities by their code. */
interface Kept {
  readonly op: string;
  readonly id?: string | null;
  readonly tmp_id?: string | null;
  readonly layer?: string | null;
  readonly fid?: number | null;
  readonly geometry?: { readonly coordinates: At } | null;
  readonly value?: unknown;
}

export interface KeptScenario extends Scenario {
  readonly inputs: { readonly standard?: string; readonly service?: string };
  readonly edits: readonly Kept[];
}

export async function readScenarios(language: Language, signal?: AbortSignal): Promise<readonly Scenario[]> {
  return (await read<{ readonly items: readonly Scenario[] }>("/scenarios?f=json&limit=100", language, signal)).items;
}

export async function readScenario(id: string, language: Language, signal?: AbortSignal): Promise<KeptScenario> {
  return read<KeptScenario>(`/scenarios/${id}?f=json`, language, signal);
}

/** Keep edits under a name, for oneself. */
export async function keepScenario(title: string, query: string, edits: readonly Edit[], language: Language): Promise<Scenario> {
  return send<Scenario>("/scenarios", { title, inputs: inputsOf(query), edits: requestOf(edits) }, language);
}

/** Ways that one kept edit shuts; null when it does more than that. */
function waysOf(kept: Kept): readonly Edit[] | null {
  if (kept.op !== "close" || (kept.layer !== "roads" && kept.layer !== "ferries")) return null;
  const layer = kept.layer;
  const value = (kept.value ?? {}) as { readonly roads?: readonly number[]; readonly ferries?: readonly number[] };
  const fids = typeof kept.fid === "number" ? [kept.fid] : (value[layer] ?? []);
  const isMore = Object.keys(value).some((name) => name !== layer);
  return fids.length === 0 || isMore ? null : fids.map((fid) => ({ op: "shut", layer, fid }));
}

function ofFacility(kept: Kept, fid: number | undefined): Edit | null {
  const at = kept.geometry ? rounded(kept.geometry.coordinates) : null;
  const hasWait = typeof kept.value === "number";
  if (hasWait) return null;
  if (kept.op === "add") return at && { op: "add", target: kept.tmp_id ?? kept.id ?? "", at };
  if (fid === undefined) return null;
  if (kept.op === "move") return at && { op: "move", target: fid, at };
  return kept.op === "close" || kept.op === "remove" ? { op: "close", target: fid } : null;
}

/** The edits of a scenario as the map draws them, and how many of them it cannot draw. */
export function openedEdits(kept: readonly Kept[], places: readonly Facility[]): { readonly edits: readonly Edit[]; readonly left: number } {
  const byCode = new Map(places.flatMap((one) => (one.code === null ? [] : [[one.code, one.fid] as const])));
  const opened = kept.map((one) => {
    const ways = waysOf(one);
    if (ways !== null) return ways;
    if (one.layer === "roads" || one.layer === "ferries") return [];
    const edit = ofFacility(one, one.fid ?? byCode.get(one.id ?? ""));
    return edit === null || (edit.op === "add" && edit.target === "") ? [] : [edit];
  });
  return { edits: opened.flat().slice(0, MOST), left: opened.filter((one) => one.length === 0).length };
}
