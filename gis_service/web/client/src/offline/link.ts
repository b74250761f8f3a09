/** Where the map that is seen now is had as a file: the units, the layers that are switched on, the box of the view. */

import type { Box } from "../box";
import type { Language } from "../language";
import type { Layer } from "../layers";
import type { City } from "../page";
import { rowsOn } from "../when";

const DECIMALS = 5;
/** What vector tiles hold; pictures stay with the server. */
const TAKEN: ReadonlySet<string> = new Set(["area", "line", "point", "mixed"]);

export interface Seen {
  /** Those that can be drawn, in drawing order. */
  readonly able: readonly Layer[];
  readonly shown: ReadonlySet<string>;
  /** The layer of units, below everything. */
  readonly units: string | null;
  readonly box: Box | null;
  /** The day whose rows are seen; null for those of now. */
  readonly day: string | null;
  /** The question whose answer is seen, as the service takes it; null where none is. */
  readonly answer: string | null;
}

/** Address of a package of what is seen. */
export function offlineUrl({ able, shown, units, box: seen, day, answer }: Seen, city: City, language: Language): string {
  const layers = able.filter(({ id, look }) => shown.has(id) && id !== units && TAKEN.has(look.kind)).map(({ id }) => id);
  const below = able.some(({ id }) => id === units) && units !== null ? [units] : [];
  const asked = new URLSearchParams({ layers: [...below, ...layers].join(","), lang: language });
  if (seen) asked.set("bbox", seen.map((side) => side.toFixed(DECIMALS)).join(","));
  const rows = able.map((layer) => [layer.id, rowsOn(layer, day, city)] as const).filter(([id, part]) => part !== null && layers.includes(id));
  if (rows.length > 0) asked.set("filters", JSON.stringify(Object.fromEntries(rows)));
  if (answer !== null) asked.set("answer", answer);
  // Relative, so that the service may stand below a path of another server.
  return `api/offline?${asked.toString()}`;
}
