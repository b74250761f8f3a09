/** The cumulative curve: what has been spent and whom that brings, or each service through the phases. */

import { useState } from "preact/hooks";

import { numberText, shareText, type Language } from "../language";
import type { City } from "../page";
import { curveOf, FRAME, linesOf, pathOf, type Drawn } from "./curve";
import type { Roadmap } from "./document";
import * as model from "./model";
import { moneyText } from "./money";
import { BEFORE, countsBy, phaseName, stopName, type Stop } from "./stops";
import { serviceName } from "./told";
import { say } from "./words";

interface Props {
  readonly city: City;
  readonly roadmap: Roadmap;
  readonly stop: Stop;
  readonly language: Language;
}

const BASE = FRAME.height - FRAME.bottom;

function ByCost({ drawn, roadmap, stop, language }: Props & { readonly drawn: Drawn }) {
  const byCode = new Map(roadmap.projects.map((project) => [project.code, project]));
  const isThere = (code: string): boolean => {
    const project = byCode.get(code);
    return project !== undefined && countsBy(project, stop, roadmap);
  };
  const last = roadmap.cumulative.at(-1);
  const chosen = model.project.value?.code;
  // The chosen one lies above those that crowd around it.
  const dots = drawn.dots.toSorted((a, b) => Number(a.project === chosen) - Number(b.project === chosen));
  const people = numberText(Math.round(last?.people_total ?? 0), language);
  const label = `${say("curve", language)}: ${people}, ${moneyText(last?.cost_total_million_vnd ?? 0, language)}`;
  return (
    <svg viewBox={`0 0 ${FRAME.width} ${FRAME.height}`} role="img" aria-label={label} class="still">
      <line class="base" x1={FRAME.left} x2={FRAME.width - FRAME.right} y1={BASE} y2={BASE} />
      {drawn.ends.map(({ phase, x }) => (
        <g key={phase}>
          <line class="grid" x1={x} x2={x} y1={FRAME.top - 6} y2={BASE} />
          {phase !== BEFORE && <text x={x} y={FRAME.height - 8} text-anchor={x > FRAME.width - 60 ? "end" : "middle"}>{phaseName(phase, roadmap.phases, language)}</text>}
        </g>
      ))}
      <path class="line" d={drawn.path} />
      {dots.map(({ project, x, y }) => (
        <circle key={project} cx={x} cy={y} r={project === chosen ? 6 : 3.4}
          class={`step ${isThere(project) ? "there" : "later"}${project === chosen ? " chosen" : ""}`}
          onClick={() => model.seek(project)}><title>{byCode.get(project)?.name}</title></circle>
      ))}
      <text class="share-label" x={FRAME.left} y={FRAME.top - 4}>{people}</text>
      <text x={FRAME.width - FRAME.right} y={BASE - 5} text-anchor="end">{moneyText(last?.cost_total_million_vnd ?? 0, language)}</text>
    </svg>
  );
}

function ByPhase({ city, roadmap, stop, language }: Props) {
  const stops = model.stops.value;
  const lines = linesOf(roadmap, stops);
  const chosen = lines.find(({ service }) => service === model.service.value);
  const at = stops.findIndex(({ id }) => id === stop.id);
  const dot = chosen?.points[at];
  const end = (index: number): "start" | "middle" | "end" => (index === 0 ? "start" : index === stops.length - 1 ? "end" : "middle");
  return (
    <svg viewBox={`0 0 ${FRAME.width} ${FRAME.height}`} role="img" class="still"
      aria-label={`${say("curvePhases", language)}: ${chosen ? serviceName(city, chosen.service, language) : ""}`}>
      <line class="base" x1={FRAME.left} x2={FRAME.width - FRAME.right} y1={BASE} y2={BASE} />
      {lines.map(({ service, points }) => <path key={service} class={service === chosen?.service ? "line" : "other-service"} d={pathOf(points)} />)}
      {stops.map((one, index) => (Math.abs(index - at) === 1 ? null : (
        <text key={one.id} class={index === at ? "strong" : undefined} y={FRAME.height - 8} text-anchor={end(index)}
          x={FRAME.left + (index / Math.max(1, stops.length - 1)) * (FRAME.width - FRAME.left - FRAME.right)}>
          {stopName(one, roadmap, language)}
        </text>
      )))}
      {dot && <circle class="handle-dot" cx={dot.x} cy={dot.y} r={5} />}
      {dot && <text class="share-label" x={dot.x} y={dot.y < 34 ? dot.y + 18 : dot.y - 9} text-anchor={end(at)}>{shareText(dot.share, language)}</text>}
    </svg>
  );
}

export function Curve(props: Props) {
  const { roadmap, language } = props;
  const drawn = curveOf(roadmap.cumulative);
  const [byPhase, setByPhase] = useState(false);
  if (roadmap.services.length === 0) return null;
  const isByCost = drawn !== null && !byPhase;
  return (
    <section class="curve" aria-label={say(isByCost ? "curve" : "curvePhases", language)}>
      <h2>{say(isByCost ? "curve" : "curvePhases", language)}</h2>
      {isByCost ? <ByCost {...props} drawn={drawn} /> : <ByPhase {...props} />}
      {drawn && (
        <p class="curve-kinds" role="group">
          <button type="button" class="plain" aria-pressed={isByCost} onClick={() => setByPhase(false)}>{say("byCost", language)}</button>
          <button type="button" class="plain" aria-pressed={!isByCost} onClick={() => setByPhase(true)}>{say("byPhase", language)}</button>
        </p>
      )}
    </section>
  );
}
