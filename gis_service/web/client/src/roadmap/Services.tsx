/** What has become of each service at the stop; the chosen one colours the map. */

import { useState } from "preact/hooks";

import { numberText, shareText, type Language } from "../language";
import type { City } from "../page";
import type { Roadmap, Service } from "./document";
import * as model from "./model";
import { coverAt, type Stop } from "./stops";
import { ruleText, serviceName } from "./told";
import { say } from "./words";

const ROWS = 4;

/** People more than before the programme; null where it may not be told. */
export function gainedBy(roadmap: Roadmap, service: Service, stop: Stop): number | null {
  const [from, to] = [service.before.covered, coverAt(roadmap, service.id, stop)?.covered ?? null];
  return from === null || to === null ? null : Math.round(to - from);
}

export function signed(count: number | null, language: Language): string {
  if (count === null) return "–";
  return count === 0 ? "0" : `${count > 0 ? "+" : "−"}${numberText(Math.abs(count), language)}`;
}

/** Those that change most over the whole programme first, so that rows keep their places from stop to stop. */
function ordered(roadmap: Roadmap): readonly Service[] {
  const change = (one: Service): number => {
    const last = roadmap.phases.at(-1)?.services[one.id]?.covered;
    return one.before.covered === null || last === null || last === undefined ? -1 : Math.abs(last - one.before.covered);
  };
  return roadmap.services.toSorted((a, b) => change(b) - change(a));
}

interface Props {
  readonly city: City;
  readonly roadmap: Roadmap;
  readonly stop: Stop;
  readonly language: Language;
}

function Row({ city, roadmap, stop, language, service }: Props & { readonly service: Service }) {
  const isChosen = service.id === model.service.value;
  const share = coverAt(roadmap, service.id, stop)?.share ?? null;
  const gained = gainedBy(roadmap, service, stop);
  return (
    <tr class={isChosen ? "chosen" : undefined}>
      <th scope="row">
        <button type="button" class="link" aria-pressed={isChosen} onClick={() => model.change({ service: service.id })}>{serviceName(city, service.id, language)}</button>
        {isChosen && <small>{ruleText(service, language)}</small>}
      </th>
      <td class="figure">{share === null ? "–" : shareText(share, language)}</td>
      <td class={gained !== null && gained < 0 ? "figure loss" : "figure"}>{signed(gained, language)}</td>
    </tr>
  );
}

export function Services(props: Props) {
  const { roadmap, language } = props;
  const [all, setAll] = useState(false);
  const rows = ordered(roadmap);
  if (rows.length === 0) return null;
  const first = rows.slice(0, ROWS);
  const chosen = rows.find(({ id }) => id === model.service.value);
  const few = chosen && !first.includes(chosen) ? [...first.slice(0, -1), chosen] : first;
  return (
    <section class="units" aria-label={say("services", language)}>
      <table class="zones">
        <thead>
          <tr>
            <th scope="col">{say("service", language)}</th>
            <th scope="col" class="figure">{say("withinThen", language)}</th>
            <th scope="col" class="figure">{say("moreThan", language)}</th>
          </tr>
        </thead>
        <tbody>{(all ? rows : few).map((service) => <Row key={service.id} {...props} service={service} />)}</tbody>
      </table>
      {rows.length > ROWS && (
        <div class="table-tools"><button type="button" class="plain" onClick={() => setAll(!all)}>
          {all ? say("showFew", language) : `${say("showAll", language)} (${numberText(rows.length, language)})`}
        </button></div>
      )}
    </section>
  );
}
