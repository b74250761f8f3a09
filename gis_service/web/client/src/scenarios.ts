/** Scenarios: edits that are kept under a name, and opened again to go on with. */

import { read, send } from "./api";
import { requestOf, type Edit } from "./edits";
import type { Language, Text } from "./language";
import type { Kept } from "./opened";
import { inputsOf } from "./whatIf";

/** One in the list of what the reader may open. */
export interface Scenario {
  readonly id: string;
  readonly title: Text;
  readonly count: number;
}

export interface KeptScenario extends Scenario {
  readonly inputs: { readonly standard?: string; readonly service?: string };
  readonly edits: readonly Kept[];
}

export async function readScenarios(language: Language, signal?: AbortSignal): Promise<readonly Scenario[]> {
  return (await read<{ readonly items: readonly Scenario[] }>("/scenarios?f=json&limit=100", language, signal)).items;
}

export async function readScenario(id: string, language: Language, signal?: AbortSignal): Promise<KeptScenario> {
  return read<KeptScenario>(`/scenarios/${id}?f=json`, language, signal);
}

/** Keep edits under a name, for oneself. */
export async function keepScenario(title: string, query: string, edits: readonly Edit[], language: Language): Promise<Scenario> {
  return send<Scenario>("/scenarios", { title, inputs: inputsOf(query), edits: requestOf(edits) }, language);
}
