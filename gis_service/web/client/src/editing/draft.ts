/** The values of a feature while somebody changes them: undo, redo, what is wrong with them, and what others have changed meanwhile. */

import type { Language, Text } from "../language";
import { dayIn } from "../when";

export type Values = Readonly<Record<string, unknown>>;

/** A field as the definition of its layer has it. */
export interface Field {
  readonly name: string;
  readonly type: "text" | "integer" | "number" | "boolean" | "date" | "timestamp";
  readonly required?: boolean;
  readonly values?: readonly (string | number)[] | Readonly<Record<string, Text>>;
  readonly unit?: string;
  readonly label: Text;
}

export interface Draft {
  /** The feature as it was read. */
  readonly base: Values;
  /** The mark of that state. */
  readonly tag: string;
  readonly past: readonly Values[];
  readonly now: Values;
  readonly future: readonly Values[];
}

export function begun(base: Values, tag: string): Draft {
  return { base, tag, past: [], now: base, future: [] };
}

function isEqual(one: unknown, other: unknown): boolean {
  return (one ?? null) === (other ?? null);
}

export function changed(draft: Draft, name: string, value: unknown): Draft {
  if (isEqual(draft.now[name], value)) return draft;
  return { ...draft, past: [...draft.past, draft.now], now: { ...draft.now, [name]: value }, future: [] };
}

export function undone(draft: Draft): Draft {
  const before = draft.past.at(-1);
  return before === undefined ? draft : { ...draft, past: draft.past.slice(0, -1), now: before, future: [draft.now, ...draft.future] };
}

export function redone(draft: Draft): Draft {
  const [next, ...future] = draft.future;
  return next === undefined ? draft : { ...draft, past: [...draft.past, draft.now], now: next, future };
}

/** What the draft changes of the feature as it was read: that alone is sent. */
export function changesOf({ base, now }: Pick<Draft, "base" | "now">): Values {
  return Object.fromEntries(Object.entries(now).filter(([name, value]) => !isEqual(value, base[name])));
}

/** What is wrong with a value. */
export type Fault = "required" | "number" | "whole" | "listed" | "date";

/** The values that a field may have; null when any will do. */
export function choicesOf(field: Field): readonly (string | number)[] | null {
  if (field.values === undefined) return null;
  return Array.isArray(field.values) ? (field.values as readonly (string | number)[]) : Object.keys(field.values);
}

export function faultOf(field: Field, value: unknown): Fault | null {
  if (value === null || value === undefined || value === "") return field.required ? "required" : null;
  const isNumber = field.type === "number" || field.type === "integer";
  if (isNumber && (typeof value !== "number" || !Number.isFinite(value))) return "number";
  if (field.type === "integer" && !Number.isSafeInteger(value)) return "whole";
  if (field.type === "date" && dayIn(String(value)) === null) return "date";
  const choices = choicesOf(field);
  return choices === null || choices.includes(value as string | number) ? null : "listed";
}

/** A number as its reader writes it: "1.234,5" in Vietnamese, "1,234.5" in English; what is none stays as it was typed, and is told. */
export function numberIn(text: string, language: Language): number | string | null {
  const plain = text.replace(/\s/g, "");
  if (plain === "") return null;
  const [decimal, group] = language === "vi" ? [",", "."] : [".", ","];
  const isGrouped = plain.includes(decimal) || new RegExp(`^[+-]?\\d{1,3}(\\${group}\\d{3})+$`).test(plain);
  const written = (isGrouped ? plain.replaceAll(group, "") : plain).replace(",", ".");
  return /^[+-]?\d+(\.\d*)?$/.test(written) ? Number(written) : text;
}

/** A field that both have changed, each in another way. */
export interface Conflict {
  readonly name: string;
  readonly mine: unknown;
  readonly theirs: unknown;
}

export interface Merged {
  /** On top of their state: mine where only I have changed something. */
  readonly draft: Draft;
  readonly conflicts: readonly Conflict[];
  /** Fields that only they have changed. */
  readonly others: readonly string[];
}

/** Put my changes on top of a state that somebody else has made meanwhile; where both have changed a field, theirs stays until I choose. */
export function merged(draft: Draft, theirs: Values, tag: string): Merged {
  const mine = changesOf(draft);
  const touched = Object.keys(theirs).filter((name) => !isEqual(theirs[name], draft.base[name]));
  const conflicts = touched.filter((name) => name in mine && !isEqual(mine[name], theirs[name]))
    .map((name) => ({ name, mine: mine[name], theirs: theirs[name] }));
  const kept = Object.fromEntries(Object.entries(mine).filter(([name]) => !touched.includes(name)));
  return {
    draft: { base: theirs, tag, past: [], now: { ...theirs, ...kept }, future: [] },
    conflicts,
    others: touched.filter((name) => !(name in mine)),
  };
}
