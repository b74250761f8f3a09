/** What is compared, and how, as the address holds it: "compare.today.edits.swipe". */

/** What stands on one side: the layers as they are, what is being tried out, or a scenario by its id. */
export type Side = string;

export const TODAY: Side = "today";
export const EDITS: Side = "edits";
export const WAYS = ["swipe", "halves", "change"] as const;
export type Way = (typeof WAYS)[number];

export interface Asks {
  readonly before: Side;
  readonly after: Side;
  readonly way: Way;
  /** The kept comparison whose cells are shown; null while none is. */
  readonly study: string | null;
}

const SIDE = /^(?:today|edits|scenario_[0-9a-f]{1,32})$/;
const STUDY = /^[a-z][a-z0-9_]{3,63}$/;

export function isWay(text: string): text is Way {
  return (WAYS as readonly string[]).includes(text);
}

export function asksText({ before, after, way, study }: Asks): string {
  return ["compare", before, after, way, ...(study === null ? [] : [study])].join(".");
}

/** What an address asks; null where that is no comparison. */
export function asksIn(text: string): Asks | null {
  const [word, before = "", after = "", way = "", study, ...more] = text.split(".");
  if (word !== "compare" || more.length > 0 || !SIDE.test(before) || !SIDE.test(after) || !isWay(way)) return null;
  return { before, after, way, study: study !== undefined && STUDY.test(study) ? study : null };
}
