/** The nearest place on lines that are drawn, in pixels. */

export interface Pixel {
  readonly x: number;
  readonly y: number;
}

export interface Nearest extends Pixel {
  readonly distance: number;
}

/** The place on a piece of line from `a` to `b` that is nearest to a pixel. */
function onPiece({ x, y }: Pixel, a: Pixel, b: Pixel): Nearest {
  const [dx, dy] = [b.x - a.x, b.y - a.y];
  const length = dx * dx + dy * dy;
  const part = length === 0 ? 0 : Math.min(1, Math.max(0, ((x - a.x) * dx + (y - a.y) * dy) / length));
  const found = { x: a.x + part * dx, y: a.y + part * dy };
  return { ...found, distance: Math.hypot(found.x - x, found.y - y) };
}

/** An end of a line within this part of the reach is taken before a nearer place along it: roads are joined at their ends. */
const ENDS_FIRST = 0.6;

/** The place on a line within reach of a pixel; null where none is. */
export function nearestOn(pixel: Pixel, line: readonly Pixel[], reach: number): Nearest | null {
  let best: Nearest | null = null;
  for (const [index, b] of line.entries()) {
    const found = onPiece(pixel, line[index - 1] ?? b, b);
    if (found.distance <= (best?.distance ?? reach)) best = found;
  }
  const ends = [line[0], line.at(-1)].flatMap((one) => (one ? [onPiece(pixel, one, one)] : []));
  const end = ends.toSorted((a, b) => a.distance - b.distance)[0];
  return best && end && end.distance <= reach * ENDS_FIRST ? end : best;
}
