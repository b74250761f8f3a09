/** Costs as people in charge of budgets write them, and words of the service with values put in. */

import { dateText, numberText, type Language, type Text } from "../language";

const NO_BREAK_SPACE = "\u00a0";
const BILLION = 1000;

/** 995300 million dong is "995,3 tỷ đồng"; below a billion it stays in millions. */
export function moneyText(million: number, language: Language): string {
  const vi = language === "vi";
  if (Math.abs(million) < BILLION && million !== 0) return `${numberText(million, language, 1)}${NO_BREAK_SPACE}${vi ? "triệu đồng" : "million dong"}`;
  return `${numberText(million / BILLION, language, 1)}${NO_BREAK_SPACE}${vi ? "tỷ đồng" : "billion dong"}`;
}

/** In billions alone, for columns whose head says so. */
export function billionsText(million: number, language: Language): string {
  return numberText(million / BILLION, language, 1);
}

function valueText(value: unknown, language: Language): string {
  if (typeof value === "number") return numberText(value, language, 3);
  const text = String(value ?? "–");
  return /^\d{4}-\d{2}-\d{2}$/.test(text) ? dateText(text, language) : text;
}

/** A template of the service: `{name}`, and `{name:one|many}` where English counts. */
export function filled(template: Text, params: Readonly<Record<string, unknown>>, language: Language): string {
  return template[language].replace(/\{(\w+)(?::([^|}]*)\|([^}]*))?\}/g, (_, name: string, one?: string, many?: string) => {
    const value = params[name];
    if (one === undefined) return valueText(value, language);
    return (Number(value) === 1 ? one : many) ?? "";
  });
}
