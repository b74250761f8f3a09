/** The answer to the question: its figures, the sentence they make, and the units behind it. */

import { read } from "./api";
import { distanceText, minutesText, numberText, shareText, word, type Language, type Text } from "./language";

/** People, and the share of them within the standard; a figure that must not be shown to everybody is null. */
export interface Figures {
  readonly total: number | null;
  readonly covered: number | null;
  readonly uncovered: number | null;
  readonly unreachable?: number | null;
  readonly share: number | null;
  /** Times by which half, 90 % and 95 % of the people have arrived; null when that never happens. */
  readonly median_s?: number | null;
  readonly p90_s?: number | null;
  readonly p95_s?: number | null;
}

export interface Zone extends Figures {
  readonly id: string;
  readonly name: string;
  readonly groups?: Readonly<Record<string, Figures>>;
}

interface LayerVersion {
  readonly layer: string;
  readonly version?: number;
}

/** The part of a study document that the page speaks of. */
export interface Study {
  readonly id: string;
  readonly inputs: {
    readonly facilities: LayerVersion;
    readonly demand?: LayerVersion;
    readonly network?: LayerVersion;
    readonly zones?: LayerVersion;
  };
  readonly parameters: {
    readonly measure: string;
    readonly mode: string | null;
    /** Seconds for a time, metres for a distance or a radius. */
    readonly limit: number;
    /** Who goes; without it the people do. */
    readonly direction?: string;
    /** Seconds until somebody sets out, counted into every time. */
    readonly turnout_s?: number;
  };
  readonly totals: Readonly<Record<string, Figures>>;
  readonly zones: readonly Zone[];
  readonly generated_data?: boolean;
}

/** People reached by cost: [cost, people], cost rising; the steps between need not be equal. */
export type CurvePoints = readonly (readonly [number, number])[];

/** Something that must be said beside the answer. */
export interface Notice {
  readonly code: string;
  readonly params?: Readonly<Record<string, unknown>>;
}

export interface Coverage extends Study {
  readonly notices: readonly Notice[];
  readonly curve: { readonly unit: "s" | "m"; readonly points: Readonly<Record<string, CurvePoints>> };
  /** What must be said beside the answer, in words. */
  readonly notice_texts: readonly (Text & { readonly code: string })[];
}

/** The sentence in two halves: what is reached, and who is not. */
export interface Sentence {
  readonly reached: string;
  readonly outside: string | null;
}

/** Id of the row of people who live in the study area but in none of its units. */
export const IN_NO_UNIT = "outside";

const NOBODY: Figures = { total: null, covered: null, uncovered: null, share: null };

export const MODES: Readonly<Record<string, Text>> = {
  walk: { vi: "đi bộ", en: "on foot" },
  bicycle: { vi: "bằng xe đạp", en: "by bicycle" },
  motorbike: { vi: "bằng xe máy", en: "by motorbike" },
  car: { vi: "bằng ô tô", en: "by car" },
};

export async function readCoverage(query: string, language: Language, signal?: AbortSignal): Promise<Coverage> {
  return read<Coverage>(`/coverage?${query}`, language, signal);
}

/** Figures of one group of people. */
export function figuresOf(study: Study, group: string): Figures {
  return study.totals[group] ?? NOBODY;
}

/** The units with the figures of one group in place of everybody's. */
export function zonesOf(study: Study, group: string): readonly Zone[] {
  if (group === "all") return study.zones;
  return study.zones.map((zone) => ({ id: zone.id, name: zone.name, ...(zone.groups?.[group] ?? NOBODY) }));
}

/** Whether the service comes to the people, as fire engines do; then they need not go anywhere. */
export function comesToPeople(study: Pick<Study, "parameters">): boolean {
  return study.parameters.direction === "from_facility" && study.parameters.measure !== "straight_radius";
}

/** Minutes that pass before anybody sets out are part of the time, and are said. */
function turnoutText(study: Pick<Study, "parameters">, language: Language): string {
  const seconds = study.parameters.turnout_s ?? 0;
  if (seconds <= 0) return "";
  const time = minutesText(seconds, language);
  return language === "vi" ? `, kể cả ${time} chuẩn bị xuất phát` : `, ${time} of turn-out included`;
}

/** What people do who are within the standard, without saying who: "đến được trạm y tế trong 15 phút đi bộ". */
export function reachText(study: Pick<Study, "parameters">, service: string, language: Language, isOne = false): string {
  const { measure, limit } = study.parameters;
  const mode = MODES[study.parameters.mode ?? ""]?.[language] ?? "";
  const vi = language === "vi";
  const distance = distanceText(limit, language);
  if (measure !== "network_time" && measure !== "network_distance") {
    return vi ? `ở trong bán kính ${distance} (đường chim bay) quanh ${service}`
      : `${isOne ? "lives" : "live"} within ${distance} (as the crow flies) of ${service}`;
  }
  const verb = comesToPeople(study)
    ? { vi: `được ${service} tiếp cận`, en: `${isOne ? "is" : "are"} reached from ${service}` }
    : { vi: `đến được ${service}`, en: `${isOne ? "reaches" : "reach"} ${service}` };
  if (measure === "network_distance") {
    return vi ? `${verb.vi} trong ${distance} đường, ${mode}` : `${verb.en} within ${distance} of road ${mode}`;
  }
  const minutes = minutesText(limit, language);
  const time = vi ? `${verb.vi} trong ${minutes} ${mode}` : `${verb.en} within ${minutes} ${mode}`;
  return time.trim() + (comesToPeople(study) ? turnoutText(study, language) : "");
}

/** A title inside a sentence: "Bộ phận một cửa" loses its capital, "UBND xã" keeps it. */
export function inSentence(title: string): string {
  const second = title.charAt(1);
  const isAcronym = second !== second.toLocaleLowerCase("vi");
  return isAcronym ? title : title.charAt(0).toLocaleLowerCase("vi") + title.slice(1);
}

/** Who the sentence is about: everybody, or one age group by its title. */
function subject(group: Text | null, language: Language): string {
  if (language === "vi") return group ? `người dân ${inSentence(group.vi)}` : "người dân";
  return group ? `of residents ${inSentence(group.en)}` : "of residents";
}

/** The answer in words, generated data among them; `group` is the title of the age group, null for everybody. */
export function sentenceOf(study: Study, figures: Figures, service: string, group: Text | null, language: Language): Sentence {
  const share = figures.share === null ? "–" : shareText(figures.share, language);
  const made = study.generated_data ? ` (${word("generated", language)})` : "";
  const reached = `${share} ${subject(group, language)} ${reachText(study, inSentence(service), language)}${made}`
    .trim().replace(/\s+([.,])/g, "$1");
  if (!figures.uncovered) return { reached: `${reached}.`, outside: null };
  const people = Math.round(figures.uncovered);
  const count = numberText(people, language);
  if (language === "vi") return { reached: `${reached}.`, outside: `${count} người ở ngoài.` };
  return { reached: `${reached}.`, outside: people === 1 ? "1 person is outside." : `${count} people are outside.` };
}

/** How two answers for the same people differ: in percentage points, and the units that lose most people. */
export interface Change {
  readonly points: number;
  readonly losers: readonly { readonly id: string; readonly name: string; readonly lost: number }[];
}

const LOSERS = 3;

export function changeBetween(before: Study, after: Study, group: string): Change | null {
  const [from, to] = [figuresOf(before, group).share, figuresOf(after, group).share];
  if (from === null || to === null) return null;
  const had = new Map(zonesOf(before, group).map((zone) => [zone.id, zone.covered]));
  // Where either figure is hidden nothing is known of the change.
  const losers = zonesOf(after, group)
    .filter((zone) => zone.id !== IN_NO_UNIT && zone.covered !== null && typeof had.get(zone.id) === "number")
    .map((zone) => ({ id: zone.id, name: zone.name, lost: (had.get(zone.id) ?? 0) - (zone.covered ?? 0) }))
    .filter(({ lost }) => lost > 0)
    .toSorted((a, b) => b.lost - a.lost || (a.id < b.id ? -1 : 1))
    .slice(0, LOSERS);
  return { points: (to - from) * 100, losers };
}

/** A difference of shares, with its sign: "−12,3 điểm phần trăm". */
export function pointsText(points: number, language: Language): string {
  const size = numberText(Math.abs(points), language, 1);
  const unit = language === "vi" ? "điểm phần trăm" : size === "1" ? "percentage point" : "percentage points";
  return `${points < 0 ? "−" : "+"}${size} ${unit}`;
}
