/** How many people gain and lose, at the names of the units: told on the map while something is tried out. */

import type { ExpressionSpecification } from "maplibre-gl";

import type { Language } from "../language";
import { signedText, type ZoneChange } from "../whatIf";

const NAME: ExpressionSpecification = ["to-string", ["get", "name"]];
const RANK: ExpressionSpecification = ["get", "rank"];
/** Names of units that change are placed before all others. */
const FIRST = -1e9;

/** The family of the half-bold letters (look/tokens.css). */
const HALF_BOLD: ExpressionSpecification = ["literal", ["Be Vietnam Pro Semibold"]];

/** Blue gains and orange losses, each dark or bright enough to be read as text. */
const INK = { light: { won: "#0b5590", lost: "#a3360a" }, dark: { won: "#8ec6f5", lost: "#ffae8a" } } as const;

function matched(pairs: readonly string[], other: string): ExpressionSpecification | string {
  return pairs.length === 0 ? other : ["match", ["get", "code"], ...pairs, other] as unknown as ExpressionSpecification;
}

/** The name of each unit and, in a line below, whom it gains and loses; a figure that may not be told has none. */
export function namesWithGains(changed: readonly ZoneChange[], language: Language, isDark: boolean): ExpressionSpecification {
  const ink = isDark ? INK.dark : INK.light;
  const won = changed.filter((zone) => zone.won).flatMap((zone) => [zone.id, `\n${signedText(zone.won, 1, language)}`]);
  const lost = changed.filter((zone) => zone.lost)
    .flatMap((zone) => [zone.id, `${zone.won ? "  " : "\n"}${signedText(zone.lost, -1, language)}`]);
  if (won.length === 0 && lost.length === 0) return NAME;
  return ["format", NAME, {}, matched(won, ""), { "text-color": ink.won, "text-font": HALF_BOLD }, matched(lost, ""), { "text-color": ink.lost, "text-font": HALF_BOLD }];
}

/** In which order names are placed: those that have something to tell first. */
export function namesInOrder(changed: readonly ZoneChange[]): ExpressionSpecification {
  const told = changed.filter((zone) => zone.won || zone.lost).map((zone) => zone.id);
  return told.length === 0 ? RANK : ["match", ["get", "code"], told, ["+", FIRST, RANK], RANK];
}
