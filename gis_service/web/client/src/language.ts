/** The two languages of the service: words, numbers and dates as their readers write them. */

import { WORDS } from "./words";

export type Language = "vi" | "en";
export type Text = Readonly<Record<Language, string>>;

const NO_BREAK_SPACE = "\u00a0";
const LOCALES: Readonly<Record<Language, string>> = { vi: "vi-VN", en: "en-GB" };

export type Word = keyof typeof WORDS;

export function word(key: Word, language: Language): string {
  return WORDS[key][language];
}

/** 362235 is "362.235" for a Vietnamese reader and "362,235" for an English one. */
export function numberText(value: number, language: Language, digits = 0): string {
  return new Intl.NumberFormat(LOCALES[language], { maximumFractionDigits: digits }).format(value);
}

/**
 * A share 0..1 as a percentage with one decimal, "80,5 %" or "80.5%".
 *
 * Rounding never claims everybody or nobody: 0.9999 is 99.9 %, 0.0001 is 0.1 %.
 */
export function shareText(share: number, language: Language): string {
  const rounded = Math.round(share * 1000) / 10;
  const honest = share < 1 && rounded >= 100 ? 99.9 : share > 0 && rounded <= 0 ? 0.1 : rounded;
  // Everybody and nobody are whole; anything between has its decimal, so that columns line up.
  const digits = share <= 0 || share >= 1 ? 0 : 1;
  const figure = new Intl.NumberFormat(LOCALES[language], { minimumFractionDigits: digits, maximumFractionDigits: digits })
    .format(honest);
  return language === "vi" ? `${figure}${NO_BREAK_SPACE}%` : `${figure}%`;
}

/** Metres in words that lose nothing: "500 m", "1,25 km". */
export function distanceText(metres: number, language: Language): string {
  return metres < 1000
    ? `${numberText(metres, language, 3)}${NO_BREAK_SPACE}m`
    : `${numberText(metres / 1000, language, 6)}${NO_BREAK_SPACE}km`;
}

/** A length that somebody only wants an idea of: "870 m", "1,2 km". */
export function nearlyText(metres: number, language: Language): string {
  return metres < 1000
    ? `${numberText(metres, language)}${NO_BREAK_SPACE}m`
    : `${numberText(metres / 1000, language, 1)}${NO_BREAK_SPACE}km`;
}

/** Seconds in words that lose nothing, as standards are spoken of: "10 phút", "7 minutes 15 seconds". */
export function minutesText(seconds: number, language: Language): string {
  const [minutes, rest] = [Math.floor(seconds / 60), seconds % 60];
  const count = (value: number, vi: string, en: string): string =>
    `${numberText(value, language, 3)}${NO_BREAK_SPACE}${language === "vi" ? vi : value === 1 ? en : `${en}s`}`;
  const parts = [
    ...(minutes > 0 ? [count(minutes, "phút", "minute")] : []),
    ...(rest > 0 || minutes === 0 ? [count(rest, "giây", "second")] : []),
  ];
  return parts.join(" ");
}

/** An ISO date as "24/07/2020" or "24 Jul 2020"; anything else comes back as it was. */
export function dateText(value: string, language: Language): string {
  const parts = /^(\d{4})-(\d{2})-(\d{2})/.exec(value);
  if (!parts) return value;
  const [, year, month, day] = parts;
  if (language === "vi") return `${day}/${month}/${year}`;
  return new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" })
    .format(new Date(`${year}-${month}-${day}T00:00:00Z`));
}

function twoDigits(value: number): string {
  return String(value).padStart(2, "0");
}

/** The day on the reader's calendar as an ISO date. */
export function localDay(moment: Date): string {
  return `${moment.getFullYear()}-${twoDigits(moment.getMonth() + 1)}-${twoDigits(moment.getDate())}`;
}

/** A moment on the reader's clock, "9:05"; with its date when that is not today. */
export function momentText(moment: Date, now: Date, language: Language): string {
  const clock = `${moment.getHours()}:${twoDigits(moment.getMinutes())}`;
  const day = localDay(moment);
  return day === localDay(now) ? clock : `${clock}, ${dateText(day, language)}`;
}

/** A cost in full: a time, or a length. */
export function costText(cost: number, unit: "s" | "m", language: Language): string {
  return unit === "s" ? minutesText(cost, language) : distanceText(cost, language);
}
