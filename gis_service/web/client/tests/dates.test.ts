import { expect, it } from "vitest";

import { dayFault, daysLater, dayTyped, isWhole } from "../src/dates";
import { dateText } from "../src/language";

it.each([
  ["24/07/2020", "vi", "2020-07-24"], ["24/07/2020", "en", "2020-07-24"], ["4/7/2020", "vi", "2020-07-04"], [" 24.7.2020 ", "vi", "2020-07-24"],
  ["24-07-2020", "en", "2020-07-24"], ["24 7 2020", "vi", "2020-07-24"], ["2020-07-24", "vi", "2020-07-24"], ["29/02/2024", "vi", "2024-02-29"],
  ["24 Jul 2020", "en", "2020-07-24"], ["24 july 2020", "en", "2020-07-24"], ["1 Sept. 2020", "en", "2020-09-01"], ["24 Jul 2020", "vi", null],
  ["29/02/2023", "vi", null], ["12/31/2022", "en", null], ["31/04/2022", "vi", null], ["24/07/20", "vi", null], ["0/1/2020", "vi", null],
  ["24 Ju 2020", "en", null], ["24 Julx 2020", "en", null], ["hôm qua", "vi", null], ["", "vi", null], ["24/07/2020 12:00", "vi", null],
] as const)("reads %s in %s", (text, language, day) => {
  expect(dayTyped(text, language)).toBe(day);
});

it("reads every day that it writes", () => {
  for (let day = "2023-12-15"; day < "2025-02-01"; day = daysLater(day, 1)) {
    expect([dayTyped(dateText(day, "vi"), "vi"), dayTyped(dateText(day, "en"), "en")]).toEqual([day, day]);
  }
});

it("tells what is wrong, and an empty field only where a day has to be", () => {
  expect([dayFault(" ", "vi", true), dayFault("", "vi", false), dayFault("31/02/2020", "vi", false), dayFault("1/2/2020", "vi", true)])
    .toEqual(["empty", null, "wrong", null]);
});

it("waits for the year before a text is told wrong", () => {
  expect(["3", "31/02", "31/02/20", "31/02/2020", "24 Jul 2020"].map(isWhole)).toEqual([false, false, false, true, true]);
});

it("goes over months and leap days, and stays within the years that it can write", () => {
  expect([daysLater("2024-02-28", 1), daysLater("2024-03-01", -1), daysLater("2022-12-31", 1), daysLater("9999-12-31", 1)])
    .toEqual(["2024-02-29", "2024-02-29", "2023-01-01", "9999-12-31"]);
});
