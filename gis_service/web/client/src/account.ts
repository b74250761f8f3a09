/** Who has signed in, as the server wrote it into the page. */

import type { Language } from "./language";

export interface Account {
  /** What people call its owner. */
  readonly name: string;
  /** Whether single homes and exact figures are open to its owner. */
  readonly seesHomes: boolean;
  /** Goes with whatever the page sends by its owner's session. */
  readonly formToken: string;
}

/** The address of the form that signs somebody in and leads back to what is seen now. */
export function signInAddress(seen: Pick<Location, "pathname" | "search" | "hash">, language: Language): string {
  const back = seen.pathname + seen.search + seen.hash;
  return `/sign-in?${new URLSearchParams({ next: back, lang: language }).toString()}`;
}
