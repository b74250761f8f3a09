/** A plan as the service tells it: its sites, how good it is, and the sentence of it. */

import { inSentence, reachText, type Notice, type Study } from "../answer";
import { dismiss, read, startJob } from "../api";
import type { Edit, At } from "../edits";
import type { Facility } from "../facilities";
import { costText, numberText, shareText, word, type Language } from "../language";
import type { Counts, Difference } from "../whatIf";
import type { Model } from "./ask";
import { WORDS } from "./words";

export interface Site {
  readonly id: string;
  readonly name: string;
  readonly commune: string | null;
  readonly lon: number;
  readonly lat: number;
  readonly order: number;
  readonly gain: number | null;
  readonly cost: number | null;
  readonly source: string;
}

interface Share {
  readonly id: string;
  readonly share: number;
}

export interface Plan {
  readonly model: Model;
  readonly objective: number | null;
  readonly bound: number | null;
  readonly gap: number | null;
  readonly status: "optimal" | "time_limit" | "cancelled";
  readonly mean: number | null;
  readonly cost: number | null;
  readonly sites: readonly Site[];
  readonly closed: readonly string[];
  /** Places that might have closed and stay. */
  readonly kept: readonly string[];
  readonly candidates: { readonly count: number };
  readonly uncoverable: { readonly people: number | null };
  readonly under_draws?: {
    readonly draws: number;
    readonly sites: readonly Share[];
    readonly others: readonly Share[];
    /** Ends of what the best plan of a draw brings, less a twentieth on either side; null where they may not be told. */
    readonly p5: number | null;
    readonly p95: number | null;
  };
}

/** An edit of the plan, as a scenario takes it. */
export interface PlanEdit {
  readonly op: string;
  readonly id?: string;
  readonly tmp_id?: string;
  readonly geometry?: { readonly coordinates: At } | null;
}

/** The document of a siting, as far as the page speaks of it. */
export interface PlanStudy extends Pick<Difference, "totals" | "zones" | "facilities" | "generated_data"> {
  readonly id: string;
  readonly process: string;
  readonly parameters: {
    readonly after: Study["parameters"] & { readonly service: string; readonly standard: string | null; readonly vintage: string };
  };
  readonly plan: Plan;
  readonly scenario: { readonly inputs: Readonly<Record<string, unknown>>; readonly edits: readonly PlanEdit[] } | null;
  readonly notices: readonly Notice[];
}

/** A site of the best plan so far. */
export interface FoundSite {
  readonly id: string;
  readonly lon: number;
  readonly lat: number;
}

/** Where a job stands. */
export interface Job {
  readonly jobID: string;
  readonly status: "accepted" | "running" | "successful" | "failed" | "dismissed";
  readonly message: string;
  readonly progress: number;
  readonly best?: number;
  readonly bound?: number;
  readonly gap?: number;
  readonly sites?: readonly FoundSite[];
  readonly links: readonly { readonly href: string; readonly rel: string }[];
}

export async function begin(inputs: Readonly<Record<string, unknown>>, language: Language): Promise<Job> {
  return startJob<Job>("/processes/siting/execution", { inputs }, language);
}

export async function readJob(id: string, language: Language, signal: AbortSignal): Promise<Job> {
  return read<Job>(`/jobs/${id}?f=json`, language, signal);
}

/** End the search; the best plan so far is kept. */
export async function endJob(id: string, language: Language): Promise<Job> {
  return dismiss<Job>(`/jobs/${id}`, language);
}

/** What came of a job that failed is the refusal itself. */
export async function readRefusal(id: string, language: Language, signal: AbortSignal): Promise<never> {
  await read(`/jobs/${id}/results`, language, signal);
  throw new Error(id);
}

export async function readPlan(id: string, language: Language, signal: AbortSignal): Promise<PlanStudy> {
  return read<PlanStudy>(`/studies/${encodeURIComponent(id)}?f=json`, language, signal);
}

/** The study that a job has left, or leaves when it is ended early; null for none. */
export function studyOf(job: Job): string | null {
  const found = job.links.map(({ href }) => /\/studies\/([A-Za-z0-9_.-]+)$/.exec(href)?.[1]).find((id) => id !== undefined);
  return found ?? null;
}

/** Whether an objective gets better by growing. */
export function isMost(model: Model): boolean {
  return model === "mclp";
}

/** An objective or bound in words: people, sites, a time or a length. */
export function worthText(value: number, model: Model, unit: "s" | "m", language: Language): string {
  if (model === "mclp") return `${numberText(Math.round(value), language)} ${word("peopleUnit", language)}`;
  if (model === "lscp") return `${numberText(value, language)} ${WORDS.sitesUnit[language]}`;
  if (model === "p-center") return costText(Math.round(value), unit, language);
  return `${numberText(Math.round(value / (unit === "s" ? 3600 : 1000)), language)} ${WORDS[unit === "s" ? "peopleHours" : "peopleKm"][language]}`;
}

/** How far from the best possible a plan can be. */
export function gapText(gap: number | null, isProved: boolean, language: Language): string {
  if (isProved || gap === 0) return WORDS.proved[language];
  if (gap === null) return WORDS.gapUnknown[language];
  return WORDS.within[language].replace("{share}", shareText(gap, language));
}

function countText(count: number, language: Language): string {
  const figure = numberText(count, language);
  if (language === "vi") return `${figure} điểm mới`;
  return `${figure} new ${count === 1 ? "place" : "places"}`;
}

/** How many of the places that might have closed stay, and how many are new. */
function keptText({ kept, closed, sites }: Plan, language: Language): string {
  const [stay, stood] = [kept.length, kept.length + closed.length].map((count) => numberText(count, language));
  const added = sites.length === 0 ? "" : `, ${language === "vi" ? "thêm " : ""}${countText(sites.length, language)}`;
  return language === "vi" ? `Giữ ${stay} trong ${stood} điểm đang có${added}: ` : `With ${stay} of ${stood} places kept${added}, `;
}

function peopleText(people: number | null, language: Language, isMore = true): string {
  if (people === null) return language === "vi" ? "dưới 10 người" : "fewer than 10 people";
  const [count, figure] = [Math.round(people), numberText(Math.round(people), language)];
  return language === "vi" ? `${figure} người` : `${figure} ${isMore ? "more " : ""}${count === 1 ? "person" : "people"}`;
}

/** The plan in a sentence, by what its model looks for. */
export function sentenceOf(study: PlanStudy, counts: Counts, service: string, language: Language): string {
  const { plan, parameters: { after } } = study;
  const made = study.generated_data ? ` (${word("generated", language)})` : "";
  const [sites, isOne] = [countText(plan.sites.length, language), plan.sites.length === 1];
  const reach = reachText({ parameters: after }, inSentence(service), language, Math.round(counts.won ?? 2) === 1) + made;
  const unit = after.measure === "network_time" ? "s" : "m";
  const vi = language === "vi";
  if (plan.model === "p-median" && plan.mean !== null) {
    const mean = costText(Math.round(plan.mean), unit, language);
    return vi ? `Với ${sites}, trung bình mỗi người đi ${mean}${made}.` : `With ${sites} the mean way is ${mean}${made}.`;
  }
  if (plan.model === "p-center" && plan.objective !== null) {
    const most = costText(Math.round(plan.objective), unit, language);
    return vi ? `Với ${sites}, không ai đi quá ${most}${made}.` : `With ${sites} nobody's way is longer than ${most}${made}.`;
  }
  if (plan.model === "lscp") {
    return vi ? `${sites} là đủ để mọi người mà điểm mới với tới được đều ${reach}.`
      : `${sites} ${isOne ? "is" : "are"} enough for all whom a new place can serve to ${reach}.`;
  }
  const standing = plan.kept.length + plan.closed.length;
  if (standing > 0) return `${keptText(plan, language)}${peopleText(counts.after, language, false)} ${reach}.`;
  const people = peopleText(counts.won, language);
  return vi ? `${sites} đưa thêm ${people} ${reach}.` : `With ${sites} ${people} ${reach}.`;
}

/** People whose nearest place a new site would be though they are served already: what it takes off others. */
export function takenOver(study: PlanStudy, site: Site): number | null {
  const load = study.facilities.find((one) => one.id === site.id)?.load_after ?? null;
  return load === null || site.gain === null ? null : Math.max(0, load - site.gain);
}

/** "Trong 10 lần thử: từ 10.576 người đến 16.047 người"; null where nobody asked, or it may not be told. */
export function rangeText({ under_draws: drawn, model }: Plan, unit: "s" | "m", language: Language): string | null {
  if (drawn === undefined || drawn.p5 === null || drawn.p95 === null) return null;
  return WORDS.range[language].replace("{draws}", numberText(drawn.draws, language))
    .replace("{low}", worthText(drawn.p5, model, unit, language)).replace("{high}", worthText(drawn.p95, model, unit, language));
}

/** In how many of the draws a site is among the best; null where nobody asked. */
export function drawnShare(plan: Plan, id: string): number | null {
  return plan.under_draws?.sites.find((one) => one.id === id)?.share ?? null;
}

/** The edits of those sites that are taken, and the closures. */
export function takenEdits(study: PlanStudy, left: ReadonlySet<string>): readonly PlanEdit[] {
  return (study.scenario?.edits ?? []).filter((one) => one.op !== "add" || !left.has(one.tmp_id ?? ""));
}

/** The same as the view of changes draws them. */
export function drawnEdits(study: PlanStudy, left: ReadonlySet<string>, places: readonly Facility[]): readonly Edit[] {
  const byCode = new Map(places.flatMap((one) => (one.code === null ? [] : [[one.code, one.fid] as const])));
  let number = 0;
  return takenEdits(study, left).flatMap<Edit>((one) => {
    if (one.op === "add") {
      number += 1;
      return one.geometry ? [{ op: "add", target: `n${number}`, at: one.geometry.coordinates }] : [];
    }
    const fid = byCode.get(one.id ?? "");
    return fid === undefined ? [] : [{ op: "close", target: fid }];
  });
}

/** Keep the sites that are taken as a scenario, for oneself. */
export function scenarioOf(study: PlanStudy, left: ReadonlySet<string>, title: string): Readonly<Record<string, unknown>> {
  return { title, inputs: study.scenario?.inputs ?? {}, edits: takenEdits(study, left) };
}
