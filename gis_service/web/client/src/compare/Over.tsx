/** What lies over both maps: the bar between them, and what each side is. */

import * as state from "../state";
import type { Asks, Side } from "./asks";
import { EDITS, TODAY } from "./asks";
import * as comparing from "./comparing";
import { COMPARE } from "./words";

const STEP = 0.02;

/** What a side is called; a scenario that has not been read, or may not be, by the end of its id. */
export function sideName(side: Side): string {
  const language = state.language.value;
  if (side === TODAY) return COMPARE.today[language];
  if (side === EDITS) return COMPARE.edits[language];
  const pair = comparing.pairReady();
  const title = [pair?.before, pair?.after].find((one) => one?.side === side)?.title;
  return title ?? `${COMPARE.unknown[language]} …${side.slice(-4)}`;
}

function within(value: number): number {
  return Math.min(1, Math.max(0, value));
}

const KEYS: Readonly<Record<string, (part: number) => number>> = {
  ArrowLeft: (part) => part - STEP, ArrowDown: (part) => part - STEP, ArrowRight: (part) => part + STEP, ArrowUp: (part) => part + STEP,
  PageDown: (part) => part - 5 * STEP, PageUp: (part) => part + 5 * STEP, Home: () => 0, End: () => 1,
};

function Bar() {
  const part = comparing.part.value;
  const drag = (event: PointerEvent & { readonly currentTarget: HTMLElement }): void => {
    if (!event.currentTarget.hasPointerCapture(event.pointerId)) return;
    const { left, width } = event.currentTarget.parentElement!.getBoundingClientRect();
    comparing.part.value = within((event.clientX - left) / width);
  };
  return (
    <div class="compare-bar" role="slider" tabIndex={0} aria-label={COMPARE.bar[state.language.value]} aria-orientation="horizontal"
      aria-valuemin={0} aria-valuemax={100} aria-valuenow={Math.round(part * 100)} style={{ left: `${part * 100}%` }}
      onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)} onPointerMove={drag}
      onKeyDown={(event) => {
        const to = KEYS[event.key];
        if (!to) return;
        event.preventDefault();
        comparing.part.value = within(to(comparing.part.peek()));
      }}><span aria-hidden="true">‹ ›</span></div>
  );
}

function Tag({ side, at }: { readonly side: Side; readonly at: "left" | "right" }) {
  return <p class={`compare-tag ${at}`}>{sideName(side)}</p>;
}

export function Over({ asks }: { readonly asks: Asks }) {
  if (asks.way === "change" || comparing.pairReady() === null) return null;
  return (
    <>
      <Tag side={asks.before} at="left" />
      <Tag side={asks.after} at="right" />
      {asks.way === "swipe" && <Bar />}
    </>
  );
}

export function OverNow() {
  return <Over asks={comparing.asks.value} />;
}
