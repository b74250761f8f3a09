/** Days as readers type them: "24/07/2020" in both languages, "24 Jul 2020" in English too; never by the locale of the browser. */

import type { Language, Text } from "./language";
import { dayIn } from "./when";

const MONTHS = ["january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"];
/** So many letters tell a month: "Jul", "Sept". */
const MONTH_LETTERS = 3;
const IN_NUMBERS = /^(\d{1,2})\s*[/.\-\s]\s*(\d{1,2})\s*[/.\-\s]\s*(\d{4})$/;
const IN_WORDS = /^(\d{1,2})\s+([a-z]+)\.?,?\s+(\d{4})$/;
/** As one that types a day leaves it: its year stands there with four digits. */
const WHOLE = /^\s*\d{1,2}\D.*\D\d{4}\s*$/;

/** What is wrong with a day: none was typed, or no day of the calendar. */
export type DayFault = "empty" | "wrong";

export const FAULTS = {
  empty: { vi: "Hãy nhập một ngày, ví dụ 24/07/2020.", en: "A day is needed, such as 24/07/2020." },
  wrong: { vi: "Không phải là ngày có trên lịch. Hãy viết ngày/tháng/năm, ví dụ 24/07/2020.",
    en: "This is no day of the calendar. Write day/month/year, such as 24/07/2020 or 24 Jul 2020." },
} satisfies Readonly<Record<DayFault, Text>>;

function monthOf(letters: string): number {
  return letters.length < MONTH_LETTERS ? 0 : MONTHS.findIndex((month) => month.startsWith(letters)) + 1;
}

/** The day (ISO) that was typed; null for what is none. An ISO day counts as well: it is what people copy from tables. */
export function dayTyped(text: string, language: Language): string | null {
  const typed = text.trim().toLowerCase();
  const numbers = IN_NUMBERS.exec(typed);
  const words = language === "en" ? IN_WORDS.exec(typed) : null;
  const [, day = "", month = "", year = ""] = numbers ?? words ?? [];
  if (day === "") return dayIn(typed);
  const number = numbers ? month : String(monthOf(month));
  return dayIn(`${year}-${number.padStart(2, "0")}-${day.padStart(2, "0")}`);
}

/** What is wrong with a text; an empty one is wrong only where a day has to be. */
export function dayFault(text: string, language: Language, required: boolean): DayFault | null {
  if (text.trim() === "") return required ? "empty" : null;
  return dayTyped(text, language) === null ? "wrong" : null;
}

/** Whether a text is typed to its end, so that it can be told wrong before the field is left. */
export function isWhole(text: string): boolean {
  return WHOLE.test(text);
}

/** The day so many days later; the same one at the ends of the four-digit years. */
export function daysLater(day: string, days: number): string {
  const date = new Date(`${day}T00:00:00Z`);
  date.setUTCDate(date.getUTCDate() + days);
  return dayIn(date.toISOString().slice(0, 10)) ?? day;
}
