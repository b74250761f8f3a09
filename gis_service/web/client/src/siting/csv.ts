/** The sites of a plan as a file, each row with what was asked and how good the plan is. */

import { fileOf, type Cell } from "../csv";
import { drawnShare, takenOver, type PlanStudy, type Site } from "./plan";

const COLUMNS = ["order", "id", "name", "commune", "lon", "lat", "gain", "taken_over", "cost", "source", "chosen_share"] as const;

/** What is the same for all sites, so that rows of two plans may be put together. */
function planOf({ id, plan, parameters: { after }, generated_data: generated }: PlanStudy): readonly (readonly [string, Cell])[] {
  return [
    ["model", plan.model], ["objective", plan.objective], ["bound", plan.bound], ["gap", plan.gap], ["status", plan.status],
    ["service", after.service], ["standard", after.standard], ["measure", after.measure], ["mode", after.mode], ["limit", after.limit],
    ["vintage", after.vintage], ["study", id], ["generated_data", String(generated)],
  ];
}

function rowOf(study: PlanStudy, site: Site): readonly Cell[] {
  const values = { ...site, taken_over: takenOver(study, site), chosen_share: drawnShare(study.plan, site.id) };
  return COLUMNS.map((column) => values[column]);
}

export function sitesCsv(study: PlanStudy): string {
  const same = planOf(study);
  return fileOf([...COLUMNS, ...same.map(([name]) => name)], study.plan.sites.map((site) => [...rowOf(study, site), ...same.map(([, value]) => value)]));
}

export function sitesCsvName(study: PlanStudy): string {
  return `${[study.id, study.generated_data ? "generated_data" : ""].filter(Boolean).join("-")}.csv`;
}
