/** The question as a row of choices that read like a sentence: service, way of going, people, units. */

import type { ComponentChildren } from "preact";

import { inSentence, MODES } from "../answer";
import { distanceText, minutesText, word, type Language, type Text } from "../language";
import type { City, Standard } from "../page";
import type { StateChoice } from "../facilities";
import { EVERYBODY, isTime, modesOf, standardsOf, withMode, withService, withStandard, type Question } from "../question";
import * as state from "../state";
import { validityText, vintageText } from "../vintages";
import { choiceText } from "./StateSwitch";

const MODE_NAMES: Readonly<Record<string, Text>> = {
  walk: { vi: "Đi bộ", en: "On foot" },
  bicycle: { vi: "Xe đạp", en: "Bicycle" },
  motorbike: { vi: "Xe máy", en: "Motorbike" },
  car: { vi: "Ô tô", en: "Car" },
};

interface ChipProps {
  readonly label: string;
  readonly value: string;
  /** More about what is chosen, for those who stay on it. */
  readonly title?: string | undefined;
  readonly onChange: (value: string) => void;
  readonly children: ComponentChildren;
}

/** A browser's own list of choices: it works by keyboard, by thumb and with a screen reader. */
function Chip({ label, value, title, onChange, children }: ChipProps) {
  return (
    <label class="chip" title={title}>
      <span>{label}</span>
      <select value={value} onChange={(event) => onChange(event.currentTarget.value)}>{children}</select>
    </label>
  );
}

function limitText({ measure, limit }: Standard | Question, language: Language): string {
  return isTime(measure) ? minutesText(limit, language) : distanceText(limit, language);
}

/** Part of a standard's title after the service's name: "bán kính 3 km". */
function ruleText(standard: Standard, language: Language): string {
  const title = standard.title[language];
  const rule = title.split(/:\s+/).slice(1).join(": ");
  return rule || `${inSentence(title)} ${limitText(standard, language)}`;
}

/** The question in short: service, limit, way of going, people, units, state. */
export function questionText(question: Question, choices: readonly StateChoice[], city: City, language: Language): string {
  const titled = (list: readonly { readonly id: string; readonly title: Text }[], id: string): string =>
    list.find((one) => one.id === id)?.title[language] ?? id;
  const vintage = city.vintages.find(({ id }) => id === question.vintage);
  const choice = choices.find(({ state: one }) => one === question.state);
  const mode = MODES[question.mode ?? ""]?.[language];
  return [
    titled(city.services, question.service),
    [limitText(question, language), mode].filter(Boolean).join(" "),
    inSentence(question.group === EVERYBODY ? word("everybody", language) : titled(city.groups, question.group)),
    ...(vintage ? [vintageText(vintage, city, language)] : []),
    ...(choice ? [choiceText(choice, language)] : []),
  ].join(", ");
}

/** The choice that stands for the question: a mode for a time, else the standard it follows. */
function wayOf(question: Question): string {
  return isTime(question.measure) && question.mode !== null ? `mode:${question.mode}` : `standard:${question.standard}`;
}

function WayChip({ city, question, language }: { readonly city: City; readonly question: Question; readonly language: Language }) {
  const choose = (value: string): void => {
    const [kind, id = ""] = value.split(":");
    const standard = city.standards.find((one) => one.id === id);
    if (kind === "mode") state.ask(withMode(question, id, city));
    else if (standard) state.ask({ ...withStandard(question, standard), group: question.group });
  };
  const modes = city.counts["roads"] === 0 ? [] : modesOf(city, question.service);
  const others = standardsOf(city, question.service).filter((one) => !isTime(one.measure));
  return (
    <Chip label={word("askMode", language)} value={wayOf(question)} onChange={choose}>
      {modes.length > 0 && (
        <optgroup label={word("byTime", language)}>
          {modes.map((mode) => (
            <option key={mode} value={`mode:${mode}`}>{MODE_NAMES[mode]?.[language] ?? MODES[mode]?.[language] ?? mode}</option>
          ))}
        </optgroup>
      )}
      {others.length > 0 && (
        <optgroup label={word("byStandard", language)}>
          {others.map((one) => <option key={one.id} value={`standard:${one.id}`}>{ruleText(one, language)}</option>)}
        </optgroup>
      )}
    </Chip>
  );
}

export function QuestionPart({ city }: { readonly city: City }) {
  const language = state.language.value;
  const question = state.question.value;
  if (!question) return null;
  const chosen = city.vintages.find(({ id }) => id === question.vintage);
  const services = city.services.filter(({ id }) => city.counts[id] !== 0 || id === question.service);
  return (
    <form class="question" aria-label={word("question", language)} onSubmit={(event) => event.preventDefault()}>
      <Chip label={word("askService", language)} value={question.service}
        onChange={(service) => state.ask(withService(question, service, city))}>
        {services.map(({ id, title }) => <option key={id} value={id}>{title[language]}</option>)}
      </Chip>
      <WayChip city={city} question={question} language={language} />
      <Chip label={word("askGroup", language)} value={question.group} onChange={(group) => state.ask({ group })}>
        <option value={EVERYBODY}>{word("everybody", language)}</option>
        {city.groups.map(({ id, title }) => <option key={id} value={id}>{title[language]}</option>)}
      </Chip>
      <Chip label={word("askUnits", language)} title={chosen && validityText(chosen, language)} value={question.vintage} onChange={(vintage) => state.ask({ vintage })}>
        {city.vintages.map((one) => (
          <option key={one.id} value={one.id} title={validityText(one, language)}>{vintageText(one, city, language)}</option>
        ))}
      </Chip>
    </form>
  );
}
