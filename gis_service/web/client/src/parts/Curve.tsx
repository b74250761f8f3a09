/** How many people are reached by when; the limit is a handle on it, moved by pointer or by key. */

import { useEffect, useRef } from "preact/hooks";

import { IN_NO_UNIT, type CurvePoints, type Zone } from "../answer";
import { axisEnd, costAt, limitByKey, pathOf, shareAt, stepOf, ticksOf, xOf, yOf, type Frame } from "../curve";
import { distanceText, minutesText, numberText, shareText, word, type Language } from "../language";
import { longestLimit } from "../question";
import * as state from "../state";
import { choiceText } from "./StateSwitch";

const FRAME: Frame = { width: 340, height: 132, left: 6, right: 6, top: 12, bottom: 26 };
const ASK_AFTER_MS = 400;
/** A tick this close to the limit gives its place to it. */
const NEAR_PX = 34;

interface Drawn {
  readonly unit: "s" | "m";
  readonly main: CurvePoints;
  readonly other: CurvePoints | null;
  readonly total: number;
  readonly limit: number;
  readonly end: number;
}

function drawnNow(): Drawn | null {
  const [answer, figures, question] = [state.answer.value, state.figures.value, state.question.value];
  const points = answer?.curve.points[state.group.value];
  if (!answer || !points || !question || !figures?.total) return null;
  const { unit } = answer.curve;
  const other = state.reference.value?.curve.points[state.group.value] ?? null;
  const limit = state.draftLimit.value ?? question.limit;
  const end = axisEnd(other ? [points, other] : [points], question.limit, unit);
  return { unit, main: points, other, total: figures.total, limit, end };
}

function costText(cost: number, unit: "s" | "m", language: Language): string {
  return unit === "s" ? minutesText(cost, language) : distanceText(cost, language);
}

function Axis({ drawn, language }: { readonly drawn: Drawn; readonly language: Language }) {
  const { end, unit, limit } = drawn;
  const at = xOf(limit, end, FRAME);
  const ticks = ticksOf(end, unit).filter((tick) => Math.abs(xOf(tick, end, FRAME) - at) > NEAR_PX);
  const label = Math.min(FRAME.width - 24, Math.max(22, at));
  const short = (tick: number): string => numberText(unit === "s" ? tick / 60 : tick / 1000, language, 1);
  return (
    <g class="axis">
      {[0.5, 1].map((share) => (
        <path key={share} class="grid" d={`M${FRAME.left} ${yOf(share, FRAME)}H${FRAME.width - FRAME.right}`} />
      ))}
      <path class="base" d={`M${FRAME.left} ${yOf(0, FRAME)}H${FRAME.width - FRAME.right}`} />
      {ticks.map((tick) => (
        <text key={tick} x={Math.max(8, xOf(tick, end, FRAME))} y={FRAME.height - 8}
          text-anchor={xOf(tick, end, FRAME) > FRAME.width - 14 ? "end" : "middle"}>{short(tick)}</text>
      ))}
      <text class="strong" x={label} y={FRAME.height - 8} text-anchor="middle">{costText(limit, unit, language)}</text>
    </g>
  );
}

/** The chosen unit on the same axes: when half, 90 % and 95 % of its people have arrived. */
function UnitMarks({ zone, drawn }: { readonly zone: Zone; readonly drawn: Drawn }) {
  const known = [[0.5, zone.median_s], [0.9, zone.p90_s], [0.95, zone.p95_s]] as const;
  const inside = known.flatMap(([share, cost]) => (typeof cost === "number" && cost <= drawn.end ? [[share, cost] as const] : []));
  if (inside.length === 0) return null;
  const places = inside.map(([share, cost]) => [xOf(cost, drawn.end, FRAME), yOf(share, FRAME)] as const);
  const [x = 0, y = 0] = places[0] ?? [];
  return (
    <g class="unit-marks">
      <path d={places.map(([a, b], index) => `${index === 0 ? "M" : "L"}${a} ${b}`).join("")} />
      {places.map(([a, b]) => <circle key={`${a} ${b}`} cx={a} cy={b} r="3" />)}
      <text x={x + 8} y={y + 12}>{zone.name}</text>
    </g>
  );
}

function useMoves(drawn: Drawn | null) {
  const timer = useRef<number | undefined>(undefined);
  useEffect(() => () => window.clearTimeout(timer.current), []);
  const most = longestLimit(state.question.value?.measure ?? "");
  const settle = (): void => {
    window.clearTimeout(timer.current);
    const limit = state.draftLimit.peek();
    if (limit !== null) state.ask({ limit });
  };
  const follow = (event: PointerEvent): void => {
    if (!drawn) return;
    const box = (event.currentTarget as SVGSVGElement).getBoundingClientRect();
    const x = ((event.clientX - box.left) / box.width) * FRAME.width;
    state.draftLimit.value = costAt(x, drawn.end, FRAME, stepOf(drawn.unit) / 2, Math.min(most, drawn.end));
  };
  const press = (event: KeyboardEvent): void => {
    const next = drawn && limitByKey(event.key, drawn.limit, drawn.unit, most);
    if (next === null) return;
    event.preventDefault();
    state.draftLimit.value = next;
    window.clearTimeout(timer.current);
    timer.current = window.setTimeout(settle, ASK_AFTER_MS);
  };
  return { settle, follow, press, most };
}

function Lines({ drawn, language }: { readonly drawn: Drawn; readonly language: Language }) {
  const { main, other, total, end } = drawn;
  const line = pathOf(main, total, end, FRAME);
  const [state1, state2] = [state.question.value?.state, state.question.value?.state === "before" ? "today" : "before"];
  const nameOf = (wanted: string | undefined): string => {
    const choice = state.choices.value.find((one) => one.state === wanted);
    return choice ? choiceText(choice, language) : "";
  };
  const base = yOf(0, FRAME);
  return (
    <>
      <path class="area" d={`${line}V${base}H${FRAME.left}Z`} />
      {other && <path class="other" d={pathOf(other, total, end, FRAME)} />}
      <path class="line" d={line} />
      {other && (
        <g class="key">
          <path class="line" d={`M${FRAME.width - 150} ${base - 26}h16`} />
          <text x={FRAME.width - 128} y={base - 22}>{nameOf(state1)}</text>
          <path class="other" d={`M${FRAME.width - 150} ${base - 11}h16`} />
          <text x={FRAME.width - 128} y={base - 7}>{nameOf(state2)}</text>
        </g>
      )}
    </>
  );
}

export function Curve() {
  const language = state.language.value;
  const drawn = drawnNow();
  const { settle, follow, press, most } = useMoves(drawn);
  if (!drawn) return null;
  const { unit, main, total, limit, end } = drawn;
  const share = shareAt(main, total, limit);
  const [x, y] = [xOf(limit, end, FRAME), yOf(share, FRAME)];
  const zone = state.zones.value.find((one) => one.id === state.unit.value && one.id !== IN_NO_UNIT);
  const measure = state.question.value?.measure;
  const title = measure === "network_time" ? "curveTitle" : measure === "network_distance" ? "curveTitleM" : "curveTitleRadius";
  return (
    <section class={state.isOld.value ? "curve old" : "curve"} aria-label={word(title, language)}>
      <h2>{word(title, language)}</h2>
      <svg viewBox={`0 0 ${FRAME.width} ${FRAME.height}`}
        onPointerDown={(event) => { event.currentTarget.setPointerCapture(event.pointerId); follow(event); }}
        onPointerMove={(event) => { if (event.currentTarget.hasPointerCapture(event.pointerId)) follow(event); }}
        onPointerUp={settle} onPointerCancel={() => { state.draftLimit.value = null; }}>
        <Lines drawn={drawn} language={language} />
        <Axis drawn={drawn} language={language} />
        {zone && unit === "s" && <UnitMarks zone={zone} drawn={drawn} />}
        <path class="limit" d={`M${x} ${FRAME.top - 8}V${yOf(0, FRAME)}`} />
        <text class="share-label" x={x > FRAME.width - 60 ? x - 8 : x + 8} y={FRAME.top + 1}
          text-anchor={x > FRAME.width - 60 ? "end" : "start"}>{shareText(share, language)}</text>
        <circle class="handle-dot" cx={x} cy={y} r="7" tabindex={0} role="slider" aria-label={word("limit", language)}
          aria-valuemin={stepOf(unit)} aria-valuemax={most} aria-valuenow={limit}
          aria-valuetext={`${costText(limit, unit, language)}: ${shareText(share, language)}`} onKeyDown={press} />
      </svg>
    </section>
  );
}
