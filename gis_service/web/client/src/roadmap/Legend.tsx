/** What colours and marks of the roadmap mean, with how many units and projects stand on each. */

import { numberText, word } from "../language";
import { BASE_LEVEL, unitCount } from "../vintages";
import { lentUnits } from "../map/lent";
import { classOf, countsOf, HIDDEN, isHidden, RAMP, stepText } from "../ramp";
import * as state from "../state";
import { MarkIcon } from "./MarkIcon";
import * as model from "./model";
import { isShown, standingOf, STANDINGS } from "./stops";
import { serviceName } from "./told";
import { say, STANDING_WORDS } from "./words";

function Ramp() {
  const language = state.language.value;
  const [units, city, service] = [lentUnits.value, state.city.value, model.service.value];
  if (!units || !city || service === null) return null;
  const counts = countsOf(units.zones);
  const hidden = units.zones.filter((zone) => classOf(zone.share) === null && isHidden(zone)).length;
  return (
    <div class="legend-units">
      <p class="legend-title">{serviceName(city, service, language)}: {say("legendUnits", language)}</p>
      <div class="ramp">
        {RAMP.map((step, index) => (
          <p key={step.from}><i style={{ background: step.colour }} /><span>{stepText(index, language)}</span><small>{numberText(counts[index] ?? 0, language)}</small></p>
        ))}
      </div>
      {hidden > 0 && <p class="legend-row"><i class="patch" style={{ background: HIDDEN }} />{word("hiddenFigure", language)}: {unitCount(hidden, units.vintage.level ?? BASE_LEVEL, language)}</p>}
    </div>
  );
}

export function RoadmapLegend() {
  const language = state.language.value;
  const [roadmap, stop] = [model.roadmap.value, model.stop.value];
  if (!roadmap || !stop) return null;
  const shown = roadmap.projects.filter((one) => isShown(one, stop, roadmap)).map((one) => standingOf(one, roadmap.parameters.day));
  const there = STANDINGS.filter((standing) => shown.includes(standing));
  return (
    <>
      <Ramp />
      {there.length > 0 && (
        <ul class="legend-projects" aria-label={say("legendProjects", language)}>
          {there.map((standing) => (
            <li key={standing}><MarkIcon standing={standing} />{STANDING_WORDS[standing]?.[language]}: {numberText(shown.filter((one) => one === standing).length, language)}</li>
          ))}
        </ul>
      )}
    </>
  );
}
