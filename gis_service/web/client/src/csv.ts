/** The table as a file: the columns of the service's own zones.csv, for a spreadsheet that reads UTF-8. */

import type { Zone } from "./answer";
import type { Answered } from "./asked";
import { localDay } from "./language";

const COLUMNS = ["id", "name", "total", "covered", "uncovered", "unreachable", "share", "median_s", "p90_s", "p95_s"] as const;

export type Cell = string | number | null | undefined;

/** A spreadsheet computes what begins like a formula: such text gets a quote before it. */
function cellText(value: Cell): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "number") return String(value);
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** What the figures answer, the same in every row, so that rows of two files may be put together. */
function asked({ asked: { question, query }, coverage, at }: Answered): readonly (readonly [string, Cell])[] {
  const { inputs, parameters } = coverage;
  return [
    ["service", question.service],
    ["standard", question.standard],
    ["measure", parameters.measure],
    ["mode", parameters.mode],
    ["limit", parameters.limit],
    ["limit_unit", coverage.curve.unit],
    ["direction", parameters.direction],
    ["state", question.state],
    ["at", new URLSearchParams(query).get("at")?.slice(0, 10)],
    ["branch_share", question.state === "branches" ? question.share : null],
    ["vintage", question.vintage],
    ["group", question.group],
    ["study", coverage.id],
    ["facilities_version", inputs.facilities.version],
    ["network_version", inputs.network?.version],
    ["demand_version", inputs.demand?.version],
    ["zones_version", inputs.zones?.version],
    ["received_at", at.toISOString()],
    ["generated_data", String(coverage.generated_data === true)],
  ];
}

/** Rows as a file: UTF-8 with a byte order mark. */
export function fileOf(head: readonly string[], rows: readonly (readonly Cell[])[]): string {
  return `\ufeff${[head.join(","), ...rows.map((row) => row.map(cellText).join(","))].join("\r\n")}\r\n`;
}

/** One row for each unit: the columns of zones.csv, then the question and the data they answer. */
export function csvOf(zones: readonly Zone[], answered: Answered): string {
  const same = asked(answered);
  return fileOf([...COLUMNS, ...same.map(([name]) => name)],
    zones.map((zone) => [...COLUMNS.map((column) => zone[column]), ...same.map(([, value]) => value)]));
}

/** Name of the file: the question and the reader's day; the last word warns who finds it alone. */
export function csvName({ asked: { question }, coverage, at }: Answered): string {
  const parts = [
    "coverage", question.service, question.standard, coverage.parameters.mode, `${coverage.parameters.limit}${coverage.curve.unit}`,
    question.state === "branches" ? `branches_${Math.round(question.share * 100)}` : question.state,
    question.vintage, question.group, localDay(at), coverage.generated_data ? "generated_data" : null,
  ];
  return `${parts.filter(Boolean).join("-")}.csv`;
}

export function download(name: string, content: string): void {
  const address = URL.createObjectURL(new Blob([content], { type: "text/csv;charset=utf-8" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  URL.revokeObjectURL(address);
}
