/** The moments that a programme is seen at, in the order of time, and how each project stands at them. */

import type { Language } from "../language";
import { dayBefore } from "../vintages";
import type { Cover, Phase, Project, Roadmap } from "./document";
import { say } from "./words";

export const [BEFORE, NOW] = ["before", "now"] as const;

export interface Stop {
  /** A phase, "now", or "before" for the day before the first phase. */
  readonly id: string;
  /** Its last day. */
  readonly day: string;
  /** Number of the last phase that has ended by then; -1 for none. */
  readonly phase: number;
}

/** Today stands where it belongs among the ends of the phases. */
export function stopsOf({ phases, parameters }: Roadmap): readonly Stop[] {
  const ends = phases.map(({ id, to }, phase) => ({ id, day: dayBefore(to), phase }));
  const passed = ends.filter(({ day }) => day <= parameters.day).length;
  const now: Stop = { id: NOW, day: parameters.day, phase: passed - 1 };
  const before = phases[0] && phases[0].from <= parameters.day ? [{ id: BEFORE, day: dayBefore(phases[0].from), phase: -1 }] : [];
  return [...before, ...ends.slice(0, passed), now, ...ends.slice(passed)];
}

/** "Giai đoạn 1" of "Giai đoạn 1 (2020–2022): nền tảng". */
export function shortTitle(title: string): string {
  return title.split(":", 1)[0]?.split("(", 1)[0]?.trim() || title;
}

export function phaseName(id: string | null, phases: readonly Phase[], language: Language): string {
  if (id === null) return say("notDone", language);
  const phase = phases.find((one) => one.id === id);
  return phase ? shortTitle(phase.title[language]) : say(id === BEFORE ? "beforeAll" : "notDone", language);
}

export function stopName({ id }: Stop, { phases }: Roadmap, language: Language): string {
  if (id === NOW) return say("today", language);
  return id === BEFORE ? say("start", language) : phaseName(id, phases, language);
}

/** How a service stands at a stop. */
export function coverAt({ services, phases }: Roadmap, service: string, stop: Stop): Cover | null {
  const own = services.find(({ id }) => id === service);
  if (stop.id === NOW) return own?.now ?? null;
  return stop.id === BEFORE ? own?.before ?? null : phases.find(({ id }) => id === stop.id)?.services[service] ?? null;
}

/** What the map and the table tell projects apart by. */
export const STANDINGS = ["commissioned", "under_way", "late", "planned", "stopped"] as const;
export type Standing = (typeof STANDINGS)[number];

/** As it stands on the day of the plan: late is one whose planned day has passed. */
export function standingOf(project: Project, day: string): Standing {
  const { status, actual_to, planned_to } = project;
  if (status === "stopped") return "stopped";
  if (status === "commissioned" || actual_to !== null) return "commissioned";
  if (planned_to !== null && planned_to < day) return "late";
  return status === "under_way" || project.actual_from !== null ? "under_way" : "planned";
}

/** Whether a project counts by the day of a stop. */
export function countsBy(project: Project, stop: Stop, { phases, parameters }: Roadmap): boolean {
  const { counts_in, counts_from } = project;
  if (counts_in === null) return false;
  if (counts_in === BEFORE) return true;
  // One that is not commissioned today counts from today at the earliest, and not yet among what stands.
  if (stop.id === NOW) return standingOf(project, parameters.day) === "commissioned" && (counts_from ?? "9999") <= stop.day;
  const phase = phases.findIndex(({ id }) => id === counts_in);
  return phase >= 0 && phase <= stop.phase;
}

/** Whether the map shows it at a stop: what counts by then, and today what is being built, too. */
export function isShown(project: Project, stop: Stop, roadmap: Roadmap): boolean {
  if (countsBy(project, stop, roadmap)) return true;
  const standing = standingOf(project, roadmap.parameters.day);
  return stop.day >= roadmap.parameters.day && stop.id === NOW && (standing === "under_way" || standing === "late");
}

/** What a programme has come to by a stop; people are null where they may not be told. */
export interface Sum {
  readonly projects: number;
  readonly cost: number;
  readonly people: number | null;
}

export function sumAt(roadmap: Roadmap, stop: Stop): Sum {
  const own = roadmap.projects.filter((project) => countsBy(project, stop, roadmap));
  const isTold = roadmap.cumulative.every(({ people_total }) => people_total !== null);
  return {
    projects: own.length,
    cost: own.reduce((sum, { cost_million_vnd }) => sum + (cost_million_vnd ?? 0), 0),
    people: isTold ? own.reduce((sum, { people_in_order }) => sum + (people_in_order ?? 0), 0) : null,
  };
}

/** The service that its projects move most; where that may not be told, the first one whose figures are shown. */
export function mainService({ services, phases }: Roadmap): string | null {
  const last = phases.at(-1)?.services ?? {};
  const moved = (id: string): number => {
    const [from, to] = [services.find((one) => one.id === id)?.before.covered, last[id]?.covered];
    return from === null || from === undefined || to === null || to === undefined ? -1 : Math.abs(to - from);
  };
  return services.toSorted((a, b) => moved(b.id) - moved(a.id))[0]?.id ?? null;
}
