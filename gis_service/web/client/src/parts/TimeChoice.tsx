/** Of which day the layers are shown: now, the last day of a phase or of former units, or any other. */

import { word, type Word } from "../language";
import type { City } from "../page";
import * as state from "../state";
import { dayIn, phaseDays, vintageDays, vintageOn, type NamedDay } from "../when";
import { DateField } from "./DateField";

const NOW = "now";
const OTHER = "other";

function Group({ title, days }: { readonly title: Word; readonly days: readonly NamedDay[] }) {
  if (days.length === 0) return null;
  return (
    <optgroup label={word(title, state.language.value)}>
      {days.map(({ day, name }) => <option key={day} value={day}>{name}</option>)}
    </optgroup>
  );
}

export function TimeChoice({ city }: { readonly city: City }) {
  const language = state.language.value;
  const day = state.day.value;
  const [phases, units] = [phaseDays(city, language), vintageDays(city, language)];
  const isNamed = [...phases, ...units].some((one) => one.day === day);
  return (
    <fieldset class="time">
      <legend>{word("time", language)}</legend>
      <label class="chip">
        <span>{word("timeOf", language)}</span>
        <select name="time" value={day === null ? NOW : isNamed ? day : OTHER}
          onChange={(event) => { if (event.currentTarget.value !== OTHER) state.showDay(dayIn(event.currentTarget.value)); }}>
          <option value={NOW}>{word("timeNow", language)}</option>
          <Group title="timePhases" days={phases} />
          <Group title="timeUnits" days={units} />
          {day !== null && !isNamed && <option value={OTHER}>{word("timeOther", language)}</option>}
        </select>
      </label>
      <div class="chip">
        <label for="time-day"><span>{word("timeDay", language)}</span></label>
        <DateField id="time-day" name="day" value={day ?? state.today} language={language} required
          change={(value) => { const chosen = dayIn(value); if (chosen !== null) state.showDay(chosen); }} />
      </div>
      {day !== null && vintageOn(day, city) === null && <p class="quiet" role="status">{word("timeNoUnits", language)}</p>}
    </fieldset>
  );
}
