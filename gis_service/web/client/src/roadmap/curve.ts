/** The cumulative curve as geometry: people gained by what has been spent, or a service by the phases. */

import type { Frame } from "../curve";
import type { Roadmap, Step } from "./document";
import { coverAt, type Stop } from "./stops";

export const FRAME: Frame = { width: 340, height: 148, left: 8, right: 10, top: 16, bottom: 26 };

export interface Dot {
  readonly project: string;
  readonly phase: string;
  readonly x: number;
  readonly y: number;
}

export interface Drawn {
  readonly dots: readonly Dot[];
  /** Path of steps: money is spent first, and people are gained when a project is commissioned. */
  readonly path: string;
  /** Where each phase ends. */
  readonly ends: readonly { readonly phase: string; readonly x: number }[];
}

function across(part: number): number {
  return FRAME.left + part * (FRAME.width - FRAME.left - FRAME.right);
}

function up(part: number): number {
  return FRAME.height - FRAME.bottom - part * (FRAME.height - FRAME.top - FRAME.bottom);
}

/** Null where people may not be told, or nothing counts. */
export function curveOf(steps: readonly Step[]): Drawn | null {
  const last = steps.at(-1);
  if (!last || steps.some(({ people_total }) => people_total === null)) return null;
  const cost = Math.max(last.cost_total_million_vnd, 1);
  const people = Math.max(...steps.map(({ people_total }) => people_total ?? 0), 1);
  const dots = steps.map((step) => ({
    project: step.project, phase: step.phase,
    x: across(step.cost_total_million_vnd / cost), y: up((step.people_total ?? 0) / people),
  }));
  const path = dots.reduce((drawn, { x, y }) => `${drawn}H${x.toFixed(1)}V${y.toFixed(1)}`, `M${across(0).toFixed(1)} ${up(0).toFixed(1)}`);
  const phases = [...new Set(dots.map(({ phase }) => phase))];
  return { dots, path, ends: phases.map((phase) => ({ phase, x: dots.findLast((dot) => dot.phase === phase)?.x ?? 0 })) };
}

export interface Line {
  readonly service: string;
  readonly points: readonly { readonly x: number; readonly y: number; readonly share: number }[];
}

/** A line for each service whose figures are shown, from stop to stop; the axis is the whole of all people. */
export function linesOf(roadmap: Roadmap, stops: readonly Stop[]): readonly Line[] {
  const step = stops.length > 1 ? 1 / (stops.length - 1) : 0;
  return roadmap.services.flatMap(({ id }) => {
    const shares = stops.map((stop) => coverAt(roadmap, id, stop)?.share ?? null);
    if (shares.some((share) => share === null)) return [];
    return [{ service: id, points: shares.map((share, index) => ({ x: across(index * step), y: up(share ?? 0), share: share ?? 0 })) }];
  });
}

export function pathOf(points: Line["points"]): string {
  return points.map(({ x, y }, index) => `${index === 0 ? "M" : "L"}${x.toFixed(1)} ${y.toFixed(1)}`).join("");
}
