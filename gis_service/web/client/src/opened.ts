/** The edits of a kept scenario as the map draws them. */

import { MOST, MOST_VERTICES, PLAIN, type At, type Edit, type Speed, type Target } from "./edits";
import { isName, rounded } from "./editsText";
import type { Facility } from "./facilities";

/** An edit as it is kept: facilities by their code. */
export interface Kept {
  readonly op: string;
  readonly id?: string | null;
  readonly tmp_id?: string | null;
  readonly layer?: string | null;
  readonly fid?: number | null;
  readonly geometry?: { readonly coordinates: At | readonly At[] } | null;
  readonly value?: unknown;
}

type Value = Readonly<Record<string, unknown>>;

function valueOf({ value }: Kept): Value {
  return typeof value === "object" && value !== null ? (value as Value) : {};
}

/** Whether nothing is said but what these names say; what is left empty says nothing. */
function saysOnly(value: Value, names: readonly string[]): boolean {
  return Object.entries(value).every(([name, one]) => names.includes(name) || one === null || (Array.isArray(one) && one.length === 0));
}

function numbersOf(value: unknown): readonly number[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === "number") : [];
}

function wordsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === "string") : [];
}

/** Ways that one kept edit shuts. */
function shutOf(kept: Kept): readonly Edit[] {
  const { layer } = kept;
  if (layer !== "roads" && layer !== "ferries") return [];
  const value = valueOf(kept);
  if (!saysOnly(value, [layer])) return [];
  const fids = typeof kept.fid === "number" ? [kept.fid] : numbersOf(value[layer]);
  return fids.map((fid) => ({ op: "shut", layer, fid }));
}

/** Classes and roads that have another speed, each for itself; classes of roads that are named are not the whole class. */
function speedOf(kept: Kept): readonly Edit[] {
  const value = valueOf(kept);
  const by = (["kmh", "factor"] as const).find((one) => typeof value[one] === "number");
  const roads = typeof kept.fid === "number" ? [kept.fid] : numbersOf(value["roads"]);
  const classes = wordsOf(value["classes"]);
  if (by === undefined || !saysOnly(value, [by, "roads", "classes"]) || (roads.length > 0 && classes.length > 0)) return [];
  return [...classes, ...roads].map((of): Speed => ({ op: "speed", of, by, value: Number(value[by]) }));
}

function linkOf(kept: Kept, name: string): readonly Edit[] {
  const { road_class: road = PLAIN.road, level = PLAIN.level, kmh = PLAIN.kmh, ...rest } = valueOf(kept);
  const usual: Value = { oneway: 0, paved: true, on_foot: true, on_wheels: true, by_car: true };
  const isMore = Object.entries(rest).some(([key, value]) => value !== null && value !== usual[key]);
  const line = (kept.geometry?.coordinates ?? []) as readonly At[];
  if (isMore || line.length < 2 || line.length > MOST_VERTICES) return [];
  return [{ op: "link", name, line: line.map(rounded), road: String(road), level: Number(level), kmh: kmh === null ? null : Number(kmh) }];
}

function ofFacility(kept: Kept, target: Target | undefined): readonly Edit[] {
  if (target === undefined) return [];
  if (kept.op === "capacity") return typeof kept.value === "number" ? [{ op: "capacity", target, places: kept.value }] : [];
  // How long one waits there is not drawn.
  if (typeof kept.value === "number") return [];
  if (kept.op === "close" || kept.op === "remove") return typeof target === "number" ? [{ op: "close", target }] : [];
  if (!kept.geometry) return [];
  const at = rounded(kept.geometry.coordinates as At);
  return typeof target === "string" ? [{ op: "add", target, at }] : [{ op: "move", target, at }];
}

/** What new facilities are called here: as they were where an address can hold it, else by a number of their own. */
function namesOf(kept: readonly Kept[]): ReadonlyMap<string, string> {
  const called = kept.flatMap((one) => (one.op === "add" ? [one.tmp_id ?? one.id ?? ""] : []));
  const taken = new Set(called.filter(isName));
  const names = new Map<string, string>();
  let number = 1;
  for (const one of called) {
    while (!isName(one) && taken.has(`n${number}`)) number += 1;
    const name = isName(one) ? one : `n${number}`;
    taken.add(name);
    names.set(one, name);
  }
  return names;
}

/** The edits of a scenario as the map draws them, and how many of them it cannot draw. */
export function openedEdits(kept: readonly Kept[], places: readonly Facility[]): { readonly edits: readonly Edit[]; readonly left: number } {
  const byCode = new Map(places.flatMap((one) => (one.code === null ? [] : [[one.code, one.fid] as const])));
  const names = namesOf(kept);
  let links = 0;
  const opened = kept.map((one): readonly Edit[] => {
    if (one.op === "link") return linkOf(one, `l${(links += 1)}`);
    if (one.op === "speed") return speedOf(one);
    if (one.layer === "roads" || one.layer === "ferries") return one.op === "close" || one.op === "remove" ? shutOf(one) : [];
    const id = one.tmp_id ?? one.id ?? "";
    return ofFacility(one, one.op === "add" ? names.get(id) : one.fid ?? names.get(id) ?? byCode.get(id));
  });
  const edits = opened.flat();
  return { edits: edits.slice(0, MOST), left: opened.filter((one) => one.length === 0).length + Math.max(0, edits.length - MOST) };
}
