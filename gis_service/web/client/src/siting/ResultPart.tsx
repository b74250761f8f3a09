/** The plan as a table, what it changes, and the ways to go on with it. */

import { useEffect, useRef } from "preact/hooks";

import type { Coverage } from "../answer";
import { download } from "../csv";
import { numberText, shareText, type Language } from "../language";
import type { City } from "../page";
import { toldBy } from "../notices";
import * as state from "../state";
import { changedZones, signedText } from "../whatIf";
import type { Ask } from "./ask";
import { Marks } from "./ChosenPart";
import { sitesCsv, sitesCsvName } from "./csv";
import * as doing from "./doing";
import { GoOn } from "./GoOn";
import { drawnShare, takenOver, type PlanStudy, type Site } from "./plan";
import { WORDS } from "./words";

const ROWS = 8;

type GoTo = (at: state.Position) => void;

interface Props {
  readonly ask: Ask;
  readonly study: PlanStudy;
  readonly language: Language;
  readonly goTo: GoTo;
}

function peopleText(people: number | null, language: Language): string {
  return people === null ? "–" : numberText(Math.round(people), language);
}

function take(id: string, isTaken: boolean): void {
  const next = new Set(doing.left.peek());
  if (isTaken) next.delete(id);
  else next.add(id);
  doing.left.value = next;
}

function Row({ ask, study, site, language, goTo }: Props & { readonly site: Site }) {
  const isChosen = doing.chosen.value === site.id;
  const row = useRef<HTMLTableRowElement>(null);
  useEffect(() => { if (isChosen) row.current?.scrollIntoView({ block: "nearest" }); }, [isChosen]);
  const drawn = drawnShare(study.plan, site.id);
  const name = `${site.order}. ${site.name}`;
  return (
    <tr ref={row} class={isChosen ? "chosen" : undefined}>
      <th scope="row"><div class="named">
        <label class="taken"><input type="checkbox" checked={!doing.left.value.has(site.id)} aria-label={`${WORDS.take[language]}: ${name}`}
          onChange={(event) => take(site.id, event.currentTarget.checked)} /></label>
        <button type="button" class="link" aria-current={isChosen ? "true" : undefined} onClick={() => { doing.chosen.value = site.id; goTo([site.lon, site.lat]); }}>
          <i class="number">{site.order}</i><span>{site.name}<small>{site.commune}</small></span>
        </button>
      </div></th>
      <td class="figure">{peopleText(site.gain, language)}</td>
      <td class="figure">{peopleText(takenOver(study, site), language)}</td>
      {study.plan.cost !== null && <td class="figure">{site.cost === null ? "–" : numberText(site.cost, language, 1)}</td>}
      {study.plan.under_draws && <td class="figure">{drawn === null ? "–" : shareText(drawn, language)}</td>}
      <td class="mark-cell"><Marks ask={ask} id={site.id} name={name} /></td>
    </tr>
  );
}

function Sites(props: Props) {
  const { study: { plan }, language } = props;
  if (plan.sites.length === 0) return null;
  return (
    <div class="scroll">
      <table class={plan.cost === null && !plan.under_draws ? "zones sites" : "zones sites many"} aria-label={WORDS.table[language]}>
        <thead><tr>
          <th scope="col">{WORDS.site[language]}</th>
          <th scope="col" class="figure">{WORDS.gain[language]}</th>
          <th scope="col" class="figure" title={WORDS.overMore[language]}>{WORDS.over[language]}</th>
          {plan.cost !== null && <th scope="col" class="figure">{WORDS.cost[language]}</th>}
          {plan.under_draws && <th scope="col" class="figure" title={`${numberText(plan.under_draws.draws, language)} ${WORDS.times[language]}`}>{WORDS.drawn[language]}</th>}
          <th scope="col"><span class="spoken">{WORDS.next[language]}</span></th>
        </tr></thead>
        <tbody>{plan.sites.map((site) => <Row key={site.id} {...props} site={site} />)}</tbody>
      </table>
    </div>
  );
}

/** Places that close by the plan, and candidates that many draws would rather have. */
function Beside({ study, language }: { readonly study: PlanStudy; readonly language: Language }) {
  const { closed, under_draws: drawn } = study.plan;
  const names = new Map((state.placesTold.value ?? []).map((one) => [one.code ?? "", one.name]));
  return (
    <>
      {closed.length > 0 && <p class="quiet">{WORDS.closes[language]}: {closed.map((code) => names.get(code) ?? code).join(", ")}.</p>}
      {drawn && drawn.others.length > 0 && (
        <p class="quiet others">
          {WORDS.others[language]}:
          {drawn.others.map(({ id, share }) => (
            <button key={id} type="button" class="link" onClick={() => { doing.chosen.value = id; }}>{id} ({shareText(share, language)})</button>
          ))}
        </p>
      )}
    </>
  );
}

function Units({ study, language }: { readonly study: PlanStudy; readonly language: Language }) {
  const zones = changedZones(study, state.question.value?.group ?? "all").slice(0, ROWS);
  if (zones.length === 0) return null;
  return (
    <table class="zones changes">
      <thead><tr>
        <th scope="col">{WORDS.units[language]}</th>
        <th scope="col" class="figure">{WORDS.gain[language]}</th>
        <th scope="col" class="figure">{WORDS.beforeAfter[language]}</th>
      </tr></thead>
      <tbody>
        {zones.map((zone) => (
          <tr key={zone.id} class={zone.id === state.unit.value ? "chosen" : undefined}>
            <th scope="row"><button type="button" class="link" onClick={() => state.choose({ unit: zone.id })}>{zone.name}</button></th>
            <td class="figure gain">{signedText(zone.won, 1, language)}</td>
            <td class="figure">{zone.share_before === null || zone.share_after === null ? "–"
              : `${shareText(zone.share_before, language)} → ${shareText(zone.share_after, language)}`}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Notices({ study, city, language }: { readonly study: PlanStudy; readonly city: City; readonly language: Language }) {
  const titles = {
    layers: new Map(state.readyLayers.value.map((layer) => [layer.id, layer.title] as const)),
    standards: new Map(city.standards.map((standard) => [standard.id, standard.title[language]])),
  };
  const written = study.notices.map(({ code }) => ({ code, ...(city.notices[code] ?? { vi: code, en: code }) }));
  const texts = toldBy({ ...study, notice_texts: written } as unknown as Coverage, city.notices, titles, language);
  if (texts.length === 0) return null;
  return (
    <details class="notice">
      <summary>{WORDS.notices[language]} ({numberText(texts.length, language)})</summary>
      <ul>{texts.map(({ code, text }) => <li key={code + text}>{text}</li>)}</ul>
    </details>
  );
}

export function ResultPart({ ask, city, goTo }: { readonly ask: Ask; readonly city: City; readonly goTo: GoTo }) {
  const language = state.language.value;
  const study = doing.told.value?.study ?? null;
  if (study === null) return null;
  const isFaded = doing.isOld.value || doing.search.value !== null;
  return (
    <section class={isFaded ? "units old" : "units"} aria-label={WORDS.table[language]}>
      <Sites ask={ask} study={study} language={language} goTo={goTo} />
      {study.plan.sites.some(({ gain }) => gain === null) && <p class="quiet">{WORDS.gainsHidden[language]}</p>}
      <div class="table-tools">
        <button type="button" class="plain" onClick={() => download(sitesCsvName(study), sitesCsv(study))}>{WORDS.csv[language]}</button>
      </div>
      <Beside study={study} language={language} />
      {!isFaded && <GoOn study={study} language={language} />}
      <Units study={study} language={language} />
      <Notices study={study} city={city} language={language} />
    </section>
  );
}
