/** The mark of a project beside its name, and in the legend. */

import { BOX, MARKS } from "./marks";
import type { Standing } from "./stops";

export function MarkIcon({ standing }: { readonly standing: Standing }) {
  const { path, fill, stroke } = MARKS[standing];
  return (
    <svg class={`mark-icon ${standing}`} viewBox={`0 0 ${BOX} ${BOX}`} width="16" height="16" aria-hidden="true">
      <path d={path} fill={fill ?? "none"} stroke={stroke ?? "none"} stroke-width="2.2" stroke-linecap="round" stroke-linejoin="round" />
    </svg>
  );
}
