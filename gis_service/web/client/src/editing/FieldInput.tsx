/** One field of the form, as its definition asks for it. */

import { useState } from "preact/hooks";

import type { Language } from "../language";
import { DateField } from "../parts/DateField";
import { choicesOf, faultOf, numberIn, type Field } from "./draft";
import { faultText, say } from "./words";

function shownText(value: unknown, language: Language): string {
  if (value === null || value === undefined) return "";
  if (typeof value !== "number") return String(value);
  return language === "vi" ? String(value).replace(".", ",") : String(value);
}

function choiceText(field: Field, value: string | number, language: Language): string {
  if (field.values === undefined || Array.isArray(field.values)) return String(value);
  return (field.values as Readonly<Record<string, { readonly vi: string; readonly en: string }>>)[String(value)]?.[language] ?? String(value);
}

interface Props {
  readonly field: Field;
  readonly value: unknown;
  readonly language: Language;
  readonly change: (value: unknown) => void;
}

interface InputProps extends Props {
  readonly id: string;
  readonly isWrong: boolean;
}

function Choice({ field, value, language, change, id, isWrong }: InputProps) {
  const choices: readonly (string | number | boolean)[] = field.type === "boolean" ? [true, false] : choicesOf(field) ?? [];
  const told = (one: string | number | boolean): string =>
    (typeof one === "boolean" ? say(one ? "yes" : "no", language) : choiceText(field, one, language));
  return (
    <select id={id} aria-invalid={isWrong} required={field.required} value={String(value ?? "")}
      onChange={(event) => change(choices.find((one) => String(one) === event.currentTarget.value) ?? null)}>
      <option value="">{say("empty", language)}</option>
      {choices.map((one) => <option key={String(one)} value={String(one)}>{told(one)}</option>)}
    </select>
  );
}

function Typed({ field, value, language, change, id, isWrong }: InputProps) {
  // What is being typed stays as it is; it counts when the field is left, so that one undo takes back one value.
  const [text, setText] = useState<string | null>(null);
  const isNumber = field.type === "number" || field.type === "integer";
  const read = (typed: string): unknown => (isNumber ? numberIn(typed, language) : typed === "" ? null : typed);
  const shared = { id, "aria-invalid": isWrong, "aria-describedby": isWrong ? `${id}-fault` : undefined, required: field.required === true };
  const leave = (): void => {
    if (text !== null) change(read(text));
    setText(null);
  };
  const shown = text ?? shownText(value, language);
  if (field.type === "date") {
    return <DateField id={id} value={String(value ?? "")} language={language} required={field.required === true} change={(day) => change(day === "" ? null : day)} />;
  }
  return (
    <input type="text" {...shared} inputMode={isNumber ? "decimal" : "text"} value={shown}
      onInput={(event) => setText(event.currentTarget.value)} onBlur={leave}
      onKeyDown={(event) => { if (event.key === "Enter") leave(); }} />
  );
}

export function FieldInput(props: Props) {
  const { field, value, language } = props;
  const id = `field-${field.name}`;
  const fault = faultOf(field, value);
  // A day tells by itself what is wrong with it, while it is typed.
  const told = fault === "date" || field.type === "date" ? null : fault;
  const isList = field.type === "boolean" || field.values !== undefined;
  return (
    <div class="edit-field">
      <label for={id}>
        {field.label[language]}{field.unit === undefined ? "" : ` (${field.unit})`}
        {field.required && <small> · {say("required", language)}</small>}
      </label>
      {isList ? <Choice {...props} id={id} isWrong={fault !== null} /> : <Typed {...props} id={id} isWrong={fault !== null} />}
      {told !== null && <small class="wrong" id={`${id}-fault`}>{faultText(told, language)}</small>}
    </div>
  );
}
