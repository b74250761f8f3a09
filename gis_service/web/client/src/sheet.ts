/** The heights of the sheet that holds the panel on a phone, and how much of the screen each of them covers. */

import { signal } from "@preact/signals";

const HEIGHTS = ["low", "half", "full"] as const;
type Height = (typeof HEIGHTS)[number];

/** Shares of the screen at which the sheet rests; a drag ends at the nearest. */
const RESTS: Readonly<Record<Height, number>> = { low: 0.14, half: 0.48, full: 0.9 };
/** As look/phone.css lays it out: the low sheet above the navigation, and what the half one adds to its share. */
const LOW_PX = 152;
const HALF_SHARE = 0.46;
const HALF_MORE_PX = 20;

export const height = signal<Height>("half");

export function nearestHeight(share: number): Height {
  return HEIGHTS.reduce((best, next) => (Math.abs(RESTS[next] - share) < Math.abs(RESTS[best] - share) ? next : best));
}

export function nextHeight(now: Height): Height {
  return now === "full" ? "low" : now === "half" ? "full" : "half";
}

/** Pixels at the foot of the screen under the sheet; the full one gives way to the half one when a map is to be seen. */
export function coveredPx(now: Height, screen: number): number {
  return now === "low" ? LOW_PX : Math.round(screen * HALF_SHARE) + HALF_MORE_PX;
}
