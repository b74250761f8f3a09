/** Budgets as somebody types them, and what is asked of the service with them. */

import type { Language } from "../language";
import type { Roadmap } from "./document";

const BILLION = 1000;
export const MOST_CUT = 90;

/** Phases that money can still be given to: those that have not ended on the day of the plan. */
export function openPhases({ phases, parameters }: Roadmap): Roadmap["phases"] {
  return phases.filter(({ to }) => to > parameters.day);
}

export function hasBudgets({ parameters }: Roadmap): boolean {
  return parameters.phases.some(({ budget_million_vnd }) => budget_million_vnd !== null);
}

/** What a field holds at first, in billions: the budget that was told; where none is told at all, what the plan costs. */
export function firstText(roadmap: Roadmap, phase: string, language: Language): string {
  const told = roadmap.parameters.phases.find(({ id }) => id === phase)?.budget_million_vnd ?? null;
  const cost = roadmap.phases.find(({ id }) => id === phase)?.cost_million_vnd ?? 0;
  const million = hasBudgets(roadmap) ? told : cost;
  if (million === null) return "";
  const text = String(Math.round(million) / BILLION);
  return language === "vi" ? text.replace(".", ",") : text;
}

/** Million dong of a field in billions; null for an empty one, "wrong" for what is no amount. */
export function millionIn(text: string, language: Language): number | null | "wrong" {
  const bare = text.replaceAll(/\s/g, "");
  if (bare === "") return null;
  const plain = language === "vi" ? bare.replaceAll(".", "").replace(",", ".") : bare.replaceAll(",", "");
  if (!/^\d+(\.\d+)?$/.test(plain)) return "wrong";
  return Math.round(Number(plain) * BILLION * 1000) / 1000;
}

/** What was asked before, to be computed of the data as they are now. */
export function sameAgain({ parameters, services }: Pick<Roadmap, "parameters" | "services">): Readonly<Record<string, unknown>> {
  const standards = Object.fromEntries(services.flatMap(({ id, standard }) => (standard === null ? [] : [[id, standard]])));
  const { phases, carry_over, cut } = parameters;
  return { phases, standards, carry_over, ...(cut !== null && cut > 0 ? { cut } : {}) };
}

/**
 * What is asked with these fields: the programme as it was asked before, with this money; null while a field is wrong.
 *
 * An empty field is no limit. `cut` is in per cent, 0 for none.
 */
export function inputsOf(
  { parameters, services }: Pick<Roadmap, "parameters" | "services">, texts: Readonly<Record<string, string>>, cut: number, language: Language,
): Readonly<Record<string, unknown>> | null {
  const millions = Object.entries(texts).map(([phase, text]) => [phase, millionIn(text, language)] as const);
  if (millions.some(([, million]) => million === "wrong")) return null;
  const typed = new Map(millions);
  const phases = parameters.phases.map((phase) => {
    const million = typed.get(phase.id);
    return typeof million === "number" || million === null ? { ...phase, budget_million_vnd: million } : phase;
  });
  return sameAgain({ services, parameters: { ...parameters, phases, cut } });
}
