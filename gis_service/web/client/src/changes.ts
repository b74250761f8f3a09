/** The steps of the ramp that shows a difference: orange where fewer are within the standard, blue where more are. */

import { HIDDEN } from "./ramp";

/** Told apart by eyes that do not tell red from green; the middle is the plain ground. */
export const STEPS = [
  { colour: "#c8450f", text: "≤ −10" },
  { colour: "#e58f68", text: "−10…−2" },
  { colour: "#f6cdb8", text: "< 0" },
  { colour: "#f1f5f4", text: "0" },
  { colour: "#c4dcef", text: "> 0" },
  { colour: "#6fa9d6", text: "+2…+10" },
  { colour: "#0f6fb5", text: "≥ +10" },
] as const;

/** The step of units in which nobody gains or loses. */
export const UNCHANGED = 3;
const [MILD, STRONG] = [2, 10];

/** Number of the step that a change in percentage points stands on. */
export function stepOf(points: number): number {
  const size = Math.abs(points);
  const strength = size === 0 ? 0 : size < MILD ? 1 : size < STRONG ? 2 : 3;
  return UNCHANGED + Math.sign(points) * strength;
}

export function colourOf(points: number | null): string {
  return points === null ? HIDDEN : (STEPS[stepOf(points)]?.colour ?? HIDDEN);
}
