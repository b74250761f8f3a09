import { expect, it } from "vitest";

import { csvName, csvOf } from "../src/csv";

const ZONE = { id: "1", name: "Xã Vũ Thư", total: 10, covered: 9.5, uncovered: null, share: 0.95 };

it("writes the columns of the service, hidden figures empty, and says that data is generated", () => {
  expect(csvOf([ZONE], true)).toBe(
    "\ufeffid,name,total,covered,uncovered,unreachable,share,median_s,p90_s,p95_s,generated_data\r\n"
    + "1,Xã Vũ Thư,10,9.5,,,0.95,,,,true\r\n");
});

it.each([["a,b", "\"a,b\""], ["say \"x\"", "\"say \"\"x\"\"\""], ["=1+1", "'=1+1"], ["@x", "'@x"]])(
  "keeps the name %s harmless", (name, written) => {
    expect(csvOf([{ ...ZONE, name }], false).split("\r\n")[1]).toContain(`1,${written},10`);
  });

it("warns in the name of the file", () => {
  expect([csvName(["coverage", "market"], true), csvName(["coverage"], false)]).toEqual(["coverage-market-generated_data.csv", "coverage.csv"]);
});
