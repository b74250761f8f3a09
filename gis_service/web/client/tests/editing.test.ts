import { afterEach, expect, it, vi } from "vitest";

import { begun, changed, changesOf, faultOf, merged, numberIn, redone, undone, type Field, type Values } from "../src/editing/draft";
import { forget, keep, keptOf } from "../src/editing/kept";
import type { Layer } from "../src/layers";

const LABEL = { vi: "", en: "" };
const BASE: Values = { code: "a", seats: 12, open: null };

afterEach(() => vi.unstubAllGlobals());

it("sends what differs from the feature as it was read, and nothing that came back to it", () => {
  const draft = changed(changed(begun(BASE, "1"), "seats", 14), "open", "2026-01-01");
  expect(changesOf(draft)).toEqual({ seats: 14, open: "2026-01-01" });
  expect(changesOf(changed(draft, "seats", 12))).toEqual({ open: "2026-01-01" });
  expect(changed(draft, "seats", 14)).toBe(draft);
  expect(changed(begun(BASE, "1"), "gone", null).past).toEqual([]);
});

it("takes back every step and does it again, until something else is changed", () => {
  const steps = [13, 14, 15].reduce((draft, seats) => changed(draft, "seats", seats), begun(BASE, "1"));
  const back = undone(undone(undone(undone(steps))));
  expect(back.now).toEqual(BASE);
  expect(redone(redone(redone(redone(back)))).now).toEqual(steps.now);
  expect(redone(changed(undone(steps), "code", "b")).now).toEqual({ ...BASE, seats: 14, code: "b" });
});

const field = (part: Partial<Field>): Field => ({ name: "x", type: "text", label: LABEL, ...part });

it.each<[Partial<Field>, unknown, string | null]>([
  [{ required: true }, null, "required"], [{ required: true }, "", "required"], [{ required: true }, "a", null], [{}, null, null],
  [{ type: "number" }, "12x", "number"], [{ type: "number" }, 1.5, null], [{ type: "integer" }, 1.5, "whole"], [{ type: "integer" }, 2, null],
  [{ values: { a: LABEL } }, "b", "listed"], [{ values: { a: LABEL } }, "a", null], [{ type: "integer", values: [1, 2] }, 3, "listed"],
  [{ type: "boolean" }, false, null], [{ type: "date" }, "31/02/2020", "date"], [{ type: "date" }, "2020-02-29", null], [{ type: "date" }, null, null],
])("checks %o against %o", (part, value, fault) => {
  expect(faultOf(field(part), value)).toBe(fault);
});

it.each([
  ["1.234,5", "vi", 1234.5], ["1,234.5", "en", 1234.5], ["1.234", "vi", 1234], ["1,234", "en", 1234], ["12,5", "vi", 12.5], ["12.5", "vi", 12.5],
  ["12,5", "en", 12.5], ["-3", "vi", -3], ["", "vi", null], ["1 234", "vi", 1234], ["twelve", "en", "twelve"], ["1,2,3", "vi", "1,2,3"],
] as const)("reads %s in %s", (text, language, value) => {
  expect(numberIn(text, language)).toBe(value);
});

it("puts my changes on top of theirs, and asks only where both have changed a field", () => {
  const mine = changed(changed(changed(begun(BASE, "1"), "seats", 14), "open", "2026-01-01"), "code", "c");
  const { draft, conflicts, others } = merged(mine, { code: "c", seats: 20, open: null, note: "new" }, "2");
  expect(conflicts).toEqual([{ name: "seats", mine: 14, theirs: 20 }]);
  expect(others).toEqual(["note"]);
  expect([draft.tag, changesOf(draft)]).toEqual(["2", { open: "2026-01-01" }]);
  expect(changesOf(changed(draft, "seats", 14))).toEqual({ open: "2026-01-01", seats: 14 });
});

it("loses nothing of what either has changed: every field is mine, theirs, or asked about", () => {
  const values = [null, 1, 2];
  for (const base of values) for (const mine of values) for (const theirs of values) {
    const draft = changed(begun({ x: base }, "1"), "x", mine);
    const after = merged(draft, { x: theirs }, "2");
    const asked = after.conflicts.length > 0;
    expect(asked).toBe(mine !== base && theirs !== base && mine !== theirs);
    expect(after.draft.now["x"]).toBe(asked || theirs !== base ? theirs : mine);
  }
});

it("keeps drafts on this machine of what everybody may read, and of nothing else", () => {
  const held = new Map<string, string>();
  vi.stubGlobal("window", { location: { pathname: "/" } });
  vi.stubGlobal("localStorage", {
    getItem: (key: string) => held.get(key) ?? null, setItem: (key: string, text: string) => void held.set(key, text), removeItem: (key: string) => void held.delete(key),
  });
  const draft = changed(begun(BASE, "1"), "seats", 14);
  const layer = { id: "market", isPublic: true } as Layer;
  keep(layer, 7, draft);
  expect(keptOf(layer, 7)).toEqual({ ...draft, past: [] });
  expect(keptOf(layer, 8)).toBeNull();
  forget(layer, 7);
  expect(keptOf(layer, 7)).toBeNull();
  keep({ id: "residents", isPublic: false } as Layer, 7, draft);
  expect(held.size).toBe(0);
});
