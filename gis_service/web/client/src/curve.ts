/** The curve of people reached by cost, as geometry: everything about it that needs no page. */

import type { CurvePoints } from "./answer";

/** Where the drawing lies inside its box, in the units of the picture. */
export interface Frame {
  readonly width: number;
  readonly height: number;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

const ENOUGH = 0.985;
const FLOOR_S = 1500;
const FLOOR_M = 5000;

/** Share of all people who have arrived at this cost; straight lines between the points given. */
export function shareAt(points: CurvePoints, total: number, cost: number): number {
  if (total <= 0 || points.length === 0) return 0;
  const next = points.findIndex(([at]) => at >= cost);
  if (next < 0) return (points.at(-1)?.[1] ?? 0) / total;
  const [toCost, toPeople] = points[next] ?? [0, 0];
  const [fromCost, fromPeople] = points[next - 1] ?? [0, 0];
  const part = toCost > fromCost ? (cost - fromCost) / (toCost - fromCost) : 1;
  return (fromPeople + part * (toPeople - fromPeople)) / total;
}

/** Round ends of the axis: wide enough for the limit and for nearly everybody who arrives, in whole ticks. */
export function axisEnd(curves: readonly CurvePoints[], limit: number, unit: "s" | "m"): number {
  const step = unit === "s" ? 300 : 1000;
  const reached = curves.map((points) => {
    const most = points.at(-1)?.[1] ?? 0;
    return points.find(([, people]) => people >= ENOUGH * most)?.[0] ?? 0;
  });
  const wanted = Math.max(unit === "s" ? FLOOR_S : FLOOR_M, limit * 1.25, ...reached);
  const last = Math.max(0, ...curves.map((points) => points.at(-1)?.[0] ?? 0));
  return Math.min(Math.ceil(wanted / step) * step, last || wanted);
}

/** Five or so round ticks from 0 to the end. */
export function ticksOf(end: number, unit: "s" | "m"): readonly number[] {
  const steps = unit === "s" ? [300, 600, 900] : [500, 1000, 2000];
  const step = steps.find((one) => end / one <= 6) ?? (steps.at(-1) ?? end);
  return Array.from({ length: Math.floor(end / step) + 1 }, (_, index) => index * step);
}

export function xOf(cost: number, end: number, frame: Frame): number {
  const inner = frame.width - frame.left - frame.right;
  return frame.left + (Math.min(cost, end) / end) * inner;
}

export function yOf(share: number, frame: Frame): number {
  return frame.height - frame.bottom - share * (frame.height - frame.top - frame.bottom);
}

/** The cost under a place of the picture, rounded to the step and kept between one step and the most. */
export function costAt(x: number, end: number, frame: Frame, step: number, most: number): number {
  const inner = frame.width - frame.left - frame.right;
  const cost = ((x - frame.left) / inner) * end;
  return Math.min(most, Math.max(step, Math.round(cost / step) * step));
}

/** The curve as a path of straight pieces, one for each point given until the end of the axis. */
export function pathOf(points: CurvePoints, total: number, end: number, frame: Frame): string {
  const inside = points.filter(([cost]) => cost <= end);
  const drawn = inside.map(([cost, people]) => [cost, total > 0 ? people / total : 0] as const);
  drawn.push([end, shareAt(points, total, end)]);
  return drawn
    .map(([cost, share], index) => `${index === 0 ? "M" : "L"}${xOf(cost, end, frame).toFixed(1)} ${yOf(share, frame).toFixed(1)}`)
    .join("");
}

/** How far one press of a key moves the limit. */
export function stepOf(unit: "s" | "m"): number {
  return unit === "s" ? 60 : 100;
}

/** The least by which the limit moves: a step of what is counted at every limit. */
export function fineStep(unit: "s" | "m"): number {
  return unit === "s" ? 15 : 25;
}

/** Where a key takes the limit, with Shift by the least step; null for keys that do nothing here. */
export function limitByKey(key: string, limit: number, unit: "s" | "m", most: number, isFine = false): number | null {
  const step = isFine ? fineStep(unit) : stepOf(unit);
  const moves: Readonly<Record<string, number>> = {
    ArrowLeft: limit - step, ArrowDown: limit - step, ArrowRight: limit + step, ArrowUp: limit + step,
    PageDown: limit - 5 * step, PageUp: limit + 5 * step, Home: step, End: most,
  };
  const wanted = moves[key];
  return wanted === undefined ? null : Math.min(most, Math.max(step, wanted));
}
