/** The roadmap: what the programme brings by when, its projects, the best plan beside it, and what a cut makes slip. */

import { effect } from "@preact/signals";
import { useEffect } from "preact/hooks";

import { signInAddress } from "../account";
import { word, type Language } from "../language";
import { lentLegend } from "../map/lent";
import { Failed } from "../parts/Failed";
import type { PartProps } from "../parts/Later";
import { Legend } from "../parts/Legend";
import type { City } from "../page";
import * as state from "../state";
import { BestPart } from "./Best";
import { sameAgain } from "./budgets";
import { Curve } from "./Curve";
import { CutPart } from "./Cut";
import type { Roadmap } from "./document";
import { RoadmapLegend } from "./Legend";
import * as model from "./model";
import { filled } from "./money";
import * as onMap from "./onMap";
import { Projects } from "./Projects";
import "./roadmap.css";
import { RunPart } from "./Run";
import { running, start } from "./runs";
import { Services } from "./Services";
import { Stepper } from "./Stepper";
import { Take } from "./Take";
import { sentenceAt, serviceText } from "./told";
import { Units } from "./Units";
import { say } from "./words";

const FORBIDDEN = 403;
const UNKNOWN = 401;

/** Esc ends the choice of a project too, from wherever the focus is; a list or a field that takes the key comes first. */
function followEscape(): () => void {
  const press = (event: KeyboardEvent): void => {
    const isInDialog = event.target instanceof Element && event.target.closest("dialog") !== null;
    if (event.key === "Escape" && !event.defaultPrevented && !isInDialog && model.project.peek() !== null) model.change({ project: null });
  };
  document.addEventListener("keydown", press);
  return () => document.removeEventListener("keydown", press);
}

/** Read what is asked for whenever that changes, and as whom; draw it until the view is left. */
function useRoadmap(city: City): void {
  useEffect(() => {
    let [reader, last] = [state.reader.peek(), ""];
    const ends = [
      effect(() => {
        const id = model.asks.value.study;
        const key = `${id} ${model.attempt.value} ${state.reader.value}`;
        if (key === last) return;
        last = key;
        if (state.reader.peek() !== reader) model.forget();
        reader = state.reader.peek();
        void model.follow(id);
      }),
      onMap.follow(city),
      followEscape(),
    ];
    lentLegend.value = RoadmapLegend;
    return () => {
      for (const over of ends) over();
      lentLegend.value = null;
    };
  }, []);
}

function Sentence({ city, roadmap, language }: { readonly city: City; readonly roadmap: Roadmap; readonly language: Language }) {
  const stop = model.stop.value;
  if (!stop) return null;
  const service = roadmap.services.find(({ id }) => id === model.service.value);
  const beside = service ? serviceText(city, roadmap, service, stop, language) : null;
  return (
    <section class="answer" aria-label={say("answer", language)}>
      <h1 aria-live="polite">{sentenceAt(roadmap, stop, language)}</h1>
      {beside !== null && <p class="delta">{beside}</p>}
    </section>
  );
}

/** The projects have changed since: what is told is as they were then. */
function Outdated({ roadmap, language }: { readonly roadmap: Roadmap; readonly language: Language }) {
  const [told, now] = [roadmap.inputs["projects"]?.version, onMap.newest.value];
  if (told === undefined || now === null || now <= told) return null;
  return (
    <div class="notice outdated" role="status">
      <p>{say("outdated", language)} ({word("versionNo", language)} {told} → {now}).</p>
      {model.mayRun.value && <button type="button" class="plain" disabled={running.value !== null} onClick={() => void start(sameAgain(roadmap))}>{say("computeAgain", language)}</button>}
    </div>
  );
}

function Notices({ city, roadmap, language }: { readonly city: City; readonly roadmap: Roadmap; readonly language: Language }) {
  const told = roadmap.notices.flatMap(({ code, params }) => {
    const words = city.notices[code];
    return words ? [{ code, text: filled(words, params ?? {}, language) }] : [];
  });
  return (
    <div class="notice" role="note">
      {roadmap.generated_data && <p>{say("generated", language)}</p>}
      <details>
        <summary>{say("notices", language)}</summary>
        <ul>
          <li>{say("twice", language)}</li>
          {told.map(({ code, text }) => <li key={code + text}>{text}</li>)}
        </ul>
      </details>
    </div>
  );
}

/** Nothing was computed yet, or there is nothing to compute from. */
function Nothing({ city, language }: { readonly city: City; readonly language: Language }) {
  if ((city.counts["projects"] ?? 0) === 0) return <h1>{say("noProjects", language)}</h1>;
  return (
    <>
      <h1>{say("none", language)}</h1>
      {model.mayRun.value
        ? <button type="button" class="main" disabled={running.value !== null} onClick={() => void start({})}>{say("compute", language)}</button>
        : <p class="quiet">{say("noneHere", language)} <a href={signInAddress(window.location, language)}>{say("signIn", language)}</a></p>}
    </>
  );
}

/** Why there is no roadmap here, or none of this address. */
function Missing({ language }: { readonly language: Language }) {
  const loaded = model.loaded.value;
  if (loaded.state === "loading" && model.roadmap.value === null) return <p class="quiet waiting" aria-busy="true">{say("loading", language)}</p>;
  if (loaded.state !== "failed") return null;
  const isClosed = loaded.status === FORBIDDEN || loaded.status === UNKNOWN;
  return (
    <>
      <Failed what={say(isClosed ? "forbidden" : "loadFailed", language)} why={loaded.reason} retry={() => { model.attempt.value += 1; }} />
      {isClosed && <p><a href={signInAddress(window.location, language)}>{say("signIn", language)}</a></p>}
      {model.asks.value.study !== null && <p><button type="button" class="plain" onClick={() => model.change({ study: null })}>{say("newest", language)}</button></p>}
    </>
  );
}

function Told({ city, reload, roadmap, language }: PartProps & { readonly roadmap: Roadmap; readonly language: Language }) {
  const stop = model.stop.value;
  if (!stop) return null;
  const shared = { city, roadmap, stop, language };
  return (
    <div class={model.isOld.value ? "told roadmap old" : "told roadmap"} aria-busy={model.isOld.value}>
      <Sentence city={city} roadmap={roadmap} language={language} />
      <Outdated roadmap={roadmap} language={language} />
      <Stepper roadmap={roadmap} language={language} />
      {state.isPhone.value && <Legend />}
      <Services {...shared} />
      <Curve {...shared} />
      <Projects {...shared} goTo={reload.goTo} />
      <Units {...shared} showUnit={reload.showUnit} />
      <BestPart roadmap={roadmap} language={language} />
      {model.mayRun.value && <CutPart roadmap={roadmap} language={language} />}
      <Take roadmap={roadmap} language={language} />
      <Notices city={city} roadmap={roadmap} language={language} />
    </div>
  );
}

export default function View({ city, reload }: PartProps) {
  const language = state.language.value;
  useRoadmap(city);
  const roadmap = model.roadmap.value;
  // Beside the button that began it, where there is one.
  const hasOwnPlace = roadmap !== null && model.mayRun.value;
  return (
    <>
      {!hasOwnPlace && <RunPart language={language} />}
      <Missing language={language} />
      {model.loaded.value.state === "ready" && roadmap === null && <Nothing city={city} language={language} />}
      {roadmap && <Told city={city} reload={reload} roadmap={roadmap} language={language} />}
    </>
  );
}
