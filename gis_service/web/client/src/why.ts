/** Why a place is inside or outside: the way to the nearest facility in its parts, and the rule it is held against. */

import type { FeatureCollection, LineString } from "geojson";

import { read } from "./api";
import { costText, type Language, type Text, type Word } from "./language";

export interface Near {
  readonly name: string;
  readonly point: readonly [number, number];
  readonly straight_m: number;
  readonly cost?: number | null;
}

export interface Why {
  readonly place: readonly [number, number];
  readonly generated_data: boolean;
  readonly zone: { readonly id: string; readonly name: string } | null;
  readonly zones: readonly { readonly vintage: string; readonly title: Text; readonly name: string }[];
  readonly settlement: { readonly name: string; readonly distance_m: number } | null;
  readonly status: "covered" | "uncovered" | "roadless" | "no_path" | "no_facility";
  readonly unit: "s" | "m";
  readonly cost: number | null;
  readonly limit: number;
  readonly over: number | null;
  readonly parts: {
    readonly access: number;
    readonly road: number;
    readonly ferry: number;
    readonly ferry_wait: number;
    readonly turnout: number;
  } | null;
  readonly distance_m: number | null;
  readonly nearest: Near | null;
  readonly second: Near | null;
  readonly route: FeatureCollection<LineString, { readonly part: string }> | null;
  readonly rule: {
    readonly title?: Text | null;
    readonly source?: Text | null;
    readonly verified?: boolean | null;
    readonly direction?: string;
    readonly catchment?: string;
  };
  readonly cell: { readonly people: number | null; readonly uncovered: number | null; readonly small: boolean } | null;
  readonly inputs: readonly {
    readonly role: string;
    readonly layer: string;
    readonly title?: Text;
    readonly version?: number | null;
    readonly committed_at?: string | null;
    readonly generated?: boolean;
  }[];
}

export async function readWhy(
  at: readonly [number, number], query: string, language: Language, signal?: AbortSignal,
): Promise<Why> {
  const [lon, lat] = at.map((one) => one.toFixed(6));
  return read<Why>(`/coverage/why?lon=${lon}&lat=${lat}&${query}`, language, signal);
}

/** Seconds as a clock writes them, for narrow places: "9:05". */
export function clockText(seconds: number): string {
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

/** How long or how far, to the second or the metre: "13 phút 20 giây", "1,234 km". */
export function sizeText(cost: number, unit: "s" | "m", language: Language): string {
  return costText(Math.round(Math.abs(cost)), unit, language);
}

/** The rule against the way, failed or met and by how much; null when there is no way to hold against it. */
export function verdictText(why: Why, language: Language): string | null {
  if (why.over === null) return null;
  const size = sizeText(why.over, why.unit, language);
  if (language === "vi") return why.over > 0 ? `Ngoài tiêu chuẩn ${size}.` : `Trong tiêu chuẩn, còn dư ${size}.`;
  return why.over > 0 ? `Beyond the standard by ${size}.` : `Within the standard, with ${size} to spare.`;
}

/** Whether somebody comes to the place, rather than goes from it. */
export function comesHere(why: Why): boolean {
  return why.rule.direction === "from_facility";
}

/** Why there is no way to hold against the rule; null when there is one. */
export function withoutWay(why: Why): Word | null {
  if (why.status === "roadless") return "noRoad";
  if (why.status === "no_path") return comesHere(why) ? "noPathHere" : "noPath";
  if (why.status !== "no_facility") return null;
  return why.rule.catchment === "own_unit" ? "noFacilityInUnit" : "noFacility";
}

export interface Part {
  readonly id: "access" | "road" | "ferry" | "turnout";
  readonly value: number;
  /** Share of the whole way, 0..1. */
  readonly share: number;
}

/** The parts of the way that there are, in the order they are travelled by name. */
export function partsOf(why: Why): readonly Part[] {
  const { parts, cost } = why;
  if (!parts || !cost) return [];
  const ids = ["turnout", "access", "road", "ferry"] as const;
  return ids.map((id) => ({ id, value: parts[id], share: parts[id] / cost })).filter((part) => part.value > 0);
}
