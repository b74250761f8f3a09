/** Best and bound as they came while a search went on, and the small chart that they make. */

/** Seconds since the search began, the best objective so far (null before there is one), and the bound. */
export interface Mark {
  readonly at: number;
  readonly best: number | null;
  readonly bound: number;
}

/** So many marks that a search of ten minutes keeps its shape and costs nothing to draw. */
const MOST = 400;

/** Add a mark; of too many every other one goes, the newest never. */
export function withMark(marks: readonly Mark[], at: number, best: number | null, bound: number): readonly Mark[] {
  const next = [...marks, { at, best, bound }];
  return next.length <= MOST ? next : next.filter((_, index) => index % 2 === (next.length - 1) % 2);
}

export interface Frame {
  readonly width: number;
  readonly height: number;
  readonly top: number;
  readonly bottom: number;
}

export interface Drawn {
  /** Paths of the two lines, and of what lies between them. */
  readonly best: string;
  readonly bound: string;
  readonly between: string;
  readonly end: { readonly x: number; readonly best: number | null; readonly bound: number };
}

/** The room that the values take. */
function scaleOf(marks: readonly Mark[], { height, top, bottom }: Frame): (value: number) => number {
  // The bound of before the first plan says little and would press the rest flat.
  const known = marks.filter(({ best }) => best !== null);
  const values = (known.length > 0 ? known : marks).flatMap(({ best, bound }) => [bound, ...(best === null ? [] : [best])]);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const rest = high - low || Math.abs(high) || 1;
  const free = height - top - bottom;
  return (value) => top + free * (1 - Math.min(1, Math.max(0, (value - low) / rest)));
}

function line(points: readonly (readonly [number, number])[]): string {
  return points.map(([x, y], index) => (index === 0 ? `M${x.toFixed(1)} ${y.toFixed(1)}` : `H${x.toFixed(1)}V${y.toFixed(1)}`)).join("");
}

/** Steps of best and bound up to `until` seconds; null before there is anything to draw. */
export function drawnOf(marks: readonly Mark[], until: number, frame: Frame): Drawn | null {
  const last = marks.at(-1);
  if (last === undefined) return null;
  const y = scaleOf(marks, frame);
  const x = (at: number): number => (frame.width * at) / Math.max(until, last.at, 0.1);
  const bounds = marks.map(({ at, bound }) => [x(at), y(bound)] as const);
  const bests = marks.flatMap(({ at, best }) => (best === null ? [] : [[x(at), y(best)] as const]));
  const since = bests[0]?.[0] ?? 0;
  const above = bounds.filter(([at]) => at >= since);
  const back = above.toReversed().map(([at, to]) => `V${to.toFixed(1)}H${at.toFixed(1)}`).join("");
  return {
    best: line(bests),
    bound: line(bounds),
    between: bests.length > 1 ? `${line(bests)}${back}Z` : "",
    end: { x: x(last.at), best: last.best === null ? null : y(last.best), bound: y(last.bound) },
  };
}
