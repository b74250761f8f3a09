/** A kept roadmap as the service tells it (docs/contract.md, Roadmap); what this reader may not see is null. */

import { read } from "../api";
import type { Language, Text } from "../language";
import type { Notice } from "../answer";

export interface Cover {
  readonly total: number | null;
  readonly covered: number | null;
  readonly uncovered: number | null;
  readonly share: number | null;
}

export interface Service {
  readonly id: string;
  readonly standard: string | null;
  readonly measure: string;
  readonly mode: string | null;
  readonly limit: number;
  readonly group: string;
  readonly now: Cover;
  readonly before: Cover;
}

export interface Phase {
  readonly id: string;
  readonly title: Text;
  readonly from: string;
  readonly to: string;
  readonly projects: number;
  readonly cost_million_vnd: number;
  readonly budget_million_vnd: number | null;
  readonly over_million_vnd: number | null;
  readonly people_won: number | null;
  readonly services: Readonly<Record<string, Cover & { readonly won: number | null }>>;
}

export type Status = "proposed" | "approved" | "under_way" | "commissioned" | "stopped";

export interface Project {
  readonly code: string;
  readonly name: string;
  readonly sector: string | null;
  readonly service: string | null;
  readonly priority: number | null;
  readonly status: Status | null;
  readonly planned_from: string | null;
  readonly planned_to: string | null;
  readonly actual_from: string | null;
  readonly actual_to: string | null;
  readonly cost_million_vnd: number | null;
  readonly requires: readonly string[];
  /** Day from which it counts; null where none is known, or for one that never does. */
  readonly counts_from: string | null;
  /** A phase, "before" for before the first one, null for never. */
  readonly counts_in: string | null;
  readonly facility: string | null;
  readonly people_reached: number | null;
  readonly people_alone: number | null;
  readonly people_in_order: number | null;
  readonly people_per_billion_vnd: number | null;
}

/** One step of the cumulative curve, in the order of commissioning. */
export interface Step {
  readonly project: string;
  readonly phase: string;
  readonly people: number | null;
  readonly cost_total_million_vnd: number;
  readonly people_total: number | null;
}

/** What a plan brings by the end of the last phase. */
export interface Brings {
  readonly person_years: number;
  readonly people_won: number;
  readonly cost_million_vnd: number;
}

export interface Beside extends Brings {
  readonly regret_person_years: number;
  readonly regret_at_most_person_years: number;
}

export interface Broken {
  readonly rule: "budget" | "priority" | "requires" | "earliest";
  readonly phase: string;
  readonly project: string | null;
  readonly other: string | null;
  readonly sector: string | null;
}

export interface Slip {
  readonly code: string;
  readonly was: string | null;
  readonly now: string | null;
  readonly lost_person_years: number;
}

export interface Cut extends Brings {
  readonly percent: number;
  readonly of: "planned" | "best";
  readonly lost_person_years: number;
  readonly slips: readonly Slip[];
}

export interface Best extends Brings {
  readonly bound_person_years: number;
  readonly gap: number;
  readonly status: string;
  readonly planned: Beside & { readonly broken: readonly Broken[] };
  readonly best_now: Beside;
  readonly best_end: Beside;
  readonly phases: readonly { readonly id: string; readonly projects: number; readonly cost_million_vnd: number; readonly people_won: number }[];
  readonly projects: readonly { readonly code: string; readonly phase: string | null; readonly best_phase: string | null }[];
  readonly cut: Cut | null;
}

/** A unit at the end of each phase, by service: the keys are "now", "before" and the phases. */
export interface UnitRow {
  readonly id: string;
  readonly name: string;
  readonly services: Readonly<Record<string, {
    readonly total: number | null;
    readonly covered: Readonly<Record<string, number | null>>;
    readonly share: Readonly<Record<string, number | null>>;
  }>>;
}

export interface Roadmap {
  readonly id: string;
  readonly process: string;
  readonly inputs: Readonly<Record<string, { readonly layer: string; readonly version: number }>>;
  readonly parameters: {
    readonly day: string;
    readonly carry_over: boolean;
    readonly cut: number | null;
    readonly phases: readonly { readonly id: string; readonly budget_million_vnd: number | null }[];
  };
  readonly services: readonly Service[];
  readonly phases: readonly Phase[];
  readonly projects: readonly Project[];
  readonly cumulative: readonly Step[];
  readonly units: readonly UnitRow[];
  readonly best: Best | null;
  readonly faults: readonly { readonly code: string; readonly project: string | null; readonly params: Readonly<Record<string, unknown>> }[];
  readonly notices: readonly Notice[];
  readonly generated_data?: boolean;
}

export async function readRoadmap(id: string, language: Language, signal?: AbortSignal): Promise<Roadmap> {
  const found = await read<Roadmap & { readonly units?: Roadmap["units"] }>(`/studies/${encodeURIComponent(id)}?f=json`, language, signal);
  // Those that were kept earlier tell no units.
  return { ...found, units: found.units ?? [] };
}

/** The newest one that this reader may see; null when none was kept. */
export async function newestRoadmap(language: Language, signal?: AbortSignal): Promise<string | null> {
  const found = await read<{ readonly items: readonly { readonly id: string }[] }>("/studies?process=roadmap&limit=1&f=json", language, signal);
  return found.items[0]?.id ?? null;
}
