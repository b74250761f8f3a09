import { expect, it } from "vitest";

import { choiceText } from "../src/parts/StateSwitch";

it.each([
  [{ state: "today", open: 1, branches: 0, year: "2025" }, "1 điểm · 2025", "1 place · 2025", "1 · 2025"],
  [{ state: "today", open: 2015, branches: 0, year: "2015" }, "2.015 điểm · 2015", "2,015 places · 2015", "2.015 · 2015"],
  [{ state: "branches", open: 4, branches: 1, year: "2025" }, "4 điểm + 1 điểm phụ", "4 places + 1 branch", "4 + 1"],
  [{ state: "branches", open: 4, branches: 5, year: "2025" }, "4 điểm + 5 điểm phụ", "4 places + 5 branches", "4 + 5"],
] as const)("says the choice %o", (choice, vi, en, short) => {
  expect([choiceText(choice, "vi"), choiceText(choice, "en"), choiceText(choice, "vi", true)]).toEqual([vi, en, short]);
});
