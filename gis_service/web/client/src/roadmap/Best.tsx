/** The roadmap as planned beside the best one: what each brings, how far from the best possible, what would change. */

import { signInAddress } from "../account";
import { numberText, type Language } from "../language";
import * as state from "../state";
import type { Beside, Best, Brings, Roadmap } from "./document";
import * as model from "./model";
import { billionsText } from "./money";
import { phaseName } from "./stops";
import { boundText, regretText } from "./told";
import { say } from "./words";

function whole(value: number, language: Language): string {
  return numberText(Math.round(value), language);
}

function Row({ name, plan, behind, language }: { readonly name: string; readonly plan: Brings; readonly behind: Beside | null; readonly language: Language }) {
  const [least, most] = behind ? [behind.regret_person_years, behind.regret_at_most_person_years].map(Math.round) : [0, 0];
  const range = least === most ? whole(most ?? 0, language) : `${whole(least ?? 0, language)}–${whole(most ?? 0, language)}`;
  return (
    <tr>
      <th scope="row">{name}</th>
      <td class="figure">{billionsText(plan.cost_million_vnd, language)}</td>
      <td class="figure">{whole(plan.people_won, language)}</td>
      <td class="figure">{whole(plan.person_years, language)}</td>
      <td class="figure">{behind === null ? "–" : range}</td>
    </tr>
  );
}

/** Projects that the best plan puts elsewhere, or leaves out. */
function Moves({ best, roadmap, language }: { readonly best: Best; readonly roadmap: Roadmap; readonly language: Language }) {
  const moved = best.projects.filter(({ phase, best_phase }) => phase !== best_phase);
  if (moved.length === 0) return null;
  const names = new Map(roadmap.projects.map(({ code, name }) => [code, name]));
  return (
    <details class="moves">
      <summary>{say("moved", language)}: {numberText(moved.length, language)} {say("moving", language)}</summary>
      <ul>
        {moved.map(({ code, phase, best_phase }) => (
          <li key={code}>
            <button type="button" class="link" onClick={() => model.seek(code)}>{names.get(code) ?? code}</button>
            <small>{phaseName(phase, roadmap.phases, language)} → {phaseName(best_phase, roadmap.phases, language)}</small>
          </li>
        ))}
      </ul>
    </details>
  );
}

function Told({ best, roadmap, language }: { readonly best: Best; readonly roadmap: Roadmap; readonly language: Language }) {
  const isAlike = best.planned.broken.length === 0;
  return (
    <>
      <p class="best-told">{regretText(best, roadmap, language)}</p>
      <table>
        <thead>
          <tr>
            <th scope="col">{say("plan", language)}</th>
            <th scope="col" class="figure">{say("costHead", language)}</th>
            <th scope="col" class="figure">{say("peopleHead", language)}</th>
            <th scope="col" class="figure">{say("personYears", language)}</th>
            <th scope="col" class="figure">{say("loses", language)}</th>
          </tr>
        </thead>
        <tbody>
          <Row name={say("asPlanned", language)} plan={best.planned} behind={isAlike ? best.planned : null} language={language} />
          <Row name={say("asBest", language)} plan={best} behind={null} language={language} />
          <Row name={say("bestNow", language)} plan={best.best_now} behind={best.best_now} language={language} />
          <Row name={say("bestEnd", language)} plan={best.best_end} behind={best.best_end} language={language} />
        </tbody>
      </table>
      <p class="quiet small">{boundText(best, language)} {say("yearsHint", language)}</p>
      <Moves best={best} roadmap={roadmap} language={language} />
    </>
  );
}

export function BestPart({ roadmap, language }: { readonly roadmap: Roadmap; readonly language: Language }) {
  return (
    <section class="best" aria-label={say("best", language)}>
      <h2>{say("best", language)}</h2>
      {roadmap.best ? <Told best={roadmap.best} roadmap={roadmap} language={language} />
        : model.mayRun.value ? <p class="quiet">{say("nothingOpen", language)}</p>
          : <p class="quiet">{say("bestClosed", language)} <a href={signInAddress(window.location, language)}>{say("signIn", language)}</a></p>}
    </section>
  );
}

/** What slips or is dropped when budgets are cut. */
export function Slips({ roadmap, language }: { readonly roadmap: Roadmap; readonly language: Language }) {
  const slips = roadmap.best?.cut?.slips ?? [];
  if (slips.length === 0) return null;
  const names = new Map(roadmap.projects.map(({ code, name }) => [code, name]));
  return (
    <table class="zones slips" aria-label={say("slips", language)}>
      <thead>
        <tr>
          <th scope="col">{say("project", language)}</th>
          <th scope="col">{say("was", language)} → {say("becomes", language).toLocaleLowerCase(state.language.value)}</th>
          <th scope="col" class="figure">{say("personYears", language)}</th>
        </tr>
      </thead>
      <tbody>
        {slips.map(({ code, was, now, lost_person_years }) => (
          <tr key={code} class={code === model.project.value?.code ? "chosen" : undefined}>
            <th scope="row"><button type="button" class="link" onClick={() => model.seek(code)}>{names.get(code) ?? code}</button></th>
            <td>{phaseName(was, roadmap.phases, language)} → {phaseName(now, roadmap.phases, language)}</td>
            <td class={lost_person_years === 0 ? "figure" : "figure loss"}>{lost_person_years === 0 ? "0" : `−${whole(lost_person_years, language)}`}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
