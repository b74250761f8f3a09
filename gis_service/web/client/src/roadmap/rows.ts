/** The projects in the order in which a table tells them. */

import type { Project, Roadmap } from "./document";

export const ORDERS = ["sector", "worth", "time"] as const;
export type Order = (typeof ORDERS)[number];

/** Rows under one head: a sector, or all of them under none. */
export interface Group {
  readonly sector: string | null;
  readonly projects: readonly Project[];
}

const LAST = 99;

function byCode(a: Project, b: Project): number {
  return a.code < b.code ? -1 : 1;
}

function byTime(a: Project, b: Project): number {
  const [left, right] = [a.counts_from ?? "9999", b.counts_from ?? "9999"];
  return left === right ? byCode(a, b) : left < right ? -1 : 1;
}

/** By sector in the order of the city's list and by priority; or all together, the best or the first ones first. */
export function grouped({ projects }: Pick<Roadmap, "projects">, order: Order, sectors: readonly string[]): readonly Group[] {
  if (order === "time") return [{ sector: null, projects: projects.toSorted(byTime) }];
  if (order === "worth") {
    const worth = (one: Project): number => one.people_per_billion_vnd ?? -1;
    return [{ sector: null, projects: projects.toSorted((a, b) => worth(b) - worth(a) || byCode(a, b)) }];
  }
  const known = [...sectors, ...new Set(projects.map(({ sector }) => sector ?? ""))];
  const ids = [...new Set(known)].filter((id) => projects.some(({ sector }) => (sector ?? "") === id));
  return ids.map((sector) => ({
    sector,
    projects: projects.filter((one) => (one.sector ?? "") === sector)
      .toSorted((a, b) => (a.priority ?? LAST) - (b.priority ?? LAST) || byTime(a, b)),
  }));
}
