/** What somebody tries out on the map: places, and the roads that lead to them. Nothing of it is stored. */

import { numberText, word, type Language } from "./language";

export type At = readonly [number, number];

/** A facility of the layer by its item id, or a new one by the name it was given here. */
export type Target = number | string;

/** Layers whose features are ways that can be shut. */
export type Way = "roads" | "ferries";

/** A road or bridge that is not there. */
export interface Link {
  readonly op: "link";
  readonly name: string;
  readonly line: readonly At[];
  /** Class of road, by the word of the layer. */
  readonly road: string;
  /** Which roads it meets between its ends: those of the same level; 0 is the ground. */
  readonly level: number;
  /** Null for the speed of its class. */
  readonly kmh: number | null;
}

/** A class of roads, or one road by its item id, has another speed, or its own times a factor. */
export interface Speed {
  readonly op: "speed";
  readonly of: string | number;
  readonly by: "kmh" | "factor";
  readonly value: number;
}

export type Edit =
  | { readonly op: "add"; readonly target: string; readonly at: At }
  | { readonly op: "move"; readonly target: number; readonly at: At }
  | { readonly op: "close"; readonly target: number }
  | { readonly op: "capacity"; readonly target: Target; readonly places: number }
  | { readonly op: "shut"; readonly layer: Way; readonly fid: number }
  | Link
  | Speed;

/** An edit that says where a facility is, or that it is no more. */
export type PlaceEdit = Extract<Edit, { readonly op: "add" | "move" | "close" }>;

/** As many as the service takes in one question. */
export const MOST = 64;
/** Vertices of a new road: as many as an address holds with ease. */
export const MOST_VERTICES = 40;
/** A new road that nothing else is said of: a bridge, as the service takes it. */
export const PLAIN = { road: "commune", level: 1, kmh: null } as const;

export function isPlace(edit: Edit): edit is PlaceEdit {
  return edit.op === "add" || edit.op === "move" || edit.op === "close";
}

export function isOfFacility(edit: Edit): edit is Extract<Edit, { readonly target: Target }> {
  return "target" in edit;
}

/** What an edit is of: there is one edit of each. */
export function keyOf(edit: Edit): string {
  if (isPlace(edit)) return `place ${edit.target}`;
  if (edit.op === "capacity") return `capacity ${edit.target}`;
  if (edit.op === "shut") return `${edit.layer} ${edit.fid}`;
  return edit.op === "link" ? `link ${edit.name}` : `speed ${edit.of}`;
}

/** Put an edit in the place of the one of the same thing, or behind all others. */
function put(edits: readonly Edit[], edit: Edit): readonly Edit[] {
  const key = keyOf(edit);
  return edits.some((one) => keyOf(one) === key) ? edits.map((one) => (keyOf(one) === key ? edit : one)) : [...edits, edit];
}

/** The first name that none has: a letter and a number. */
function freeName(letter: string, taken: ReadonlySet<string>): string {
  let number = 1;
  while (taken.has(`${letter}${number}`)) number += 1;
  return `${letter}${number}`;
}

export function withAdded(edits: readonly Edit[], at: At): readonly Edit[] {
  const taken = new Set(edits.flatMap((one) => (one.op === "add" ? [one.target] : [])));
  return [...edits, { op: "add", target: freeName("n", taken), at }];
}

export function withMoved(edits: readonly Edit[], target: Target, at: At): readonly Edit[] {
  return put(edits, typeof target === "string" ? { op: "add", target, at } : { op: "move", target, at });
}

/** Close a facility; a new one is not there any more. Room in it is not spoken of either. */
export function withClosed(edits: readonly Edit[], target: Target): readonly Edit[] {
  if (typeof target === "string") return edits.filter((one) => !isOfFacility(one) || one.target !== target);
  return put(edits.filter((one) => one.op !== "capacity" || one.target !== target), { op: "close", target });
}

/** Say how many people a facility has room for; null for what it has anyway. */
export function withCapacity(edits: readonly Edit[], target: Target, places: number | null): readonly Edit[] {
  if (places === null) return edits.filter((one) => one.op !== "capacity" || one.target !== target);
  return put(edits, { op: "capacity", target, places });
}

/** Shut a way, or open it again. */
export function withShut(edits: readonly Edit[], layer: Way, fid: number): readonly Edit[] {
  const rest = edits.filter((one) => one.op !== "shut" || one.layer !== layer || one.fid !== fid);
  return rest.length < edits.length ? rest : [...edits, { op: "shut", layer, fid }];
}

/** Build a road or bridge along a line, as the last of all. */
export function withLink(edits: readonly Edit[], line: readonly At[]): readonly Edit[] {
  const taken = new Set(edits.flatMap((one) => (one.op === "link" ? [one.name] : [])));
  return [...edits, { op: "link", name: freeName("l", taken), line, ...PLAIN }];
}

export function withChanged(edits: readonly Edit[], edit: Link | Speed): readonly Edit[] {
  return put(edits, edit);
}

/** Without one edit; what is said of a new facility goes with it. */
export function without(edits: readonly Edit[], index: number): readonly Edit[] {
  const gone = edits[index];
  if (gone?.op === "add") return withClosed(edits, gone.target);
  return edits.filter((_, at) => at !== index);
}

/** Without the edit of one thing, if there is one. */
export function withoutKey(edits: readonly Edit[], key: string): readonly Edit[] {
  const index = edits.findIndex((one) => keyOf(one) === key);
  return index < 0 ? edits : without(edits, index);
}

function ofLink({ line, road, level, kmh }: Link): Readonly<Record<string, unknown>> {
  return { op: "link", geometry: { type: "LineString", coordinates: line }, value: { road_class: road, level, ...(kmh === null ? {} : { kmh }) } };
}

function ofSpeed({ of, by, value }: Speed): Readonly<Record<string, unknown>> {
  const named = typeof of === "number" ? { roads: [of] } : { classes: [of] };
  return { op: "speed", layer: "roads", value: { ...named, [by]: value } };
}

/** The edits as the service takes them. */
export function requestOf(edits: readonly Edit[]): readonly Readonly<Record<string, unknown>>[] {
  const point = ([lon, lat]: At): unknown => ({ type: "Point", coordinates: [lon, lat] });
  return edits.map((edit) => {
    if (edit.op === "add") return { op: "add", tmp_id: edit.target, geometry: point(edit.at) };
    if (edit.op === "move") return { op: "move", fid: edit.target, geometry: point(edit.at) };
    if (edit.op === "close") return { op: "close", fid: edit.target };
    if (edit.op === "capacity") return { op: "capacity", ...(typeof edit.target === "string" ? { tmp_id: edit.target } : { fid: edit.target }), value: edit.places };
    if (edit.op === "shut") return { op: "close", layer: edit.layer, fid: edit.fid };
    return edit.op === "link" ? ofLink(edit) : ofSpeed(edit);
  });
}

/** What a new facility is called: "Điểm mới 1". */
export function newName(target: string, language: Language): string {
  return `${word("newPlace", language)} ${target.replace(/^n/, "")}`;
}

/** What a new road is called: "Đường mới 1". */
export function linkName({ name }: Link, language: Language): string {
  return `${word("newRoad", language)} ${name.replace(/^l/, "")}`;
}

/** A speed in words: "40 km/h", or "× 0,8". */
export function speedText({ by, value }: Speed, language: Language): string {
  const figure = numberText(value, language, 2);
  return by === "kmh" ? `${figure}\u00a0km/h` : `×\u00a0${figure}`;
}
