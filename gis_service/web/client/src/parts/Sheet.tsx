/** The panel beside the map; on a phone a sheet at its foot, in three heights. */

import { effect } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";

import { word } from "../language";
import { height, nearestHeight, nextHeight } from "../sheet";
import * as state from "../state";

const DRAG_STARTS_PX = 8;

/** On a phone a new selection is told at the top of the sheet: half of it up, so that the place on the map is seen too. */
function useSelection(body: { readonly current: HTMLElement | null }): void {
  useEffect(() => effect(() => {
    const chosen = state.selection.value ?? state.place.value;
    if (chosen === null || !state.isPhone.value) return;
    height.value = "half";
    body.current?.scrollTo(0, 0);
  }), []);
}

export function Sheet({ children }: { readonly children: ComponentChildren }) {
  const now = height.value;
  const from = useRef<number | null>(null);
  const dragged = useRef(false);
  const body = useRef<HTMLDivElement>(null);
  useSelection(body);
  const released = (event: PointerEvent): void => {
    dragged.current = from.current !== null && Math.abs(event.clientY - from.current) > DRAG_STARTS_PX;
    from.current = null;
    if (dragged.current) height.value = nearestHeight(1 - event.clientY / window.innerHeight);
  };
  const clicked = (): void => {
    // The browser sends a click after every drag; only a press without one counts.
    if (!dragged.current) height.value = nextHeight(now);
    dragged.current = false;
  };
  return (
    <main class="panel" data-height={now}>
      <button type="button" class="handle" aria-label={word("sheet", state.language.value)}
        aria-expanded={now !== "low"}
        onPointerDown={(event) => {
          from.current = event.clientY;
          event.currentTarget.setPointerCapture(event.pointerId);
        }}
        onPointerUp={released} onClick={clicked}><span /></button>
      <div class="panel-body" ref={body}>{children}</div>
    </main>
  );
}
