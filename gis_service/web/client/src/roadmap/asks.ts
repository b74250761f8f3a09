/** What the view asks, as the address of the page holds it: which study, up to when, of which service, with which project. */

export interface Asks {
  readonly study: string | null;
  /** A stop by its id: "before", "now", or a phase. */
  readonly stop: string | null;
  readonly service: string | null;
  readonly project: string | null;
}

const NOTHING: Asks = { study: null, stop: null, service: null, project: null };
const LETTERS = { s: "study", p: "stop", v: "service", j: "project" } as const;
const ID = /^[\w.-]{1,100}$/;

function isLetter(text: string): text is keyof typeof LETTERS {
  return Object.hasOwn(LETTERS, text);
}

/** "sroadmap_52f8*pphase_2*vhospital*jda_07"; what cannot be read is left out. */
export function asksIn(text: string): Asks {
  const found = text.split("*").flatMap((part) => {
    const [letter, rest] = [part.charAt(0), part.slice(1)];
    let value: string;
    try {
      value = decodeURIComponent(rest);
    } catch {
      return [];
    }
    // Codes of projects are whatever the city has given them.
    const isFit = letter === "j" ? value.length > 0 && value.length <= 200 : ID.test(value);
    return isLetter(letter) && isFit ? [[LETTERS[letter], value] as const] : [];
  });
  return { ...NOTHING, ...Object.fromEntries(found) };
}

export function asksText(asks: Asks): string {
  const parts = (Object.keys(LETTERS) as (keyof typeof LETTERS)[]).flatMap((letter) => {
    const value = asks[LETTERS[letter]];
    return value === null ? [] : [`${letter}${encodeURIComponent(value).replaceAll("*", "%2A")}`];
  });
  return parts.join("*");
}
