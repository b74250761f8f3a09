/** Why a place is inside or outside: the way to the nearest facility in its parts, and the rule it is held against. */

import type { FeatureCollection, LineString } from "geojson";

import { read } from "./api";
import { distanceText, numberText, type Language, type Text } from "./language";

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
  readonly rule: { readonly title?: Text | null; readonly source?: Text | null; readonly verified?: boolean | null };
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

/** Seconds as people say them in full: "13 phút 20 giây", "45 giây". */
export function durationText(seconds: number, language: Language): string {
  const whole = Math.round(Math.abs(seconds));
  const [minutes, rest] = [Math.floor(whole / 60), whole % 60];
  const names = language === "vi" ? { m: "phút", s: "giây" } : { m: "min", s: "s" };
  if (minutes === 0) return `${rest} ${names.s}`;
  return rest === 0 ? `${numberText(minutes, language)} ${names.m}` : `${numberText(minutes, language)} ${names.m} ${rest} ${names.s}`;
}

/** Seconds as a clock writes them, for narrow places: "9:05". */
export function clockText(seconds: number): string {
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

/** A cost in its own unit. */
export function costText(cost: number, unit: "s" | "m", language: Language): string {
  return unit === "s" ? durationText(cost, language) : distanceText(Math.round(Math.abs(cost)), language);
}

/** The rule against the way, failed or met and by how much; null when there is no way to hold against it. */
export function verdictText(why: Why, language: Language): string | null {
  if (why.over === null) return null;
  const size = costText(why.over, why.unit, language);
  if (language === "vi") return why.over > 0 ? `Ngoài tiêu chuẩn ${size}.` : `Trong tiêu chuẩn, còn dư ${size}.`;
  return why.over > 0 ? `Beyond the standard by ${size}.` : `Within the standard, with ${size} to spare.`;
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
