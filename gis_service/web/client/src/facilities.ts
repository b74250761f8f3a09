/** The places of a service, and which of them are open in which state. */

import type { Feature, FeatureCollection, Point } from "geojson";

import { read } from "./api";
import { middleOf } from "./box";
import type { Language } from "./language";
import type { City } from "./page";
import type { Question, State } from "./question";
import { textOf } from "./text";
import { BASE_LEVEL } from "./vintages";

export interface Facility {
  readonly fid: number;
  readonly name: string;
  readonly at: readonly [number, number];
  readonly site: string;
  /** The code that studies and scenarios know it by; null where the layer has none. */
  readonly code: string | null;
  /** First day it is open, and first day it no longer is (ISO dates); null is open-ended. */
  readonly from: string | null;
  readonly to: string | null;
  /** Place in the order in which closed facilities would stay as branches. */
  readonly rank: number | null;
}

/** How a place stands in a state; "later" has not opened yet and is not drawn. */
export type Standing = "open" | "branch" | "former" | "later";

const PAGE = 10_000;

export function facilityOf(feature: Feature): Facility | null {
  const at = middleOf(feature.geometry);
  const known = feature.properties ?? {};
  if (!at) return null;
  return {
    fid: Number(feature.id),
    name: textOf(known["name"]) ?? "",
    at,
    site: textOf(known["site_id"]) ?? `#${String(feature.id)}`,
    code: textOf(known["code"]),
    from: textOf(known["open_from"])?.slice(0, 10) ?? null,
    to: textOf(known["open_to"])?.slice(0, 10) ?? null,
    rank: typeof known["branch_rank"] === "number" ? known["branch_rank"] : null,
  };
}

export async function readFacilities(layer: string, language: Language, signal?: AbortSignal): Promise<readonly Facility[]> {
  const found = await read<FeatureCollection>(`/collections/${layer}/items?limit=${PAGE}`, language, signal);
  return found.features.map(facilityOf).filter((one) => one !== null);
}

/** Open on a day: from its first day on, until the day before `to`; ISO dates sort as text. */
function isOpen(facility: Facility, day: string): boolean {
  return (facility.from ?? "") <= day && day < (facility.to ?? "9999");
}

/** The last day, today at most, on which a place opened or closed; null when none ever did. */
export function boundaryOf(facilities: readonly Facility[], today: string): string | null {
  const days = facilities.flatMap(({ from, to }) => [from, to]).filter((day) => day !== null && day <= today);
  return days.toSorted().at(-1) ?? null;
}

function dayBefore(day: string): string {
  const date = new Date(`${day}T00:00:00Z`);
  date.setUTCDate(date.getUTCDate() - 1);
  return date.toISOString().slice(0, 10);
}

/** Closed places that stay as branches: the first `share` of them by rank, halves rounded up. */
function branchesOf(facilities: readonly Facility[], day: string, share: number): ReadonlySet<number> {
  const ranked = facilities
    .filter((one) => one.rank !== null && !isOpen(one, day))
    .toSorted((a, b) => (a.rank ?? 0) - (b.rank ?? 0) || a.fid - b.fid);
  return new Set(ranked.slice(0, Math.floor(share * ranked.length + 0.5)).map((one) => one.fid));
}

/** How every place stands in the question's state, in the order given. */
export function standings(
  facilities: readonly Facility[], state: State, share: number, today: string,
): readonly Standing[] {
  const boundary = boundaryOf(facilities, today);
  const day = state === "before" && boundary ? dayBefore(boundary) : today;
  const branches = state === "branches" ? branchesOf(facilities, day, share) : new Set<number>();
  const openSites = new Set(facilities.filter((one) => isOpen(one, day)).map((one) => one.site));
  return facilities.map((one) => {
    if (isOpen(one, day)) return "open";
    // A branch on the site of an open place adds nothing.
    if (branches.has(one.fid) && !openSites.has(one.site)) return "branch";
    return (one.to ?? "9999") <= day && !openSites.has(one.site) ? "former" : "later";
  });
}

/** One choice of the switch over the map: what is open then, and how the choice is called. */
export interface StateChoice {
  readonly state: State;
  readonly open: number;
  readonly branches: number;
  /** Year that the state is known by. */
  readonly year: string;
}

function yearOn(day: string, city: City): string {
  const units = city.vintages.find(({ level, from, to }) => level === BASE_LEVEL && from <= day && day < (to ?? "9999"));
  return (units?.from ?? day).slice(0, 4);
}

/** The states a service can be seen in; none when nothing of it ever opened or closed. */
export function choicesOf(facilities: readonly Facility[], city: City, question: Question, today: string): readonly StateChoice[] {
  const boundary = boundaryOf(facilities, today);
  if (boundary === null) return [];
  const day = { before: dayBefore(boundary), branches: today, today };
  const hasRanks = facilities.some((one) => one.rank !== null && !isOpen(one, today));
  const states: readonly State[] = hasRanks ? ["before", "branches", "today"] : ["before", "today"];
  const choices = states.map((state) => {
    const found = standings(facilities, state, question.share, today);
    const count = (wanted: Standing): number => found.filter((one) => one === wanted).length;
    return { state, open: count("open"), branches: count("branch"), year: yearOn(day[state], city) };
  });
  // A layer that had no place before its first opening has nothing to be compared with.
  return choices[0]?.open === 0 ? [] : choices;
}

/** The places for the map: those not open yet, and those that are drawn as edited, are left out. */
export function facilityFeatures(
  facilities: readonly Facility[], stands: readonly Standing[], edited: ReadonlySet<unknown> = new Set(),
): FeatureCollection<Point, { name: string; standing: Standing }> {
  const features = facilities.flatMap((one, index) => {
    const standing = stands[index] ?? "later";
    if (standing === "later" || edited.has(one.fid)) return [];
    return [{
      type: "Feature" as const,
      id: one.fid,
      geometry: { type: "Point" as const, coordinates: [...one.at] },
      properties: { name: one.name, standing },
    }];
  });
  return { type: "FeatureCollection", features };
}
