/** What somebody else has changed meanwhile: chosen field by field, nothing is written over unseen. */

import type { Language } from "../language";
import type { Conflict, Field } from "./draft";
import { say } from "./words";

interface Props {
  readonly conflicts: readonly Conflict[];
  readonly others: readonly string[];
  readonly fields: readonly Field[];
  readonly values: Readonly<Record<string, unknown>>;
  readonly language: Language;
  readonly choose: (name: string, value: unknown) => void;
}

function text(value: unknown, language: Language): string {
  return value === null || value === undefined || value === "" ? say("empty", language) : String(value);
}

export function Merge({ conflicts, others, fields, values, language, choose }: Props) {
  const label = (name: string): string => fields.find((field) => field.name === name)?.label[language] ?? name;
  return (
    <div class="merge" role="alert">
      <p>{say(conflicts.length > 0 ? "conflict" : "overtaken", language)}</p>
      {conflicts.map(({ name, mine, theirs }) => (
        <fieldset key={name}>
          <legend>{label(name)}</legend>
          {([["theirs", theirs], ["mine", mine]] as const).map(([whose, value]) => (
            <label key={whose}>
              <input type="radio" name={`merge-${name}`} checked={(values[name] ?? null) === (value ?? null)} onChange={() => choose(name, value)} />
              {text(value, language)} <small>({say(whose, language)})</small>
            </label>
          ))}
        </fieldset>
      ))}
      {others.length > 0 && <p class="quiet">{say("changedByOthers", language)}: {others.map(label).join(", ")}.</p>}
    </div>
  );
}
