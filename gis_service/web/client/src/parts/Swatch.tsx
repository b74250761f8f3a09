/** What a layer looks like on the map, in little. */

import type { Look } from "../legend";
import * as state from "../state";
import { COLOURS, themed } from "../style";

/** Four cells, dark to bright. */
const CELLS = [[2.5, 3, "#440154"], [10, 3, "#31688e"], [2.5, 10, "#35b779"], [10, 10, "#fde725"]] as const;

export function Swatch({ look }: { readonly look: Look }) {
  const [fill, edge] = [themed(look.fill, state.isDark.value), themed(look.edge, state.isDark.value)];
  return (
    <svg class="swatch" viewBox="0 0 20 20" width="20" height="20" aria-hidden="true">
      {look.kind === "area" && <rect x="2.5" y="3.5" width="15" height="13" rx="3" fill={fill} stroke={look.colour} />}
      {look.kind === "mixed" && <rect x="1.5" y="3.5" width="17" height="13" rx="3" fill={fill} stroke={edge} />}
      {look.kind === "mixed" && <circle cx="10" cy="10" r="3.5" fill={COLOURS.paper} stroke={look.colour} stroke-width="2" />}
      {look.kind === "raster" && CELLS.map(([x, y, colour]) => <rect key={`${x}/${y}`} x={x} y={y} width="7.5" height="7" fill={colour} />)}
      {look.kind === "line" && <path d="M2 14C7 14 8 6 18 6" fill="none" stroke={look.colour} stroke-width={Math.max(2, look.width)} stroke-linecap="round" />}
      {look.kind === "point" && <circle cx="10" cy="10" r="5" fill={look.hollow ? COLOURS.paper : look.colour} stroke={look.hollow ? look.colour : COLOURS.paper} stroke-width="2" />}
    </svg>
  );
}
