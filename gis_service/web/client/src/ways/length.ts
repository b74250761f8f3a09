/** How long a line is on the ground. */

import type { At } from "../edits";

const EARTH_M = 6_371_008.8;
const RADIAN = Math.PI / 180;

/** Metres along a line of longitudes and latitudes, on a sphere: for people to read, not to compute with. */
export function lengthOf(line: readonly At[]): number {
  let metres = 0;
  for (const [index, [lon, lat]] of line.entries()) {
    const before = line[index - 1];
    if (!before) continue;
    const across = (lon - before[0]) * Math.cos(((lat + before[1]) / 2) * RADIAN);
    metres += Math.hypot(across, lat - before[1]) * RADIAN * EARTH_M;
  }
  return metres;
}
