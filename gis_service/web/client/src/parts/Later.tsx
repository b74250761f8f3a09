/** A part of the page that is fetched when it is first opened, so that the first answer does not wait for it. */

import { useEffect, useState } from "preact/hooks";
import type { ComponentType } from "preact";

import { word } from "../language";
import type { City } from "../page";
import * as state from "../state";
import type { Reload } from "./App";
import { Failed } from "./Failed";

export interface PartProps {
  readonly city: City;
  readonly reload: Reload;
}

/** What a fetched file has to export: the part itself. */
export interface Part {
  readonly default: ComponentType<PartProps>;
}

export function Later({ fetched, city, reload }: PartProps & { readonly fetched: () => Promise<Part> }) {
  const [part, setPart] = useState<ComponentType<PartProps> | "failed" | null>(null);
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    let isWanted = true;
    setPart(null);
    fetched().then((one) => { if (isWanted) setPart(() => one.default); }, () => { if (isWanted) setPart("failed"); });
    return () => { isWanted = false; };
  }, [fetched, attempt]);
  const language = state.language.value;
  if (part === null) return <p class="quiet waiting" aria-busy="true">{word("loadingPart", language)}</p>;
  if (part === "failed") return <Failed what={word("partFailed", language)} why="" retry={() => setAttempt(attempt + 1)} />;
  const Shown = part;
  return <Shown city={city} reload={reload} />;
}
