/** Where the map that is seen now is had as a file: the units, the layers that are switched on, the box of the view. */

import type { Box } from "../box";
import type { Language } from "../language";
import type { Layer } from "../layers";

const DECIMALS = 5;
/** What vector tiles hold; pictures stay with the server. */
const TAKEN: ReadonlySet<string> = new Set(["area", "line", "point", "mixed"]);

/** Address of a package; `able` in drawing order, the units below everything. */
export function offlineUrl(able: readonly Layer[], shown: ReadonlySet<string>, units: string | null, seen: Box | null, language: Language): string {
  const layers = able.filter(({ id, look }) => shown.has(id) && id !== units && TAKEN.has(look.kind)).map(({ id }) => id);
  const below = able.some(({ id }) => id === units) && units !== null ? [units] : [];
  const asked = new URLSearchParams({ layers: [...below, ...layers].join(","), lang: language });
  if (seen) asked.set("bbox", seen.map((side) => side.toFixed(DECIMALS)).join(","));
  // Relative, so that the service may stand below a path of another server.
  return `api/offline?${asked.toString()}`;
}
