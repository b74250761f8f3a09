/** The question the page answers: which service, by which rule, for whom, by which units, in which state. */

import type { City, Standard } from "./page";

/** Which facilities count: those before the last change, those of today, or today's and a share of the closed ones. */
export type State = "before" | "branches" | "today";

export interface Question {
  readonly service: string;
  /** The rule that the question starts from; measure, mode and limit may differ from its own. */
  readonly standard: string;
  readonly measure: string;
  readonly mode: string | null;
  /** Seconds for a time, metres for a distance or a radius. */
  readonly limit: number;
  readonly group: string;
  readonly vintage: string;
  readonly state: State;
  /** Share of the closed facilities that stay as branches, 0..1; counts in the state "branches" only. */
  readonly share: number;
}

export const EVERYBODY = "all";
export const DEFAULT_SHARE = 0.4;
const DEFAULT_LIMIT_S: Readonly<Record<string, number>> = { walk: 900 };
const MODE_LIMIT_S = 600;
const STATES: readonly string[] = ["before", "branches", "today"];

/** Longest limit that the page offers, by measure: an hour, or 10 km. */
export function longestLimit(measure: string): number {
  return measure === "network_time" ? 3600 : 10_000;
}

export function isTime(measure: string): boolean {
  return measure === "network_time";
}

function needsRoads(measure: string): boolean {
  return measure.startsWith("network_");
}

/** Standards of a service that can be computed: without roads only those that use none. */
export function standardsOf(city: City, service: string): readonly Standard[] {
  const hasRoads = city.counts["roads"] !== 0;
  return city.standards.filter((one) => one.service === service && (hasRoads || !needsRoads(one.measure)));
}

function firstStandard(city: City, service: string): Standard | undefined {
  const able = standardsOf(city, service);
  return able.find((one) => one.measure === "network_time") ?? able[0] ?? city.standards.find((one) => one.service === service);
}

/** Modes that can be asked about: where the service comes to the people, only those that it comes by. */
export function modesOf(city: City, service: string): readonly string[] {
  const timed = standardsOf(city, service).filter((one) => isTime(one.measure));
  const coming = timed.filter((one) => one.direction === "from_facility").map((one) => one.mode);
  return coming.length === 0 ? city.modes : city.modes.filter((mode) => coming.includes(mode));
}

export function withStandard(question: Question, standard: Standard): Question {
  const { id, service, measure, mode, limit, group } = standard;
  return { ...question, standard: id, service, measure, mode, limit, group };
}

/** The same question by another mode of travel; the service's own standard for it is taken where there is one. */
export function withMode(question: Question, mode: string, city: City): Question {
  const own = standardsOf(city, question.service).find((one) => one.measure === "network_time" && one.mode === mode);
  if (own) return { ...withStandard(question, own), group: question.group };
  return { ...question, measure: "network_time", mode, limit: DEFAULT_LIMIT_S[mode] ?? MODE_LIMIT_S };
}

export function withService(question: Question, service: string, city: City): Question {
  const standard = firstStandard(city, service);
  return standard ? { ...withStandard(question, standard), state: "today" } : question;
}

/** What the page asks when nobody has asked anything: the first service that holds data, by its first standard. */
export function firstQuestion(city: City): Question | null {
  const filled = city.services.filter(({ id }) => city.counts[id] !== 0);
  const service = (filled[0] ?? city.services[0])?.id;
  const standard = service === undefined ? undefined : firstStandard(city, service);
  if (!standard) return null;
  const vintage = city.vintages[0]?.id ?? "";
  const blank = { service: "", standard: "", measure: "", mode: null, limit: 0, group: EVERYBODY };
  return withStandard({ ...blank, vintage, state: "today", share: DEFAULT_SHARE }, standard);
}

function numberIn(text: string | null, least: number, most: number): number | null {
  const value = text === null || text === "" ? Number.NaN : Number(text);
  return Number.isFinite(value) && value >= least && value <= most ? value : null;
}

/** The limit that may be asked next to one in an address: steps of 15 s or 25 m, and the standard's own as it is. */
function askable(limit: number | null, question: Question): number {
  if (limit === null || limit === question.limit) return question.limit;
  const step = question.measure === "network_time" ? 15 : 25;
  return Math.max(step, Math.round(limit / step) * step);
}

/** Read the question out of the page's address; what is missing or unknown there is left as usual. */
export function questionFrom(params: URLSearchParams, city: City): Question | null {
  let question = firstQuestion(city);
  if (!question) return null;
  const service = params.get("service");
  if (city.services.some((one) => one.id === service)) question = withService(question, service ?? "", city);
  const standard = city.standards.find((one) => one.id === params.get("standard"));
  if (standard) question = withStandard(question, standard);
  const mode = params.get("mode");
  if (mode !== null && modesOf(city, question.service).includes(mode)) question = withMode(question, mode, city);
  const limit = numberIn(params.get("limit"), 1, longestLimit(question.measure));
  const group = params.get("group");
  const vintage = params.get("vintage");
  const state = params.get("state");
  return {
    ...question,
    limit: askable(limit, question),
    group: group === EVERYBODY || city.groups.some((one) => one.id === group) ? (group ?? EVERYBODY) : question.group,
    vintage: city.vintages.some((one) => one.id === vintage) ? (vintage ?? "") : question.vintage,
    state: STATES.includes(state ?? "") ? (state as State) : question.state,
    share: numberIn(params.get("share"), 0, 1) ?? question.share,
  };
}

/** The question as parts of the page's address; what is as usual is left out, so that links stay short. */
export function addressParams(question: Question, city: City): Readonly<Record<string, string>> {
  const standard = city.standards.find((one) => one.id === question.standard);
  const usual = firstQuestion(city);
  const found: Record<string, string> = {};
  if (question.standard !== usual?.standard) found["standard"] = question.standard;
  if (question.mode !== standard?.mode && question.mode) found["mode"] = question.mode;
  if (question.limit !== standard?.limit || found["mode"]) found["limit"] = String(question.limit);
  if (question.group !== standard?.group) found["group"] = question.group;
  if (question.vintage !== usual?.vintage) found["vintage"] = question.vintage;
  if (question.state !== "today") found["state"] = question.state;
  if (question.state === "branches") found["share"] = String(question.share);
  return found;
}

/** Day before which the earlier facilities were open, as the service reads it: its last morning. */
function lastMorning(boundary: string): string {
  const day = new Date(`${boundary}T00:00:00Z`);
  day.setUTCDate(day.getUTCDate() - 1);
  return `${day.toISOString().slice(0, 10)}T10:00`;
}

/**
 * The question as the service takes it: fixed order, nothing that is as usual.
 *
 * `boundary` is the day of the last opening or closing; null when the layer knows of none.
 */
export function apiQuery(question: Question, city: City, boundary: string | null): string {
  const standard = city.standards.find((one) => one.id === question.standard);
  const query = new URLSearchParams({ standard: question.standard });
  if (question.measure !== standard?.measure) query.set("measure", question.measure);
  if (question.mode !== standard?.mode && question.mode) query.set("mode", question.mode);
  if (question.limit !== standard?.limit || question.measure !== standard.measure) query.set("limit", String(question.limit));
  if (question.state === "before" && boundary) query.set("at", lastMorning(boundary));
  query.set("vintage", question.vintage);
  if (question.group !== EVERYBODY) query.set("groups", question.group);
  if (question.state === "branches" && question.share > 0) query.set("branch_share", String(question.share));
  return query.toString();
}
