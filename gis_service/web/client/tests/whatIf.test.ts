import { describe, expect, it } from "vitest";

import type { Study } from "../src/answer";
import { changedLoads, changedZones, inputsOf, pointsOf, sharesText, signedText, toldOf, type Counts, type Difference } from "../src/whatIf";

const STUDY = { parameters: { measure: "network_time", mode: "motorbike", limit: 600 } } as unknown as Study;

function counts(won: number | null, lost: number | null, more: Partial<Counts> = {}): Counts {
  return { total: 100, before: 50, after: 50, won, lost, share_before: 0.5, share_after: 0.5, ...more };
}

function difference(totals: Counts, more: Partial<Difference> = {}): Difference {
  return { edits: [], edits_hash: "", totals: { all: totals }, zones: [], facilities: [], notice_texts: [], generated_data: true, ...more };
}

describe("a difference", () => {
  it("is asked with the inputs of the question", () => {
    expect(inputsOf("standard=s&limit=600&vintage=v&groups=age_60&branch_share=0.4&at=2025-06-30T10%3A00")).toEqual({
      standard: "s", limit: 600, vintage: "v", groups: ["age_60"], facilities: { branch_share: 0.4 }, at: "2025-06-30T10:00",
    });
  });

  it.each([
    [1204, 300, "Thêm 1.204 người đến được trạm y tế trong 10 phút bằng xe máy (dữ liệu minh hoạ).", "300 người mất dịch vụ này.", "vi"],
    [1204, 300, "1,204 more people reach trạm y tế within 10 minutes by motorbike (generated data).", "300 people lose it.", "en"],
    [1, 1, "1 more person reaches trạm y tế within 10 minutes by motorbike (generated data).", "1 person loses it.", "en"],
    [0, 20, null, "20 người mất dịch vụ này.", "vi"],
    [null, 0, "Thêm dưới 10 người đến được trạm y tế trong 10 phút bằng xe máy (dữ liệu minh hoạ).", null, "vi"],
  ] as const)("is told in a sentence: %s won, %s lost", (won, lost, gain, loss, language) => {
    const told = toldOf(STUDY, difference(counts(won, lost)), "all", "Trạm y tế", language);
    expect({ gain: told.gain?.replaceAll("\u00a0", " ") ?? null, loss: told.loss }).toEqual({ gain, loss });
  });

  it("tells what becomes of the share, and nothing while that may not be shown", () => {
    const text = sharesText(counts(5, 0, { share_after: 0.553 }), "vi");
    expect(text?.replaceAll("\u00a0", " ")).toBe("50,0 % → 55,3 % · +5,3 điểm phần trăm");
    expect(sharesText(counts(0, 0), "en")).toBe("50.0% → 50.0% · no change");
    expect(sharesText(counts(5, 0, { share_after: null }), "en")).toBeNull();
  });

  it("ranks units by whom they win and lose, in the figures of the group that is asked about", () => {
    const zones = [{ id: "a", name: "A", ...counts(5, 0), groups: { age_60: counts(0, 9) } }, { id: "b", name: "B", ...counts(0, 9), groups: { age_60: counts(1, 0) } }];
    const told = difference(counts(5, 9), { zones });
    expect(changedZones(told, "all").map(({ id }) => id)).toEqual(["b", "a"]);
    expect(changedZones(told, "age_60").map(({ id, lost }) => [id, lost])).toEqual([["a", 9], ["b", 0]]);
    expect(pointsOf({ id: "a", name: "A", ...counts(5, 0, { share_after: 0.55 }) })).toBeCloseTo(5);
    expect([pointsOf(undefined), pointsOf({ id: "a", name: "A", ...counts(5, 0, { share_after: null }) })]).toEqual([0, null]);
  });

  it("names the places whose people change, hidden counts among them", () => {
    const load = (id: string, before: number | null, after: number | null) => ({ id, name: id, load_before: before, load_after: after });
    const told = difference(counts(0, 0), { facilities: [load("same", 5, 5), load("less", 50, 20), load("new", 0, 40), load("small", null, 3)] });
    expect(changedLoads(told).map(({ id }) => id)).toEqual(["new", "less", "small"]);
  });

  it("writes counts with their sign", () => {
    expect([signedText(1204, 1, "vi"), signedText(300, -1, "en"), signedText(0, -1, "vi"), signedText(null, 1, "vi")]).toEqual(["+1.204", "−300", "0", "–"]);
  });
});
