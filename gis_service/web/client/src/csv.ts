/** The table as a file: the columns of the service's own zones.csv, for a spreadsheet that reads UTF-8. */

import type { Zone } from "./answer";

const COLUMNS = ["id", "name", "total", "covered", "uncovered", "unreachable", "share", "median_s", "p90_s", "p95_s"] as const;

/** A spreadsheet computes what begins like a formula: such text gets a quote before it. */
function cellText(value: string | number | null | undefined): string {
  if (value === null || value === undefined) return "";
  if (typeof value === "number") return String(value);
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

export function csvOf(zones: readonly Zone[], isGenerated: boolean): string {
  const rows = zones.map((zone) => [...COLUMNS.map((column) => cellText(zone[column])), String(isGenerated)].join(","));
  return `\ufeff${[[...COLUMNS, "generated_data"].join(","), ...rows].join("\r\n")}\r\n`;
}

/** Name of the file; the last word warns who finds it alone. */
export function csvName(parts: readonly string[], isGenerated: boolean): string {
  return `${[...parts, ...(isGenerated ? ["generated_data"] : [])].join("-")}.csv`;
}

export function download(name: string, content: string): void {
  const address = URL.createObjectURL(new Blob([content], { type: "text/csv;charset=utf-8" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  URL.revokeObjectURL(address);
}
