/** The moments of the programme: a slider with its marks, and a way to play through them. */

import { useEffect, useState } from "preact/hooks";

import { dateText, type Language } from "../language";
import { NextIcon, PauseIcon, PlayIcon } from "../parts/icons";
import type { Roadmap } from "./document";
import * as model from "./model";
import { stopName, type Stop } from "./stops";
import { say } from "./words";

const STEP_MS = 1800;

function calm(): boolean {
  return window.matchMedia("(prefers-reduced-motion: reduce)").matches;
}

/** Whether it plays, and how to begin and to end that; whoever wants no motion goes on by hand. */
function usePlay(stops: readonly Stop[], at: number): [boolean, () => void] {
  const [plays, setPlays] = useState(false);
  const isLast = at >= stops.length - 1;
  const next = (): void => model.change({ stop: stops[isLast ? 0 : at + 1]?.id ?? null });
  useEffect(() => {
    if (!plays) return;
    if (isLast) {
      setPlays(false);
      return;
    }
    const timer = setTimeout(next, STEP_MS);
    return () => clearTimeout(timer);
  }, [plays, at]);
  const press = (): void => {
    if (calm()) next();
    else {
      if (!plays) next();
      setPlays(!plays);
    }
  };
  return [plays, press];
}

function Play({ plays, press, language }: { readonly plays: boolean; readonly press: () => void; readonly language: Language }) {
  const label = say(calm() ? "next" : plays ? "pause" : "play", language);
  return (
    <button type="button" class="plain icon" aria-label={label} title={label} aria-pressed={calm() ? undefined : plays} onClick={press}>
      {calm() ? <NextIcon /> : plays ? <PauseIcon /> : <PlayIcon />}
    </button>
  );
}

export function Stepper({ roadmap, language }: { readonly roadmap: Roadmap; readonly language: Language }) {
  const stops = model.stops.value;
  const at = Math.max(0, stops.findIndex(({ id }) => id === model.stop.value?.id));
  const [plays, press] = usePlay(stops, at);
  const shown = stops[at];
  if (!shown) return null;
  const choose = (index: number): void => model.change({ stop: stops[index]?.id ?? null });
  return (
    <section class="stepper" aria-label={say("time", language)}>
      <Play plays={plays} press={press} language={language} />
      <div class="stops" style={{ "--stops": String(stops.length) }}>
        <input type="range" min={0} max={stops.length - 1} step={1} value={at} aria-label={say("timeline", language)}
          aria-valuetext={`${stopName(shown, roadmap, language)}, ${dateText(shown.day, language)}`}
          onInput={(event) => choose(Number(event.currentTarget.value))} />
        <div class="stop-names" aria-hidden="true">
          {stops.map((one, index) => (
            <button key={one.id} type="button" tabIndex={-1} class={index === at ? "chosen" : undefined} onClick={() => choose(index)}>
              {stopName(one, roadmap, language)}
            </button>
          ))}
        </div>
      </div>
    </section>
  );
}
