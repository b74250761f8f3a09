/** Values of a feature's columns as text. */

/** A value as it would be written; null for one that is missing or empty. */
export function textOf(value: unknown): string | null {
  return value === null || value === undefined || value === "" ? null : String(value);
}
