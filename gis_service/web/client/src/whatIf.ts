/** The difference that edits make: who gains and who loses, in figures and in a sentence. */

import { inSentence, pointsText, reachText, type Study } from "./answer";
import { send } from "./api";
import { requestOf, type Edit } from "./edits";
import { numberText, shareText, word, type Language, type Text } from "./language";

/** People of one group before and after; what may not be shown to everybody is null. */
export interface Counts {
  readonly total: number | null;
  readonly before: number | null;
  readonly after: number | null;
  readonly won: number | null;
  readonly lost: number | null;
  readonly share_before: number | null;
  readonly share_after: number | null;
}

export interface ZoneChange extends Counts {
  readonly id: string;
  readonly name: string;
  readonly groups?: Readonly<Record<string, Counts>>;
}

export interface Load {
  readonly id: string;
  readonly name: string;
  readonly load_before: number | null;
  readonly load_after: number | null;
  /** Only where the capacity is edited; null where nothing tells it. */
  readonly capacity_before?: number | null;
  readonly capacity_after?: number | null;
  /** People nearest to it beyond its capacity. */
  readonly above_before?: number | null;
  readonly above_after?: number | null;
}

export interface Difference {
  readonly edits: readonly { readonly id?: string | null; readonly op: string }[];
  readonly edits_hash: string;
  readonly totals: Readonly<Record<string, Counts>>;
  /** Units in which somebody gains or loses. */
  readonly zones: readonly ZoneChange[];
  readonly facilities: readonly Load[];
  readonly notice_texts: readonly (Text & { readonly code: string })[];
  readonly generated_data: boolean;
}

const NOTHING: Counts = { total: null, before: null, after: null, won: null, lost: null, share_before: null, share_after: null };

/** The inputs of a study, out of the question as an address writes it. */
export function inputsOf(query: string): Readonly<Record<string, unknown>> {
  const inputs: Record<string, unknown> = {};
  for (const [name, value] of new URLSearchParams(query)) {
    if (name === "groups") inputs[name] = value.split(",");
    else if (name === "branch_share") inputs["facilities"] = { branch_share: Number(value) };
    else inputs[name] = name === "limit" ? Number(value) : value;
  }
  return inputs;
}

export async function readDifference(query: string, edits: readonly Edit[], language: Language, signal?: AbortSignal): Promise<Difference> {
  return send<Difference>("/what-if", { ...inputsOf(query), edits: requestOf(edits) }, language, signal);
}

/** The difference that a kept scenario makes. */
export async function readScenarioDifference(query: string, id: string, language: Language, signal?: AbortSignal): Promise<Difference> {
  return send<Difference>("/what-if", { ...inputsOf(query), scenario: { id } }, language, signal);
}

/** What a difference tells of people: also a comparison that is kept as a study does. */
export type Counted = Pick<Difference, "totals" | "zones" | "generated_data">;

export function countsOf(difference: Pick<Difference, "totals">, group: string): Counts {
  return difference.totals[group] ?? NOTHING;
}

/** Units by how many people win or lose there, most first. */
export function changedZones(difference: Pick<Difference, "zones">, group: string): readonly ZoneChange[] {
  const moved = ({ won, lost }: Counts): number => (won ?? 0) + (lost ?? 0);
  return difference.zones
    .map((zone) => (group === "all" ? zone : { ...zone, ...(zone.groups?.[group] ?? NOTHING) }))
    .toSorted((a, b) => moved(b) - moved(a) || (a.id < b.id ? -1 : 1));
}

/** Facilities whose people change, those that change most first. */
export function changedLoads(difference: Difference): readonly Load[] {
  const by = (one: Load): number => Math.abs((one.load_after ?? 0) - (one.load_before ?? 0));
  return difference.facilities.filter((one) => by(one) > 0 || one.load_before === null || one.load_after === null)
    .toSorted((a, b) => by(b) - by(a) || (a.id < b.id ? -1 : 1));
}

function peopleText(count: number | null, isMore: boolean, language: Language): string {
  if (count === null) return word(isMore ? "fewMore" : "few", language);
  const people = Math.round(count);
  const figure = numberText(people, language);
  if (language === "vi") return isMore ? `Thêm ${figure} người` : `${figure} người`;
  const noun = people === 1 ? "person" : "people";
  return isMore ? `${figure} more ${noun}` : `${figure} ${noun}`;
}

/** The sentence in two halves: who gains, and who loses; null where nobody does. */
export interface Told {
  readonly gain: string | null;
  readonly loss: string | null;
}

/** "Thêm 1.204 người đến được bộ phận một cửa trong 10 phút bằng xe máy (dữ liệu minh hoạ). 300 người mất dịch vụ này." */
export function toldOf(study: Study, difference: Counted, group: string, service: string, language: Language): Told {
  const { won, lost } = countsOf(difference, group);
  const made = difference.generated_data ? ` (${word("generated", language)})` : "";
  const reach = reachText(study, inSentence(service), language, Math.round(won ?? 2) === 1) + made;
  const isOne = language === "en" && lost !== null && Math.round(lost) === 1;
  return {
    gain: won === 0 ? null : `${peopleText(won, true, language)} ${reach}.`,
    loss: lost === 0 ? null : `${peopleText(lost, false, language)} ${word(isOne ? "losesIt" : "loseIt", language)}`,
  };
}

/** "94,9 % → 95,3 % · +0,4 điểm phần trăm"; null while a share may not be shown. */
export function sharesText(counts: Counts, language: Language): string | null {
  if (counts.share_before === null || counts.share_after === null) return null;
  const points = (counts.share_after - counts.share_before) * 100;
  const change = Math.abs(points) < 0.05 ? word("noChange", language) : pointsText(points, language);
  return `${shareText(counts.share_before, language)} → ${shareText(counts.share_after, language)} · ${change}`;
}

/** A number of people with its sign, "+1.204" or "−300"; a figure that is not shown is a dash. */
export function signedText(count: number | null, sign: 1 | -1, language: Language): string {
  if (count === null) return "–";
  const people = Math.round(count);
  return people === 0 ? "0" : `${sign > 0 ? "+" : "−"}${numberText(people, language)}`;
}

/** By how many percentage points a unit changes; 0 for one that is not told, null where it may not be shown. */
export function pointsOf(zone: ZoneChange | undefined): number | null {
  if (!zone) return 0;
  if (zone.share_before === null || zone.share_after === null) return null;
  return (zone.share_after - zone.share_before) * 100;
}
