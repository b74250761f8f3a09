/** The panel beside the map; on a phone a sheet at its foot, in three heights. */

import type { ComponentChildren } from "preact";
import { useRef, useState } from "preact/hooks";

import { word } from "../language";
import * as state from "../state";

const HEIGHTS = ["low", "half", "full"] as const;
type Height = (typeof HEIGHTS)[number];

/** Shares of the screen at which the sheet rests; a drag ends at the nearest. */
const RESTS: Readonly<Record<Height, number>> = { low: 0.14, half: 0.48, full: 0.9 };
const DRAG_STARTS_PX = 8;

export function nearestHeight(share: number): Height {
  return HEIGHTS.reduce((best, next) => (Math.abs(RESTS[next] - share) < Math.abs(RESTS[best] - share) ? next : best));
}

export function nextHeight(height: Height): Height {
  return height === "full" ? "low" : height === "half" ? "full" : "half";
}

export function Sheet({ children }: { readonly children: ComponentChildren }) {
  const [height, setHeight] = useState<Height>("half");
  const from = useRef<number | null>(null);
  const dragged = useRef(false);
  const released = (event: PointerEvent): void => {
    dragged.current = from.current !== null && Math.abs(event.clientY - from.current) > DRAG_STARTS_PX;
    from.current = null;
    if (dragged.current) setHeight(nearestHeight(1 - event.clientY / window.innerHeight));
  };
  const clicked = (): void => {
    // The browser sends a click after every drag; only a press without one counts.
    if (!dragged.current) setHeight(nextHeight(height));
    dragged.current = false;
  };
  return (
    <main class="panel" data-height={height}>
      <button type="button" class="handle" aria-label={word("sheet", state.language.value)}
        aria-expanded={height !== "low"}
        onPointerDown={(event) => {
          from.current = event.clientY;
          event.currentTarget.setPointerCapture(event.pointerId);
        }}
        onPointerUp={released} onClick={clicked}><span /></button>
      <div class="panel-body">{children}</div>
    </main>
  );
}
