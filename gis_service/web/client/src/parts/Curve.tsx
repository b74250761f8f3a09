/** How many people are reached by when; the limit is a handle on it, moved by pointer or by key. */

import { useEffect, useRef } from "preact/hooks";

import { comesToPeople, IN_NO_UNIT, type CurvePoints, type Zone } from "../answer";
import { isSame, type Asked } from "../asked";
import * as counting from "../counting";
import { axisEnd, costAt, fineStep, limitByKey, pathOf, shareAt, stepOf, ticksOf, xOf, yOf, type Frame } from "../curve";
import type { StateChoice } from "../facilities";
import { costText, numberText, shareText, word, type Language, type Word } from "../language";
import { longestLimit } from "../question";
import * as state from "../state";
import { choiceText } from "./StateSwitch";

const FRAME: Frame = { width: 340, height: 132, left: 6, right: 6, top: 12, bottom: 26 };
const ASK_AFTER_MS = 400;
/** Width of a letter, and room beside the limit's words, in which no tick has its own. */
const LETTER_PX = 6.2;
const BESIDE_PX = 12;
/** The stroke before a name in the key, with the room after it. */
const KEY_PX = 22;

interface Drawn {
  readonly asked: Asked;
  readonly unit: "s" | "m";
  readonly main: CurvePoints;
  readonly other: CurvePoints | null;
  readonly total: number;
  readonly limit: number;
  readonly end: number;
  /** Whether the limit can be moved: not while a question of another kind is on its way. */
  readonly isMovable: boolean;
}

function drawnNow(): Drawn | null {
  const [answered, figures, question] = [state.answered.value, counting.figures.value, state.question.value];
  if (!answered || !question || !figures?.total) return null;
  const { asked, coverage, reference } = answered;
  const { group } = asked.question;
  const points = coverage.curve.points[group];
  if (!points) return null;
  const { unit } = coverage.curve;
  const other = reference?.curve.points[group] ?? null;
  // The limit alone may be ahead of the answer: the curve knows the people within every limit.
  const now = state.asked.value?.question ?? question;
  const isMovable = isSame({ ...asked.question, limit: now.limit }, now);
  const settled = isMovable ? now.limit : asked.question.limit;
  const limit = isMovable ? (state.draftLimit.value ?? settled) : settled;
  const end = axisEnd(other ? [points, other] : [points], settled, unit);
  return { asked, unit, main: points, other, total: figures.total, limit, end, isMovable };
}

function Axis({ drawn, language }: { readonly drawn: Drawn; readonly language: Language }) {
  const { end, unit, limit } = drawn;
  const at = xOf(limit, end, FRAME);
  const words = costText(limit, unit, language);
  const half = (words.length * LETTER_PX) / 2;
  const label = Math.min(FRAME.width - half, Math.max(half, at));
  const ticks = ticksOf(end, unit).filter((tick) => Math.abs(xOf(tick, end, FRAME) - label) > half + BESIDE_PX);
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
      <text class="strong" x={label} y={FRAME.height - 8} text-anchor="middle">{words}</text>
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
  const most = longestLimit(drawn?.asked.question.measure ?? "");
  const settle = (): void => {
    window.clearTimeout(timer.current);
    const limit = state.draftLimit.peek();
    if (limit !== null) state.ask({ limit });
  };
  const follow = (event: PointerEvent): void => {
    if (!drawn?.isMovable) return;
    const box = (event.currentTarget as SVGSVGElement).getBoundingClientRect();
    const x = ((event.clientX - box.left) / box.width) * FRAME.width;
    state.draftLimit.value = costAt(x, drawn.end, FRAME, fineStep(drawn.unit), Math.min(most, drawn.end));
  };
  const press = (event: KeyboardEvent): void => {
    const next = drawn?.isMovable ? limitByKey(event.key, drawn.limit, drawn.unit, most, event.shiftKey) : null;
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
  const { question, choices, other: against } = drawn.asked;
  const nameOf = (choice: StateChoice | undefined): string => (choice ? choiceText(choice, language) : "");
  const base = yOf(0, FRAME);
  const names = [nameOf(choices.find((one) => one.state === question.state)), nameOf(against?.choice)];
  const left = FRAME.width - KEY_PX - Math.max(...names.map((name) => name.length)) * LETTER_PX;
  return (
    <>
      <path class="area" d={`${line}V${base}H${FRAME.left}Z`} />
      {other && <path class="other" d={pathOf(other, total, end, FRAME)} />}
      <path class="line" d={line} />
      {other && (
        <g class="key">
          <path class="line" d={`M${left} ${base - 26}h16`} />
          <text x={left + KEY_PX} y={base - 22}>{names[0]}</text>
          <path class="other" d={`M${left} ${base - 11}h16`} />
          <text x={left + KEY_PX} y={base - 7}>{names[1]}</text>
        </g>
      )}
    </>
  );
}

function titleOf(drawn: Drawn): Word {
  const { measure } = drawn.asked.question;
  if (measure === "network_distance") return "curveTitleM";
  if (measure !== "network_time") return "curveTitleRadius";
  const answer = state.answer.value;
  return answer && comesToPeople(answer) ? "curveTitleFrom" : "curveTitle";
}

export function Curve() {
  const language = state.language.value;
  const drawn = drawnNow();
  const { settle, follow, press, most } = useMoves(drawn);
  if (!drawn) return null;
  const { unit, main, total, limit, end } = drawn;
  const share = (counting.isCounted.value ? counting.figures.value?.share : null) ?? shareAt(main, total, limit);
  const [x, y] = [xOf(limit, end, FRAME), yOf(share, FRAME)];
  const zone = state.zones.value.find((one) => one.id === state.unit.value && one.id !== IN_NO_UNIT);
  const title = titleOf(drawn);
  return (
    <section class={counting.isOld.value ? "curve old" : "curve"} aria-label={word(title, language)}>
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
        <circle class="handle-dot" cx={x} cy={y} r="7" tabindex={0} role="slider" aria-label={word("limit", language)} aria-disabled={!drawn.isMovable}
          aria-valuemin={stepOf(unit)} aria-valuemax={most} aria-valuenow={limit}
          aria-valuetext={`${costText(limit, unit, language)}: ${shareText(share, language)}`} onKeyDown={press} />
      </svg>
    </section>
  );
}
