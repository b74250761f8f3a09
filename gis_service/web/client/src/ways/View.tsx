/** Roads while something is tried out: drawing a new one, what it is like, and how fast those that are there are. */

import { useEffect, useState } from "preact/hooks";

import { signInAddress } from "../account";
import { linkName, withChanged, withoutKey, keyOf, type Link, type Speed } from "../edits";
import { nearlyText, numberText, type Language } from "../language";
import { lent } from "../map/lent";
import type { City } from "../page";
import type { PartProps } from "../parts/Later";
import { NumberInput } from "../parts/NumberInput";
import { coordinatesIn } from "../search";
import * as state from "../state";
import * as trying from "../trying";
import * as drawing from "./drawing";
import { lengthOf } from "./length";
import { followDrawing, spotOf } from "./onMap";
import "./ways.css";
import { say } from "./words";

const EXACT_FROM_ZOOM = 14;

/** From the largest to the smallest; the page's list of words has no order. */
const SIZES = ["expressway", "national", "provincial", "district", "commune", "village_lane", "alley"];

/** Classes of road as the layer words them. */
function classesOf(city: City): readonly (readonly [string, string])[] {
  const words = city.fields["roads"]?.find((one) => one.name === "road_class")?.words ?? {};
  return Object.entries(words).map(([id, text]) => [id, text[state.language.value]] as const)
    .toSorted(([a], [b]) => SIZES.indexOf(a) - SIZES.indexOf(b));
}

/** Where the next vertex would lie: at which road, or at none. */
function Snapped({ language }: { readonly language: Language }) {
  const spot = drawing.next.value ?? drawing.vertices.value.at(-1);
  if (!spot) return state.zoom.value < EXACT_FROM_ZOOM ? <p class="snapped">{say("far", language)}</p> : null;
  const name = spot.road === "" ? say("aRoad", language) : spot.road;
  return <p class={name === null ? "snapped" : "snapped joins"}>{name === null ? say("offRoad", language) : `${say("onRoad", language)} ${name}`}{name === null && state.zoom.value < EXACT_FROM_ZOOM ? `. ${say("far", language)}` : ""}</p>;
}

function ByCoordinates({ language }: { readonly language: Language }) {
  const [text, setText] = useState("");
  const put = (event: Event): void => {
    event.preventDefault();
    const [at, map] = [coordinatesIn(text)?.at, lent.peek()];
    if (!at || !map) return;
    drawing.put(spotOf(map, at));
    setText("");
  };
  return (
    <form class="by-coordinates" onSubmit={put}>
      <label>{say("byCoordinates", language)}
        <input type="text" inputMode="decimal" placeholder="20.45, 106.34" value={text} onInput={(event) => setText(event.currentTarget.value)} /></label>
      <button type="submit" class="plain" disabled={coordinatesIn(text) === null}>{say("put", language)}</button>
    </form>
  );
}

function Drawing({ language }: { readonly language: Language }) {
  const map = lent.value;
  useEffect(() => (map ? followDrawing(map) : undefined), [map]);
  const count = drawing.vertices.value.length;
  return (
    <section class="way-card">
      <p class="hint">{say("draw", language)}</p>
      <div role="status">
        <Snapped language={language} />
        {count > 0 && <p class="quiet">{numberText(count, language)} {say(count === 1 ? "vertex" : "vertices", language)} · {nearlyText(lengthOf(drawing.vertices.value.map(({ at }) => at)), language)}</p>}
      </div>
      <p class="buttons">
        <button type="button" class="main" disabled={!drawing.canEnd.value} onClick={drawing.end}>{say("done", language)}</button>
        <button type="button" class="plain" disabled={count === 0} onClick={drawing.takeBack}>{say("lastBack", language)}</button>
        <button type="button" class="plain" onClick={drawing.giveUp}>{say("giveUp", language)}</button>
      </p>
      <ByCoordinates language={language} />
    </section>
  );
}

/** A speed as a number field; empty for what it is anyway. */
function SpeedField({ label, value, step, empty, change }: {
  readonly label: string; readonly value: number | null; readonly step: number; readonly empty: string; readonly change: (value: number | null) => void;
}) {
  const most = step < 1 ? 3 : 130;
  const take = ({ valueAsNumber: given }: HTMLInputElement): boolean => {
    change(Number.isFinite(given) && given > 0 ? Math.min(most, Math.max(step, Number((Math.round(given / step) * step).toFixed(2)))) : null);
    return true;
  };
  return (
    <label class="field"><span>{label}</span>
      <NumberInput value={value} least={step} most={most} step={step} placeholder={empty} take={take} />
    </label>
  );
}

function LinkCard({ link, city, language }: { readonly link: Link; readonly city: City; readonly language: Language }) {
  const change = (changed: Partial<Link>): void => trying.change(withChanged(trying.edits.peek(), { ...link, ...changed }));
  const levels = [...new Set([1, 0, link.level])];
  const levelText = (level: number): string => (level === 1 ? say("bridge", language) : level === 0 ? say("ground", language) : `${say("level", language)} ${level}`);
  return (
    <article class="way-card" aria-label={linkName(link, language)}>
      <h2>{linkName(link, language)}</h2>
      <p class="quiet">{say("long", language)} {nearlyText(lengthOf(link.line), language)}</p>
      <label class="field"><span>{say("roadClass", language)}</span>
        <select value={link.road} onChange={(event) => change({ road: event.currentTarget.value })}>
          {classesOf(city).map(([id, text]) => <option key={id} value={id}>{text}</option>)}
        </select></label>
      <label class="field"><span>{say("crossing", language)}</span>
        <select value={String(link.level)} onChange={(event) => change({ level: Number(event.currentTarget.value) })}>
          {levels.map((level) => <option key={level} value={String(level)}>{levelText(level)}</option>)}
        </select></label>
      <SpeedField label={say("kmh", language)} value={link.kmh} step={5} empty={say("ofClass", language)} change={(kmh) => change({ kmh })} />
      <p class="buttons"><button type="button" class="plain" onClick={() => trying.change(withoutKey(trying.edits.peek(), keyOf(link)))}>{say("takeAway", language)}</button></p>
    </article>
  );
}

function Speeds({ city, language }: { readonly city: City; readonly language: Language }) {
  const told = trying.edits.value.flatMap((one) => (one.op === "speed" ? [one] : []));
  const rows: readonly (readonly [Speed["of"], string])[] = [
    ...classesOf(city),
    ...told.flatMap(({ of }) => (typeof of === "number" ? [[of, `${say("oneRoad", language)} ${of}`] as const] : [])),
  ];
  const change = (of: Speed["of"], by: Speed["by"], value: number | null): void => {
    const rest = trying.edits.peek();
    trying.change(value === null ? withoutKey(rest, `speed ${of}`) : withChanged(rest, { op: "speed", of, by, value }));
  };
  return (
    <section class="way-card" aria-label={say("speeds", language)}>
      <h2>{say("speeds", language)}</h2>
      <p class="hint">{say("speedsHint", language)}</p>
      {rows.map(([of, label]) => {
        const now = told.find((one) => one.of === of);
        const by = now?.by ?? "kmh";
        return <SpeedField key={of} label={by === "factor" ? `${label} ×` : label} value={now?.value ?? null} step={by === "factor" ? 0.1 : 5} empty={say("asBefore", language)}
          change={(value) => change(of, by, value)} />;
      })}
    </section>
  );
}

/** Two answers for two single roads would tell few people apart, so the service gives them to those it knows. */
function Known({ language }: { readonly language: Language }) {
  const isSingle = trying.tool.value === "link" || trying.edits.value.some((one) => one.op === "link" || (one.op === "speed" && typeof one.of === "number"));
  if (!isSingle || state.detail.value === "points" || state.account.value !== null) return null;
  return <p class="notice way-known">{say("signedOnly", language)} <a href={signInAddress(window.location, language)}>{say("signIn", language)}</a></p>;
}

export default function View({ city }: PartProps) {
  const language = state.language.value;
  const link = trying.edits.value.find((one): one is Link => one.op === "link" && one.name === trying.openLink.value);
  return (
    <>
      <Known language={language} />
      {trying.tool.value === "link" && <Drawing language={language} />}
      {trying.tool.value === null && link && <LinkCard key={link.name} link={link} city={city} language={language} />}
      {trying.tool.value === "speed" && <Speeds city={city} language={language} />}
    </>
  );
}
