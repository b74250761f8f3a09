/** The part of the map that nothing lies on: what is to be seen is moved there. */

/** Pixels along each side of the map that something may lie on. */
export interface Room {
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  readonly left: number;
}

/** Sizes in pixels of the map and of what lies on it. */
export interface Frame {
  readonly width: number;
  readonly height: number;
  readonly isPhone: boolean;
  /** From the top of the map down to the foot of the switch; 0 while there is none. */
  readonly states: number;
  /** From the foot of the map up to the top of the legend; 0 when there is none on the map. */
  readonly legend: number;
  /** The sketch in the corner at the foot: from the left of the map to its right side, and from the foot up to its top. */
  readonly inset: { readonly right: number; readonly top: number };
  /** From the foot of the map up to the top of the sheet; 0 beside a panel. */
  readonly sheet: number;
}

const GAP = 10;
/** One row of the switch and, on a phone, the search box above it; kept free also while they are not there yet. */
const TOP = { phone: 122, wide: 62 } as const;
/** The buttons. */
const RIGHT = { phone: 58, wide: 70 } as const;
const LEFT = { phone: 24, wide: 22 } as const;
/** The scale, or what stands above the sheet. */
const BOTTOM = { phone: 30, wide: 40 } as const;
/** What lies on the map never leaves less than this share of it free. */
const LEAST_FREE = 0.18;

/** Both ends of a side, made smaller together when too little would be left between them. */
function within(size: number, first: number, last: number): [number, number] {
  const most = size * (1 - LEAST_FREE);
  const factor = first + last > most ? most / (first + last) : 1;
  return [Math.floor(first * factor), Math.floor(last * factor)];
}

/** The shorter side of what is free. */
function freeOf({ width, height }: Frame, { top, right, bottom, left }: Room): number {
  return Math.min(width - left - right, height - top - bottom);
}

/**
 * What is shown keeps off the sketch in the corner by lying beside it or above it, whichever leaves it larger.
 * A phone has no room to spare: there the sketch may lie over the corner of the box.
 */
export function paddingOf(frame: Frame): Room {
  const kind = frame.isPhone ? "phone" : "wide";
  const foot = frame.isPhone ? frame.sheet + BOTTOM[kind] : Math.max(BOTTOM[kind], frame.legend + GAP);
  const padding = (atLeft: number, atFoot: number): Room => {
    const [top, bottom] = within(frame.height, Math.max(TOP[kind], frame.states + GAP), atFoot);
    const [left, right] = within(frame.width, atLeft, RIGHT[kind]);
    return { top, right, bottom, left };
  };
  if (frame.isPhone) return padding(LEFT.phone, foot);
  const beside = padding(Math.max(LEFT[kind], frame.inset.right + GAP), foot);
  const above = padding(LEFT[kind], Math.max(foot, frame.inset.top + GAP));
  return freeOf(frame, above) >= freeOf(frame, beside) ? above : beside;
}

/** Whether a view that was fitted into `used` has something covered that `now` would keep free. */
export function isTighter(now: Room, used: Room): boolean {
  return (["top", "right", "bottom", "left"] as const).some((side) => now[side] > used[side] + 2);
}
