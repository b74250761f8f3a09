/** The steps of the coverage ramp: their limits, colours, and how many units stand on each. */

import type { Zone } from "./answer";
import { shareText, type Language } from "./language";

/** One step of the ramp: shares from `from` up to the next step. */
interface Step {
  readonly from: number;
  readonly colour: string;
}

/** A single hue from pale to deep, readable in grey; breaks are fixed so that two answers compare by eye. */
export const RAMP: readonly Step[] = [
  { from: 0, colour: "#e8efe9" },
  { from: 0.5, colour: "#bcdcd6" },
  { from: 0.65, colour: "#7fc0bd" },
  { from: 0.8, colour: "#3f9ca1" },
  { from: 0.95, colour: "#0b7a83" },
];

/** Units nobody lives in have no share, which is not the same as a share of nothing. */
export const NO_SHARE = "#f6f3ee";

/** Units whose figures are hidden because few people stand behind them; not the same as nobody. */
export const HIDDEN = "#d3d8db";

/** Whether people live in the unit whose share may not be told. */
export function isHidden(zone: Zone): boolean {
  return zone.share === null && zone.total !== 0;
}

/** Number of the step a share stands on; null for units without one. */
export function classOf(share: number | null): number | null {
  return share === null ? null : RAMP.findLastIndex((step) => share >= step.from);
}

export function colourOf(zone: Zone): string {
  const step = classOf(zone.share);
  return (step === null ? undefined : RAMP[step]?.colour) ?? (isHidden(zone) ? HIDDEN : NO_SHARE);
}

/** How many units stand on each step. */
export function countsOf(zones: readonly Zone[]): readonly number[] {
  return RAMP.map((_, index) => zones.filter((zone) => classOf(zone.share) === index).length);
}

/** "< 50 %", "50–65", "≥ 95 %": the ends carry the sign, the steps between lie side by side and have no room for it. */
export function stepText(index: number, language: Language): string {
  const whole = (share: number): string => shareText(share, language).replace(/[.,]0(?=\D|$)/, "");
  const from = RAMP[index]?.from ?? 0;
  const to = RAMP[index + 1]?.from;
  if (to === undefined) return `≥ ${whole(from)}`;
  return index === 0 ? `< ${whole(to)}` : `${Math.round(from * 100)}–${Math.round(to * 100)}`;
}
