/** What is asked of siting beside the page's question: how many sites, among which candidates, by which rule. */

import type { At } from "../edits";
import { rounded } from "../editsText";
import type { City } from "../page";
import type { Question } from "../question";
import { inputsOf } from "../whatIf";

export const MODELS = ["mclp", "lscp", "p-median", "p-center"] as const;
export type Model = (typeof MODELS)[number];

/** A candidate that somebody pressed on the map; its cost counts under a budget. */
export interface Place {
  readonly id: string;
  readonly at: At;
  readonly cost: number | null;
}

export interface Ask {
  readonly model: Model;
  /** How many new sites; with a budget the most. */
  readonly sites: number;
  /** What they may cost together; null where their number is asked for. */
  readonly budget: number | null;
  /** Layer whose features are candidates; null for the places pressed on the map. */
  readonly layer: string | null;
  /** Values that a feature has to have in the layer's field of fixed words; none for any. */
  readonly values: readonly string[];
  /** Field that tells what a site would cost. */
  readonly costField: string | null;
  readonly places: readonly Place[];
  /** Least distance between two sites, metres. */
  readonly spacing: number | null;
  /** Side of the squares in which one candidate stays, metres. */
  readonly thin: number | null;
  /** Whether places that stand may close. */
  readonly closable: boolean;
  /** Draws of the assumption range in which it is asked again. */
  readonly draws: number;
  /** Seconds of search at most. */
  readonly patience: number;
  /** Candidates that are chosen whatever they bring, and such as are not. */
  readonly fixed: readonly string[];
  readonly excluded: readonly string[];
  /** A study that answers it. */
  readonly study: string | null;
}

export const USUAL_SITES = 10;
export const MOST_SITES = 500;
export const USUAL_PATIENCE_S = 30;
export const PATIENCES: readonly number[] = [10, USUAL_PATIENCE_S, 120, 600];
export const DRAWS: readonly number[] = [0, 10, 50];
const MOST_MONEY = 1e15;
const MOST_METRES = 100_000;
const LEAST_THIN = 10;
/** Public land, as every city of this service calls it. */
const LAND = { layer: "land_use", value: "public_building" } as const;

/** The field whose values are words of a fixed list, by which candidates of a layer are sifted. */
export function wordedField(city: City, layer: string): City["fields"][string][number] | null {
  return city.fields[layer]?.find(({ words }) => Object.keys(words).length > 1) ?? null;
}

/** Public land where the city has any, else villages, else places that are yet to be pressed. */
export function usualAsk(city: City): Ask {
  const has = (layer: string): boolean => (city.counts[layer] ?? 0) > 0;
  const isLand = has(LAND.layer) && LAND.value in (wordedField(city, LAND.layer)?.words ?? {});
  return {
    model: "mclp", sites: USUAL_SITES, budget: null,
    layer: isLand ? LAND.layer : has("settlement") ? "settlement" : null,
    values: isLand ? [LAND.value] : [],
    costField: null, places: [], spacing: null, thin: null, closable: false, draws: 0, patience: USUAL_PATIENCE_S,
    fixed: [], excluded: [], study: null,
  };
}

/** Candidates of another layer; what was said of those before goes with them. */
export function withLayer(ask: Ask, layer: string | null, city: City): Ask {
  const values = layer === usualAsk(city).layer ? usualAsk(city).values : [];
  return { ...ask, layer, values, costField: null, fixed: [], excluded: [] };
}

/** The first name that no place has. */
function freeName(places: readonly Place[]): string {
  let number = 1;
  while (places.some((one) => one.id === `n${number}`)) number += 1;
  return `n${number}`;
}

export function withPlace(ask: Ask, at: At): Ask {
  return { ...ask, places: [...ask.places, { id: freeName(ask.places), at: rounded(at), cost: null }] };
}

export function withoutPlace(ask: Ask, id: string): Ask {
  const others = (ids: readonly string[]): readonly string[] => ids.filter((one) => one !== id);
  return { ...ask, places: ask.places.filter((one) => one.id !== id), fixed: others(ask.fixed), excluded: others(ask.excluded) };
}

export type Standing = "free" | "fixed" | "excluded";

export function standingOf(ask: Ask, id: string): Standing {
  return ask.fixed.includes(id) ? "fixed" : ask.excluded.includes(id) ? "excluded" : "free";
}

/** Say of a candidate that it is to be chosen, or not to be; the same again takes it back. */
export function withStanding(ask: Ask, id: string, standing: Standing): Ask {
  const next = standingOf(ask, id) === standing ? "free" : standing;
  const others = (ids: readonly string[]): readonly string[] => ids.filter((one) => one !== id);
  return {
    ...ask,
    fixed: next === "fixed" ? [...others(ask.fixed), id] : others(ask.fixed),
    excluded: next === "excluded" ? [...others(ask.excluded), id] : others(ask.excluded),
  };
}

/** Whether there is anything to choose among. */
export function hasCandidates(ask: Ask): boolean {
  return ask.layer !== null || ask.places.length > 0 || ask.closable;
}

function candidatesOf(ask: Ask, city: City): Readonly<Record<string, unknown>> {
  if (ask.layer === null) {
    return { places: ask.places.map(({ id, at: [lon, lat], cost }) => ({ id, lon, lat, ...(cost === null ? {} : { cost }) })) };
  }
  const field = wordedField(city, ask.layer);
  return {
    layers: [{
      layer: ask.layer,
      ...(field && ask.values.length > 0 ? { where: { [field.name]: ask.values } } : {}),
      ...(ask.costField === null ? {} : { cost_field: ask.costField }),
    }],
    ...(ask.thin === null ? {} : { thin_m: ask.thin }),
  };
}

/** The inputs of the process, out of the page's question as an address writes it. */
export function requestOf(ask: Ask, question: Question, query: string, city: City): Readonly<Record<string, unknown>> {
  const standard = city.standards.find((one) => one.id === question.standard);
  const howMany = ask.budget === null ? { sites: ask.sites } : { budget: ask.budget };
  return {
    ...inputsOf(query),
    model: ask.model,
    ...(ask.model === "lscp" ? {} : howMany),
    candidates: candidatesOf(ask, city),
    ...(ask.fixed.length > 0 ? { fixed: ask.fixed } : {}),
    ...(ask.excluded.length > 0 ? { excluded: ask.excluded } : {}),
    ...(ask.closable ? { closable: true } : {}),
    ...(ask.spacing === null ? {} : { spacing_m: ask.spacing }),
    ...(ask.draws === 0 ? {} : { draws: ask.draws }),
    ...(question.group === standard?.group ? {} : { weights: { [question.group]: 1 } }),
    time_limit_s: ask.patience,
  };
}

const NAME = /^[A-Za-z0-9_.-]{1,100}$/;
/** Of a layer: one that not everybody may read is not among those that the page was written with. */
const LAYER = /^[a-z][a-z0-9_]{0,62}$/;
const PART = "*";

function isSame(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((one, index) => one === b[index]);
}

/** What is asked as a part of the page's address; what is as usual is left out. */
export function askText(ask: Ask, city: City): string {
  const usual = usualAsk(city);
  const isUsual = ask.layer === usual.layer && isSame(ask.values, usual.values);
  const places = ask.places.map(({ id, at, cost }) => [id, ...at, ...(cost === null ? [] : [cost])].join("_"));
  const list = (letter: string, ids: readonly string[]): readonly string[] => (ids.length === 0 ? [] : [letter + ids.join(",")]);
  const one = (letter: string, value: number | string | null): readonly string[] => (value === null ? [] : [letter + value]);
  return [
    ...(ask.model === usual.model ? [] : [`m${MODELS.indexOf(ask.model)}`]),
    ...(ask.sites === usual.sites ? [] : [`n${ask.sites}`]),
    ...one("b", ask.budget),
    ...(isUsual ? [] : [`l${ask.layer ?? ""}`, ...list("v", ask.values)]),
    ...one("c", ask.costField),
    ...list("p", places),
    ...one("s", ask.spacing), ...one("h", ask.thin),
    ...(ask.closable ? ["x"] : []),
    ...(ask.draws === 0 ? [] : [`d${ask.draws}`]),
    ...(ask.patience === usual.patience ? [] : [`t${ask.patience}`]),
    ...list("f", ask.fixed), ...list("e", ask.excluded),
    ...one("i", ask.study),
  ].join(PART);
}

function numberIn(text: string, least: number, most: number): number | null {
  const value = Number(text);
  return text !== "" && value >= least && value <= most ? value : null;
}

function placeIn(text: string): readonly Place[] {
  const [id = "", lon = "", lat = "", cost = ""] = text.split("_");
  const [x, y] = [numberIn(lon, -180, 180), numberIn(lat, -90, 90)];
  return x === null || y === null || !NAME.test(id) ? [] : [{ id, at: rounded([x, y]), cost: numberIn(cost, 0, MOST_MONEY) }];
}

/** What one part of the address says; nothing where it cannot be read. */
function said(part: string): Partial<Ask> {
  const [letter, text] = [part.charAt(0), part.slice(1)];
  const names = text.split(",").filter((one) => NAME.test(one));
  const given = <K extends keyof Ask>(name: K, value: Ask[K] | null): Partial<Ask> => (value === null ? {} : { [name]: value });
  switch (letter) {
    case "m": return given("model", MODELS[Number(text)] ?? null);
    case "n": return given("sites", Number.isInteger(Number(text)) ? numberIn(text, 1, MOST_SITES) : null);
    case "b": return given("budget", Number.isInteger(Number(text)) ? numberIn(text, 0, MOST_MONEY) : null);
    case "l": return text === "" ? { layer: null, values: [] } : LAYER.test(text) ? { layer: text, values: [] } : {};
    case "v": return { values: names };
    case "c": return given("costField", names[0] ?? null);
    case "p": return { places: text.split(",").flatMap(placeIn) };
    case "s": return given("spacing", numberIn(text, 1, MOST_METRES));
    case "h": return given("thin", numberIn(text, LEAST_THIN, MOST_METRES));
    case "x": return { closable: true };
    case "d": return given("draws", DRAWS.find((one) => one === Number(text)) ?? null);
    case "t": return given("patience", PATIENCES.find((one) => one === Number(text)) ?? null);
    case "f": return { fixed: names };
    case "e": return { excluded: names };
    case "i": return given("study", names[0] ?? null);
    default: return {};
  }
}

/** What an address asks; whatever it does not say, or says wrongly, is as usual. */
export function askIn(text: string, city: City): Ask {
  return text.split(PART).reduce<Ask>((ask, part) => ({ ...ask, ...said(part) }), usualAsk(city));
}
