// @vitest-environment node
import { afterEach, beforeAll, expect, it, vi } from "vitest";

import * as counting from "../src/counting";
import type { Answered, Asked } from "../src/asked";
import type { Coverage } from "../src/answer";
import type { City } from "../src/page";
import type { Question } from "../src/question";
import { figuresAt, readProduct, type Product } from "../src/product";
import * as state from "../src/state";
import fixture from "./product.fixture.json";

const QUESTION: Question = { service: "s", standard: "st", measure: "network_time", mode: "walk", limit: 900, group: "all", vintage: "v", state: "today", share: 0.4 };
const CITY = { standards: [{ id: "st", service: "s", title: { vi: "", en: "" }, measure: "network_time", mode: "walk", limit: 900, group: "all", direction: "to_facility" }], vintages: [], modes: [] } as unknown as City;

function answeredAs(asked: Asked, product: Product): Answered {
  const rows = figuresAt(product, asked.question.limit);
  const zones = product.rows.slice(1).map(({ id, name }, index) => ({ id, name, ...rows[index + 1]?.[0], share: null }));
  const coverage = { totals: { all: { ...rows[0]?.[0], share: null } }, zones, parameters: { limit: 900 } } as unknown as Coverage;
  return { asked, round: state.round.peek(), at: new Date(), coverage, cells: null, reference: null, isPartial: false };
}

const bytes: ArrayBuffer = Uint8Array.from(atob(fixture.steps), (one) => one.charCodeAt(0)).buffer;
const product = readProduct(bytes.slice(0));
const paths: string[] = [];
/** A limit at which everybody may read another number than at the question's own. */
const OTHER = Array.from({ length: product.steps }, (_, step) => step * product.step)
  .find((limit) => (figuresAt(product, limit)[0]?.[0]?.covered ?? 0) > 0) ?? Number.NaN;

beforeAll(() => {
  vi.stubGlobal("fetch", async (path: string) => {
    paths.push(path);
    return new Response(bytes.slice(0));
  });
  state.city.value = CITY;
  state.question.value = QUESTION;
  state.facilities.value = { service: "s", list: { state: "ready", value: [] } };
  counting.followProduct();
});

afterEach(() => { state.draftLimit.value = null; });

it("asks for one product of all limits, with homes for whoever sees them", () => {
  expect(counting.productPath("standard=a&limit=600&vintage=v", "cells")).toBe("/coverage/product?standard=a&vintage=v");
  expect(counting.productPath("standard=a", "points")).toBe("/coverage/product?standard=a&detail=points");
});

it("counts at the limit under the finger, in all rows, and at once", async () => {
  const asked = state.asked.value;
  if (asked === null) throw new Error("nothing is asked");
  state.answered.value = answeredAs(asked, product);
  await vi.waitFor(() => {
    state.draftLimit.value = OTHER;
    expect(counting.isCounted.value).toBe(true);
  });
  const rows = figuresAt(product, OTHER);
  expect(rows[0]?.[0]?.covered).not.toBe(figuresAt(product, 900)[0]?.[0]?.covered);
  expect(counting.figures.value).toMatchObject(rows[0]?.[0] ?? {});
  expect(counting.zones.value.map(({ covered }) => covered)).toEqual(product.rows.slice(1).map((_, index) => rows[index + 1]?.[0]?.covered));
  expect(counting.atLimit(state.answered.value.coverage).parameters.limit).toBe(OTHER);
});

it("stays at what it counted while the service answers for the new limit, and is not old meanwhile", () => {
  state.question.value = { ...QUESTION, limit: OTHER };
  expect([state.isOld.value, counting.isOld.value, counting.ahead.value]).toEqual([true, false, OTHER]);
});

it("is old, and counts nothing, when another mode of travel is asked about", () => {
  state.question.value = { ...QUESTION, limit: OTHER, mode: "car" };
  expect([counting.isCounted.value, counting.isOld.value]).toEqual([false, true]);
  state.question.value = QUESTION;
});

it("reads the product once for all limits", () => {
  const asked = state.asked.value;
  if (asked === null) throw new Error("nothing is asked");
  state.answered.value = answeredAs({ ...asked, question: { ...QUESTION, limit: 600 }, query: `${asked.query}&limit=600` }, product);
  expect(paths).toHaveLength(1);
});
