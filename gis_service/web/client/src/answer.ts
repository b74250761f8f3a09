/** The latest study as a sentence, and the communes with the most people outside. */

import { read } from "./api";
import { distanceText, minutesText, numberText, shareText, type Language, type Text } from "./language";

/** People, and the share of them within the standard; a figure that must not be shown to everybody is null. */
export interface Figures {
  readonly total: number | null;
  readonly covered: number | null;
  readonly uncovered: number | null;
  readonly share: number | null;
}

/** Something that must be said beside the answer; the page has the words of each code. */
export interface Notice {
  readonly code: string;
  readonly params: Readonly<Record<string, unknown>>;
}

export interface Zone extends Figures {
  readonly id: string;
  readonly name: string;
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
    readonly zones?: LayerVersion;
  };
  readonly parameters: {
    readonly measure: string;
    readonly mode: string | null;
    /** Seconds for a time, metres for a distance or a radius. */
    readonly limit: number;
  };
  readonly totals: { readonly all: Figures };
  readonly zones: readonly Zone[];
  readonly notices: readonly Notice[];
  readonly generated_data?: boolean;
}

export interface Answer {
  readonly study: Study;
  readonly worst: readonly Zone[];
}

/** The sentence in two halves: what is reached, and who is not. */
export interface Sentence {
  readonly reached: string;
  readonly outside: string | null;
}

const ROWS = 8;

/** Id of the row of people who live in the study area but in none of its units. */
export const IN_NO_UNIT = "outside";

const MODES: Readonly<Record<string, Readonly<Record<Language, string>>>> = {
  walk: { vi: "đi bộ", en: "on foot" },
  bicycle: { vi: "bằng xe đạp", en: "by bicycle" },
  motorbike: { vi: "bằng xe máy", en: "by motorbike" },
  car: { vi: "bằng ô tô", en: "by car" },
};

function reach(study: Study, service: string, language: Language): string {
  const { measure, limit } = study.parameters;
  const mode = MODES[study.parameters.mode ?? ""]?.[language] ?? "";
  const vi = language === "vi";
  if (measure === "network_time") {
    const minutes = minutesText(limit, language);
    return vi ? `đến được ${service} trong ${minutes} ${mode}` : `reach ${service} within ${minutes} ${mode}`;
  }
  const distance = distanceText(limit, language);
  if (measure === "network_distance") {
    return vi ? `đến được ${service} trong ${distance} đường, ${mode}`
      : `reach ${service} within ${distance} of road ${mode}`;
  }
  return vi ? `ở trong bán kính ${distance} (đường chim bay) quanh ${service}`
    : `live within ${distance} (as the crow flies) of ${service}`;
}

/** A title inside a sentence: "Bộ phận một cửa" loses its capital, "UBND xã" keeps it. */
function inSentence(title: string): string {
  const second = title.charAt(1);
  const isAcronym = second !== second.toLocaleLowerCase("vi");
  return isAcronym ? title : title.charAt(0).toLocaleLowerCase("vi") + title.slice(1);
}

export function sentenceOf(study: Study, service: string, language: Language): Sentence {
  const { all } = study.totals;
  const share = all.share === null ? "–" : shareText(all.share, language);
  const people = language === "vi" ? "người dân" : "of residents";
  const reached = `${share} ${people} ${reach(study, inSentence(service), language)}`
    .trim().replace(/\s+([.,])/g, "$1");
  if (!all.uncovered) return { reached: `${reached}.`, outside: null };
  const count = numberText(Math.round(all.uncovered), language);
  return { reached: `${reached}.`, outside: language === "vi" ? `${count} người ở ngoài.` : `${count} people are outside.` };
}

/** A notice in words, its numbers as the reader writes them; null when this page has no words for its code. */
export function noticeText(notice: Notice, words: Readonly<Record<string, Text>>, language: Language): string | null {
  const text = words[notice.code]?.[language];
  if (text === undefined) return null;
  return text.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = notice.params[name];
    return typeof value === "number" ? numberText(value, language, 3) : String(value ?? "–");
  });
}

/** Layers that the study read and that may be drawn: units below, facilities above. */
export function studiedLayers(answer: Answer | null): readonly string[] {
  if (!answer) return [];
  const { zones, facilities } = answer.study.inputs;
  return [zones?.layer, facilities.layer].filter((id): id is string => Boolean(id));
}

export function answerOf(study: Study): Answer {
  const worst = study.zones
    .filter((zone) => (zone.uncovered ?? 0) > 0)
    .toSorted((a, b) => (b.uncovered ?? 0) - (a.uncovered ?? 0) || (a.id < b.id ? -1 : 1))
    .slice(0, ROWS);
  return { study, worst };
}

/** The latest coverage study, or null when none has been stored. */
export async function readAnswer(language: Language, signal?: AbortSignal): Promise<Answer | null> {
  const list = await read<{ items: readonly { id: string }[] }>("/studies?process=coverage&limit=1", language, signal);
  const latest = list.items[0];
  if (!latest) return null;
  return answerOf(await read<Study>(`/studies/${latest.id}`, language, signal));
}
