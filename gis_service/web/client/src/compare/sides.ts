/** What one side of a comparison answers, and how two of them differ. */

import { figuresOf, readCoverage, zonesOf, type Figures, type Zone } from "../answer";
import type { Edit } from "../edits";
import type { Facility } from "../facilities";
import type { Language } from "../language";
import { openedEdits } from "../opened";
import { readScenario } from "../scenarios";
import { changedZones, countsOf, readDifference, readScenarioDifference, type Counted, type Counts } from "../whatIf";
import { EDITS, TODAY, type Side } from "./asks";
import { COMPARE } from "./words";

/** One side as it is shown. */
export interface Shown {
  readonly side: Side;
  /** What a scenario is called; null for the others. */
  readonly title: string | null;
  readonly zones: readonly Zone[];
  readonly figures: Figures;
  readonly edits: readonly Edit[];
  /** Edits of a scenario that the map cannot draw. */
  readonly left: number;
  /** Who gains and who loses against today; null for today itself. */
  readonly difference: Counted | null;
}

export interface Asker {
  readonly service: string;
  /** Standards that the service may be judged by. */
  readonly standards: ReadonlySet<string>;
  readonly query: string;
  readonly group: string;
  readonly edits: readonly Edit[];
  readonly places: readonly Facility[];
  readonly language: Language;
}

/** Figures after edits, where those before are known. */
function afterwards<T extends Figures>(before: T, counts: Counts): T {
  const { total, after, share_after } = counts;
  return { ...before, total, covered: after, uncovered: total === null || after === null ? null : total - after, share: share_after };
}

async function ofEdits({ query, group, edits, language }: Asker, signal: AbortSignal): Promise<Shown> {
  const [study, difference] = await Promise.all([readCoverage(query, language, signal), readDifference(query, edits, language, signal)]);
  const changed = new Map(changedZones(difference, group).map((zone) => [zone.id, zone]));
  const zones = zonesOf(study, group).map((zone) => {
    const counts = changed.get(zone.id);
    return counts ? afterwards(zone, counts) : zone;
  });
  return { side: EDITS, title: null, zones, figures: afterwards(figuresOf(study, group), countsOf(difference, group)), edits, left: 0, difference };
}

async function ofScenario(id: string, asker: Asker, signal: AbortSignal): Promise<Shown> {
  const { query, group, places, language } = asker;
  const kept = await readScenario(id, language, signal);
  const { standard, service } = kept.inputs;
  if ((service !== undefined && service !== asker.service) || (standard !== undefined && !asker.standards.has(standard))) {
    throw new Error(`${COMPARE.ofOther[language]}: “${kept.title[language]}”.`);
  }
  const [study, difference] = await Promise.all([
    readCoverage(`${query}&scenario=${id}`, language, signal), readScenarioDifference(query, id, language, signal),
  ]);
  const shown = { zones: zonesOf(study, group), figures: figuresOf(study, group), difference };
  return { side: id, title: kept.title[language], ...shown, ...openedEdits(kept.edits, places) };
}

/** Compute what one side shows. */
export async function readSide(side: Side, asker: Asker, signal: AbortSignal): Promise<Shown> {
  if (side === EDITS && asker.edits.length > 0) return ofEdits(asker, signal);
  if (side !== TODAY && side !== EDITS) return ofScenario(side, asker, signal);
  const study = await readCoverage(asker.query, asker.language, signal);
  return { side, title: null, zones: zonesOf(study, asker.group), figures: figuresOf(study, asker.group), edits: [], left: 0, difference: null };
}

/** A unit on both sides: its shares, and by how many people more are within the standard on the right. */
export interface Row {
  readonly id: string;
  readonly name: string;
  readonly before: number | null;
  readonly after: number | null;
  readonly people: number | null;
  /** Who gains and who loses there, where people are told one by one. */
  readonly won?: number | null;
  readonly lost?: number | null;
}

export function netOf(before: Figures, after: Figures): number | null {
  return before.covered === null || after.covered === null ? null : after.covered - before.covered;
}

/** Units that differ, those that differ by most people first; hidden figures that differ nowhere to be seen are none. */
export function rowsOf(before: Shown, after: Shown): readonly Row[] {
  const had = new Map(before.zones.map((zone) => [zone.id, zone]));
  return after.zones.flatMap((zone): readonly Row[] => {
    const was = had.get(zone.id);
    if (!was || (was.covered === zone.covered && was.share === zone.share)) return [];
    return [{ id: zone.id, name: zone.name, before: was.share, after: zone.share, people: netOf(was, zone) }];
  }).toSorted((a, b) => Math.abs(b.people ?? 0) - Math.abs(a.people ?? 0) || (a.id < b.id ? -1 : 1));
}

/** The same where it is told who gains and who loses. */
export function rowsOfCounted(counted: Counted, group: string): readonly Row[] {
  return changedZones(counted, group).map(({ id, name, share_before, share_after, before, after, won, lost }) => ({
    id, name, before: share_before, after: share_after, people: before === null || after === null ? null : after - before, won, lost,
  }));
}

/** By how many percentage points a unit differs; null where that may not be shown. */
export function pointsOf({ before, after }: Row): number | null {
  return before === null || after === null ? null : (after - before) * 100;
}
