/** Notices of an answer in words: layers and standards by their titles, numbers as the reader writes them. */

import type { Coverage } from "./answer";
import { numberText, type Language, type Text } from "./language";

export interface Told {
  readonly code: string;
  readonly text: string;
}

export interface Titles {
  readonly layers: ReadonlyMap<string, string>;
  readonly standards: ReadonlyMap<string, string>;
}

function valueText(name: string, value: unknown, titles: Titles, language: Language): string {
  if (typeof value === "number") return numberText(value, language, 3);
  const text = String(value ?? "–");
  if (name === "standard") return `“${titles.standards.get(text) ?? text}”`;
  // A list of layers holds only what may be named to everybody; the others stay as they are called in the data.
  if (name === "layers") return text.split(", ").map((id) => titles.layers.get(id)?.toLocaleLowerCase(language) ?? id).join(", ");
  return text;
}

/** The notices with the page's words where it has them, else as the service wrote them out. */
export function toldBy(answer: Coverage, words: Readonly<Record<string, Text>>, titles: Titles, language: Language): readonly Told[] {
  return answer.notice_texts.map((written, index) => {
    const { code } = written;
    const template = words[code]?.[language];
    const params = answer.notices[index]?.code === code ? answer.notices[index]?.params : undefined;
    if (template === undefined || params === undefined) return { code, text: written[language] };
    const text = template.replace(/\{(\w+)\}/g, (_, name: string) => valueText(name, params[name], titles, language));
    return { code, text };
  });
}
