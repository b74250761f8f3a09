/** What somebody tries out on the map: facilities that open, move or close, roads and ferries that close. Nothing of it is stored. */

import type { Language } from "./language";
import { word } from "./language";

export type At = readonly [number, number];

/** A facility of the layer by its item id, or a new one by the name it was given here. */
export type Target = number | string;

export type Edit =
  | { readonly op: "add"; readonly target: string; readonly at: At }
  | { readonly op: "move"; readonly target: number; readonly at: At }
  | { readonly op: "close"; readonly target: number }
  | { readonly op: "shut"; readonly layer: Way; readonly fid: number };

/** Layers whose features are ways that can be shut. */
export type Way = "roads" | "ferries";

/** As many as the service takes in one question. */
export const MOST = 64;

function isOf(edit: Edit, target: Target): boolean {
  return edit.op !== "shut" && edit.target === target;
}

/** Put an edit in the place of the one of the same facility, or behind all others. */
function put(edits: readonly Edit[], edit: Edit, target: Target): readonly Edit[] {
  return edits.some((one) => isOf(one, target)) ? edits.map((one) => (isOf(one, target) ? edit : one)) : [...edits, edit];
}

/** The first name that no new facility has. */
function freeName(edits: readonly Edit[]): string {
  const taken = new Set(edits.flatMap((one) => (one.op === "add" ? [one.target] : [])));
  let number = 1;
  while (taken.has(`n${number}`)) number += 1;
  return `n${number}`;
}

export function withAdded(edits: readonly Edit[], at: At): readonly Edit[] {
  return [...edits, { op: "add", target: freeName(edits), at }];
}

export function withMoved(edits: readonly Edit[], target: Target, at: At): readonly Edit[] {
  const edit: Edit = typeof target === "string" ? { op: "add", target, at } : { op: "move", target, at };
  return put(edits, edit, target);
}

/** Close a facility; a new one is not there any more. */
export function withClosed(edits: readonly Edit[], target: Target): readonly Edit[] {
  if (typeof target === "string") return edits.filter((one) => !isOf(one, target));
  return put(edits, { op: "close", target }, target);
}

/** Shut a way, or open it again. */
export function withShut(edits: readonly Edit[], layer: Way, fid: number): readonly Edit[] {
  const rest = edits.filter((one) => one.op !== "shut" || one.layer !== layer || one.fid !== fid);
  return rest.length < edits.length ? rest : [...edits, { op: "shut", layer, fid }];
}

export function without(edits: readonly Edit[], index: number): readonly Edit[] {
  return edits.filter((_, at) => at !== index);
}

/** The edits as the service takes them. */
export function requestOf(edits: readonly Edit[]): readonly Readonly<Record<string, unknown>>[] {
  const point = ([lon, lat]: At): unknown => ({ type: "Point", coordinates: [lon, lat] });
  return edits.map((edit) => {
    if (edit.op === "add") return { op: "add", tmp_id: edit.target, geometry: point(edit.at) };
    if (edit.op === "move") return { op: "move", fid: edit.target, geometry: point(edit.at) };
    if (edit.op === "close") return { op: "close", fid: edit.target };
    return { op: "close", layer: edit.layer, fid: edit.fid };
  });
}

const PLACES = 5;
const LETTERS = { roads: "r", ferries: "f" } as const;
const ONE = /^(?:a(?<name>[a-z0-9]{1,8})_(?<aLon>-?[\d.]+)_(?<aLat>-?[\d.]+)|m(?<fid>\d+)_(?<mLon>-?[\d.]+)_(?<mLat>-?[\d.]+)|c(?<gone>\d+)|(?<way>[rf])(?<shut>\d+))$/;

/** A place as the address writes it: to a metre, so that what is asked is what a link opens. */
export function rounded([lon, lat]: At): At {
  return [Number(lon.toFixed(PLACES)), Number(lat.toFixed(PLACES))];
}

/** The edits as a part of the page's address. */
export function editsText(edits: readonly Edit[]): string {
  return edits.map((edit) => {
    if (edit.op === "add") return `a${edit.target}_${edit.at.join("_")}`;
    if (edit.op === "move") return `m${edit.target}_${edit.at.join("_")}`;
    return edit.op === "close" ? `c${edit.target}` : `${LETTERS[edit.layer]}${edit.fid}`;
  }).join("*");
}

function placeOf(lon: string | undefined, lat: string | undefined): At | null {
  const [x, y] = [Number(lon), Number(lat)];
  return Math.abs(x) <= 180 && Math.abs(y) <= 90 ? rounded([x, y]) : null;
}

function editIn(text: string): Edit | null {
  const found = ONE.exec(text)?.groups;
  if (!found) return null;
  if (found["gone"] !== undefined) return { op: "close", target: Number(found["gone"]) };
  if (found["shut"] !== undefined) return { op: "shut", layer: found["way"] === "r" ? "roads" : "ferries", fid: Number(found["shut"]) };
  const at = placeOf(found["aLon"] ?? found["mLon"], found["aLat"] ?? found["mLat"]);
  if (at === null) return null;
  return found["name"] === undefined ? { op: "move", target: Number(found["fid"]), at } : { op: "add", target: found["name"], at };
}

/** The edits of an address; what cannot be read, or speaks of one facility again, is left out. */
export function editsIn(text: string | null): readonly Edit[] {
  const seen = new Set<string>();
  return (text ?? "").split("*").slice(0, MOST).flatMap((part) => {
    const edit = editIn(part);
    if (edit === null) return [];
    const key = edit.op === "shut" ? `${edit.layer} ${edit.fid}` : String(edit.target);
    if (seen.has(key)) return [];
    seen.add(key);
    return [edit];
  });
}

/** What a new facility is called: "Điểm mới 1". */
export function newName(target: string, language: Language): string {
  return `${word("newPlace", language)} ${target.replace(/^n/, "")}`;
}
