/** A layer in numbers, as the service counts it. */

import { numberText, type Language } from "../language";
import { withUnit } from "../measure";
import { say } from "./words";

export interface LayerClass {
  readonly value: string | number | boolean | null;
  readonly low: number | null;
  readonly high: number | null;
  readonly title: string | null;
  readonly count: number;
}

export interface LayerClasses {
  readonly property: string | null;
  readonly title: string | null;
  readonly unit: string | null;
  readonly method: "values" | "quantiles";
  readonly total: number;
  readonly missing: number;
  readonly zero: number | null;
  readonly classes: readonly LayerClass[];
  readonly properties: readonly { readonly name: string; readonly title: string }[];
}

/** "quốc lộ", "có", "3,5–12 m". */
export function classText({ value, low, high, title }: LayerClass, unit: string | null, language: Language): string {
  if (title !== null) return title;
  if (typeof value === "boolean") return say(value ? "yes" : "no", language);
  if (low === null || high === null) return typeof value === "number" ? numberText(value, language, 3) : String(value);
  const [from, to] = [numberText(low, language, 3), numberText(high, language, 3)];
  const figure = from === to ? from : `${from}–${to}`;
  return unit === null ? figure : withUnit(figure, unit, language);
}

export interface LegendRow {
  readonly key: string;
  readonly text: string;
  readonly count: number;
  readonly kind: "class" | "zero" | "missing";
}

/** All rows of a legend; nobody, zero and no data are three different things. */
export function rowsOf(found: LayerClasses, language: Language): readonly LegendRow[] {
  const classes = found.classes.map((one, at) =>
    ({ key: `${at}`, text: classText(one, found.unit, language), count: one.count, kind: "class" as const }));
  const zero = found.zero === null ? [] : [{ key: "zero", text: say("zero", language), count: found.zero, kind: "zero" as const }];
  const missing = found.property === null ? []
    : [{ key: "missing", text: say("noData", language), count: found.missing, kind: "missing" as const }];
  return [...classes, ...zero, ...missing];
}
