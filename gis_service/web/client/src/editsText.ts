/** The edits as a part of the page's address: one letter for what is done, then what it is of, in as few characters as say it. */

import { keyOf, MOST, MOST_VERTICES, type At, type Edit, type Target } from "./edits";

const PLACES = 5;
const UNIT = 10 ** PLACES;
const LETTERS = { roads: "r", ferries: "f" } as const;
const NAME = /^[a-z][a-z0-9]{0,7}$/;
const CLASS = /^[a-z][a-z.]{0,31}$/;
const WHOLE = /^-?\d{1,9}$/;

/** A place as the address writes it: to a metre, so that what is asked is what a link opens. */
export function rounded([lon, lat]: At): At {
  return [Number(lon.toFixed(PLACES)), Number(lat.toFixed(PLACES))];
}

/** The first vertex in full, then by how much each lies off the one before it, in steps of the last decimal. */
function lineText(line: readonly At[]): string {
  const steps = line.map(([lon, lat]) => [Math.round(lon * UNIT), Math.round(lat * UNIT)] as const);
  return steps.map(([x, y], index) => {
    const before = steps[index - 1];
    return before ? `${x - before[0]}_${y - before[1]}` : (line[0] ?? []).join("_");
  }).join("_");
}

/** Words of the layer have lines between their parts, which stand between the parts of an edit here. */
function textOf(edit: Edit): string {
  switch (edit.op) {
    case "add": return `a${edit.target}_${edit.at.join("_")}`;
    case "move": return `m${edit.target}_${edit.at.join("_")}`;
    case "close": return `c${edit.target}`;
    case "capacity": return `k${edit.target}_${edit.places}`;
    case "shut": return `${LETTERS[edit.layer]}${edit.fid}`;
    case "link": return `l${edit.name}_${edit.road.replaceAll("_", ".")}_${edit.level}_${edit.kmh ?? 0}_${lineText(edit.line)}`;
    case "speed": return `${edit.by === "kmh" ? "v" : "x"}${String(edit.of).replaceAll("_", ".")}_${edit.value}`;
  }
}

export function editsText(edits: readonly Edit[]): string {
  return edits.map(textOf).join("*");
}

/** Whether a new thing may be called so in an address. */
export function isName(text: string): boolean {
  return NAME.test(text);
}

function numberIn(text: string | undefined, least: number, most: number): number | null {
  if (text === undefined || !/^-?\d+(?:\.\d+)?$/.test(text)) return null;
  const value = Number(text);
  return value >= least && value <= most ? value : null;
}

function fidIn(text: string | undefined): number | null {
  return text !== undefined && /^\d{1,12}$/.test(text) ? Number(text) : null;
}

function placeIn(lon: string | undefined, lat: string | undefined): At | null {
  const [x, y] = [numberIn(lon, -180, 180), numberIn(lat, -90, 90)];
  return x === null || y === null ? null : rounded([x, y]);
}

function targetIn(text: string): Target | null {
  return fidIn(text) ?? (NAME.test(text) ? text : null);
}

function classIn(text: string): string | null {
  return CLASS.test(text) ? text.replaceAll(".", "_") : null;
}

function lineIn(parts: readonly string[]): readonly At[] | null {
  const first = placeIn(parts[0], parts[1]);
  const rest = parts.slice(2);
  if (first === null || rest.length === 0 || rest.length % 2 !== 0 || rest.length / 2 >= MOST_VERTICES) return null;
  if (!rest.every((part) => WHOLE.test(part))) return null;
  let [x, y] = [Math.round(first[0] * UNIT), Math.round(first[1] * UNIT)];
  const line: At[] = [first];
  for (let index = 0; index < rest.length; index += 2) {
    [x, y] = [x + Number(rest[index]), y + Number(rest[index + 1])];
    line.push([x / UNIT, y / UNIT]);
  }
  return line.every(([lon, lat]) => Math.abs(lon) <= 180 && Math.abs(lat) <= 90) ? line : null;
}

function linkIn([name = "", road = "", level, kmh, ...rest]: readonly string[]): Edit | null {
  const [known, tier, speed, line] = [classIn(road), numberIn(level, -5, 5), numberIn(kmh, 0, 130), lineIn(rest)];
  if (!NAME.test(name) || known === null || tier === null || !Number.isInteger(tier) || speed === null || line === null) return null;
  return { op: "link", name, line, road: known, level: tier, kmh: speed === 0 ? null : speed };
}

function speedIn([of = "", value]: readonly string[], by: "kmh" | "factor"): Edit | null {
  const [named, speed] = [fidIn(of) ?? classIn(of), by === "kmh" ? numberIn(value, 1, 130) : numberIn(value, 0.1, 3)];
  return named === null || speed === null ? null : { op: "speed", of: named, by, value: speed };
}

function facilityIn(letter: string, [of = "", ...rest]: readonly string[]): Edit | null {
  const [target, at] = [targetIn(of), placeIn(rest[0], rest[1])];
  if (letter === "a") return NAME.test(of) && at ? { op: "add", target: of, at } : null;
  if (target === null) return null;
  if (letter === "k") {
    const places = numberIn(rest[0], 0, 10_000_000);
    return places === null ? null : { op: "capacity", target, places };
  }
  if (typeof target === "string") return null;
  if (letter === "c") return { op: "close", target };
  return at ? { op: "move", target, at } : null;
}

const PARTS: Readonly<Record<string, number>> = { a: 3, m: 3, c: 1, k: 2, r: 1, f: 1, v: 2, x: 2 };

function editIn(text: string): Edit | null {
  const [letter, parts] = [text.charAt(0), text.slice(1).split("_")];
  if (letter === "l") return linkIn(parts);
  if (parts.length !== PARTS[letter]) return null;
  if (letter === "v" || letter === "x") return speedIn(parts, letter === "v" ? "kmh" : "factor");
  if (letter !== "r" && letter !== "f") return facilityIn(letter, parts);
  const fid = fidIn(parts[0]);
  return fid === null ? null : { op: "shut", layer: letter === "r" ? "roads" : "ferries", fid };
}

/** The edits of an address; what cannot be read, or speaks of one thing again, is left out. */
export function editsIn(text: string | null): readonly Edit[] {
  const seen = new Set<string>();
  return (text ?? "").split("*").slice(0, MOST).flatMap((part) => {
    const edit = editIn(part);
    if (edit === null || seen.has(keyOf(edit))) return [];
    seen.add(keyOf(edit));
    return [edit];
  });
}
