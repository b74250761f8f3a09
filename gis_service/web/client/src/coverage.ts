/** The answer on the map: each unit in the colour of the share of its people who are within the standard. */

import type { ExpressionSpecification, Map as MapLibre } from "maplibre-gl";

import type { Answer, Zone } from "./answer";
import { shareText, type Language } from "./language";
import { COLOURS } from "./style";

/** One step of the ramp: shares from `from` up to the next step. */
interface Step {
  readonly from: number;
  readonly colour: string;
}

/** A single hue from pale to deep, readable in grey; breaks are fixed so that two studies compare by eye. */
export const RAMP: readonly Step[] = [
  { from: 0, colour: "#e8efe9" },
  { from: 0.5, colour: "#bcdcd6" },
  { from: 0.65, colour: "#7fc0bd" },
  { from: 0.8, colour: "#3f9ca1" },
  { from: 0.95, colour: "#0b7a83" },
];

/** Units nobody lives in have no share, which is not the same as a share of nothing. */
export const NO_SHARE = "#f6f3ee";

export function stepOf(share: number): Step {
  return RAMP.findLast((step) => share >= step.from) ?? { from: 0, colour: NO_SHARE };
}

function colourOf(zone: Zone): string {
  return zone.share === null ? NO_SHARE : stepOf(zone.share).colour;
}

/** How many units stand on each step; the last number is of those without people. */
export function countsOf(zones: readonly Zone[]): readonly number[] {
  return RAMP.map((step) => zones.filter((zone) => zone.share !== null && stepOf(zone.share) === step).length);
}

/** "< 50 %", "50–65 %", "≥ 95 %". */
export function stepText(index: number, language: Language): string {
  const whole = (share: number): string => shareText(share, language).replace(/[.,]0(?=\D|$)/, "");
  const from = RAMP[index]?.from ?? 0;
  const to = RAMP[index + 1]?.from;
  if (to === undefined) return `≥ ${whole(from)}`;
  return index === 0 ? `< ${whole(to)}` : `${Math.round(from * 100)}–${whole(to)}`;
}

export function coloursOf(zones: readonly Zone[], key: string): ExpressionSpecification | string {
  const pairs = zones.flatMap((zone) => [zone.id, colourOf(zone)]);
  if (pairs.length === 0) return NO_SHARE;
  return ["match", ["to-string", ["get", key]], ...pairs, NO_SHARE] as unknown as ExpressionSpecification;
}

/** Colour the units of the study; their layer keeps its outline, in white, between the fills. */
export function paintAnswer(map: MapLibre, answer: Answer, key: string): void {
  const layer = answer.study.inputs.zones?.layer ?? "";
  if (!map.getLayer(`${layer}:area`)) return;
  const colours = coloursOf(answer.study.zones, key);
  map.setPaintProperty(`${layer}:area`, "fill-color", colours);
  map.setPaintProperty(`${layer}:area`, "fill-opacity", 1);
  map.setPaintProperty(`${layer}:edge`, "line-color", COLOURS.paper);
  map.setPaintProperty(`${layer}:point`, "circle-color", colours);
  map.setPaintProperty(`${layer}:point`, "circle-stroke-color", COLOURS.paper);
  map.setPaintProperty(`${layer}:point`, "circle-radius", ["interpolate", ["linear"], ["zoom"], 8, 7, 11, 15, 15, 22]);
}
