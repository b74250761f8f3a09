/** The projects by sector and priority: what each costs and brings, when, and what is wrong with it. */

import { useEffect, useRef, useState } from "preact/hooks";

import { dateText, numberText, type Language } from "../language";
import type { City } from "../page";
import type { Position } from "../state";
import type { Project, Roadmap } from "./document";
import { MarkIcon } from "./MarkIcon";
import * as model from "./model";
import { billionsText, filled } from "./money";
import { places, placesFailure } from "./onMap";
import { grouped, ORDERS, type Group, type Order } from "./rows";
import { countsBy, phaseName, standingOf, type Stop } from "./stops";
import { serviceName } from "./told";
import { say, STANDING_WORDS, type RoadmapWord } from "./words";

const ORDER_WORDS: Readonly<Record<Order, RoadmapWord>> = { sector: "orderSector", worth: "orderWorth", time: "orderTime" };
const COLUMNS = 3;
/** As many projects stand in a list that is not told by sector, before somebody asks for all. */
const ROWS = 8;

export interface Props {
  readonly city: City;
  readonly roadmap: Roadmap;
  readonly stop: Stop;
  readonly language: Language;
  readonly goTo: (at: Position) => void;
}

function figure(value: number | null, language: Language): string {
  return value === null ? "–" : numberText(Math.round(value), language);
}

function daysText(from: string | null, to: string | null, language: Language): string | null {
  if (from === null && to === null) return null;
  return `${from === null ? "…" : dateText(from, language)} – ${to === null ? "…" : dateText(to, language)}`;
}

/** People gained, and below them how many for each billion. */
function People({ people, per, language }: { readonly people: number | null; readonly per: number | null; readonly language: Language }) {
  return <td class="figure">{figure(people, language)}{people !== null && people > 0 && per !== null && <small>{figure(per, language)}{say("perBillion", language)}</small>}</td>;
}

/** What the city calls sectors. */
function sectorWords(city: City, { inputs }: Roadmap): Readonly<Record<string, { readonly vi: string; readonly en: string }>> {
  return city.fields[inputs["projects"]?.layer ?? "projects"]?.find(({ name }) => name === "sector")?.words ?? {};
}

/** All that is known of the chosen one. */
function Details({ city, roadmap, language, project }: Props & { readonly project: Project }) {
  const people = (value: number): string => figure(value, language);
  const rows: readonly (readonly [string, string | null])[] = [
    [say("phaseOf", language), phaseName(project.counts_in, roadmap.phases, language)],
    [say("planned", language), daysText(project.planned_from, project.planned_to, language)],
    [say("actual", language), daysText(project.actual_from, project.actual_to, language)],
    [say("service", language), project.service === null ? null : serviceName(city, project.service, language)],
    [say("built", language), project.facility],
    [say("reached", language), project.people_reached === null ? null : people(project.people_reached)],
    [say("alone", language), project.people_alone === null ? null : people(project.people_alone)],
    [say("requires", language), project.requires.length === 0 ? null : project.requires.join(", ")],
  ];
  const faults = roadmap.faults.filter((one) => one.project === project.code);
  const noPlace = places.value !== null && !places.value.has(project.code);
  return (
    <div class="project-details">
      <dl>{rows.filter(([, value]) => value !== null).map(([label, value]) => <div key={label}><dt>{label}</dt><dd>{value}</dd></div>)}</dl>
      {project.service !== null && project.people_reached === null && model.mayRun.value && <p class="quiet">{say("counted", language)}.</p>}
      {noPlace && <p class="quiet">{say("notOnMap", language)}.</p>}
      {faults.length > 0 && (
        <div class="notice">
          <p><b>{say("faults", language)}</b></p>
          {faults.map(({ code, params }) => <p key={code}>{city.notices[code] ? filled(city.notices[code], { project: project.code, ...params }, language) : code}</p>)}
        </div>
      )}
    </div>
  );
}

function Row(props: Props & { readonly project: Project }) {
  const { roadmap, stop, language, goTo, project } = props;
  const isChosen = project.code === model.project.value?.code;
  const line = useRef<HTMLTableRowElement>(null);
  const isSought = model.sought.value === project.code;
  useEffect(() => { if (isSought) line.current?.scrollIntoView({ block: "center" }); }, [isSought]);
  const standing = standingOf(project, roadmap.parameters.day);
  const faults = roadmap.faults.filter((one) => one.project === project.code).length;
  const choose = (): void => {
    model.sought.value = null;
    model.change({ project: isChosen ? null : project.code });
    const at = places.peek()?.get(project.code)?.at;
    if (at && !isChosen) goTo(at);
  };
  const priority = project.priority === null ? say("noPriority", language) : `${say("priority", language)} ${project.priority}`;
  return (
    <>
      <tr ref={line} class={`${isChosen ? "chosen" : ""}${countsBy(project, stop, roadmap) ? "" : " later"}`.trim() || undefined}>
        <th scope="row">
          <button type="button" class="link" aria-expanded={isChosen} onClick={choose}><MarkIcon standing={standing} />{project.name}</button>
          <small>{project.code} · {priority} · {STANDING_WORDS[standing]?.[language]}{project.counts_from === null ? "" : ` · ${dateText(project.counts_from, language)}`}
            {faults > 0 && <span class="fault-count"> · {say("faults", language)}: {numberText(faults, language)}</span>}</small>
        </th>
        <td class="figure">{project.cost_million_vnd === null ? "–" : billionsText(project.cost_million_vnd, language)}</td>
        <People people={project.people_in_order} per={project.people_per_billion_vnd} language={language} />
      </tr>
      {isChosen && <tr class="details"><td colSpan={COLUMNS}><Details {...props} /></td></tr>}
    </>
  );
}

interface GroupProps extends Props {
  readonly group: Group;
  readonly isOpen: boolean;
  readonly toggle: () => void;
}

/** A sector: its sums, and its projects once it is opened. */
function GroupRows(props: GroupProps) {
  const { city, roadmap, language, group, isOpen, toggle } = props;
  const cost = group.projects.reduce((sum, one) => sum + (one.cost_million_vnd ?? 0), 0);
  const isTold = group.projects.some(({ people_in_order }) => people_in_order !== null);
  const people = group.projects.reduce((sum, one) => sum + (one.people_in_order ?? 0), 0);
  const said = sectorWords(city, roadmap)[group.sector ?? ""]?.[language] ?? (group.sector || say("otherSector", language));
  const name = said.charAt(0).toLocaleUpperCase(language) + said.slice(1);
  return (
    <tbody>
      {group.sector !== null && (
        <tr class="sector">
          <th scope="rowgroup"><button type="button" class="sector-name" aria-expanded={isOpen} onClick={toggle}><i aria-hidden="true" />{name} ({numberText(group.projects.length, language)})</button></th>
          <td class="figure">{billionsText(cost, language)}</td>
          <People people={isTold ? people : null} per={cost > 0 ? (people / cost) * 1000 : null} language={language} />
        </tr>
      )}
      {isOpen && group.projects.map((project) => <Row key={project.code} {...props} project={project} />)}
    </tbody>
  );
}

function Head({ language }: { readonly language: Language }) {
  return (
    <thead>
      <tr>
        <th scope="col">{say("project", language)}</th>
        <th scope="col" class="figure">{say("costHead", language)}</th>
        <th scope="col" class="figure">{say("peopleHead", language)}</th>
      </tr>
    </thead>
  );
}

/** The first ones, and the chosen one wherever it stands. */
function fewOf(groups: readonly Group[], chosen: string | undefined): readonly Group[] {
  return groups.map(({ sector, projects }) => ({
    sector, projects: sector === null ? projects.filter(({ code }, index) => index < ROWS || code === chosen) : projects,
  }));
}

/** Which sectors are open; that of a project which is chosen elsewhere opens by itself. */
function useOpened(sector: string | undefined): [ReadonlySet<string>, (sector: string) => void] {
  const [opened, setOpened] = useState<ReadonlySet<string>>(new Set());
  useEffect(() => { if (sector !== undefined) setOpened((before) => new Set(before).add(sector)); }, [sector]);
  const toggle = (one: string): void => {
    const next = new Set(opened);
    if (!next.delete(one)) next.add(one);
    setOpened(next);
  };
  return [opened, toggle];
}

export function Projects(props: Props) {
  const { city, roadmap, language } = props;
  const [order, setOrder] = useState<Order>("sector");
  const [all, setAll] = useState(false);
  const chosen = model.project.value;
  const [opened, toggle] = useOpened(chosen ? chosen.sector ?? "" : undefined);
  const groups = grouped(roadmap, order, Object.keys(sectorWords(city, roadmap)));
  const count = numberText(roadmap.projects.length, language);
  return (
    <section class="projects" aria-label={say("projects", language)}>
      <h2>{say("projects", language)}</h2>
      {placesFailure.value !== null && <p class="failed" role="alert">{say("placesFailed", language)} {placesFailure.value}</p>}
      <label class="choice">{say("order", language)}
        <select value={order} onChange={(event) => setOrder(ORDERS.find((one) => one === event.currentTarget.value) ?? "sector")}>
          {ORDERS.map((one) => <option key={one} value={one}>{say(ORDER_WORDS[one], language)}</option>)}
        </select>
      </label>
      <table class="zones">
        <Head language={language} />
        {(all ? groups : fewOf(groups, chosen?.code)).map((group) => (
          <GroupRows key={group.sector ?? "*"} {...props} group={group} isOpen={group.sector === null || opened.has(group.sector)} toggle={() => toggle(group.sector ?? "")} />
        ))}
      </table>
      {order !== "sector" && roadmap.projects.length > ROWS && (
        <div class="table-tools"><button type="button" class="plain" onClick={() => setAll(!all)}>{all ? say("showFew", language) : `${say("showAll", language)} (${count})`}</button></div>
      )}
    </section>
  );
}
