/** A field for a day, written as the language of the page writes it; the browser's own picker opens beside it. */

import { useLayoutEffect, useRef, useState } from "preact/hooks";

import { dayFault, daysLater, dayTyped, FAULTS, isWhole } from "../dates";
import { dateText, word, type Language } from "../language";
import * as state from "../state";
import { dayIn } from "../when";
import "./dateField.css";
import { CalendarIcon } from "./icons";

const STEPS: Readonly<Record<string, number>> = { ArrowUp: 1, ArrowDown: -1 };

interface Props {
  readonly id: string;
  readonly name?: string;
  /** An ISO day, empty for none; what was typed and is no day may come back as it was. */
  readonly value: string;
  readonly language: Language;
  readonly required: boolean;
  /** The day that was chosen, empty for none; what is no day comes as it was typed. */
  readonly change: (value: string) => void;
}

/** The browser's own field, out of sight: it lends its picker and says nothing. */
function Picker({ day, language, choose }: { readonly day: string; readonly language: Language; readonly choose: (day: string) => void }) {
  const native = useRef<HTMLInputElement>(null);
  return (
    <span class="date-pick">
      <button type="button" aria-label={word("datePick", language)} title={word("datePick", language)} onClick={() => native.current?.showPicker()}>
        <CalendarIcon />
      </button>
      <input ref={native} type="date" value={day} tabIndex={-1} aria-hidden="true" onChange={(event) => choose(event.currentTarget.value)} />
    </span>
  );
}

export function DateField({ id, name, value, language, required, change }: Props) {
  // What is being typed counts when the field is left; what is wrong then stays, to be mended.
  const [typed, setTyped] = useState<string | null>(null);
  const [isLeft, setLeft] = useState(true);
  useLayoutEffect(() => setTyped(null), [value]);
  const text = typed ?? dateText(value, language);
  // What came back as no day is none in the other language either.
  const isRefused = typed === null && value !== "" && dayIn(value) === null;
  const fault = isRefused ? "wrong" : isLeft || isWhole(text) ? dayFault(text, language, required) : null;
  const leave = (): void => {
    setLeft(true);
    if (typed === null) return;
    const chosen = dayTyped(typed, language);
    if (chosen !== null) setTyped(null);
    change(chosen ?? typed.trim());
  };
  const choose = (day: string): void => {
    setTyped(null);
    change(day);
  };
  const step = (event: KeyboardEvent): void => {
    const days = STEPS[event.key];
    if (days === undefined) return;
    event.preventDefault();
    setTyped(dateText(daysLater(dayTyped(text, language) ?? state.today, days), language));
  };
  return (
    <>
      <span class="date-field">
        <input type="text" id={id} name={name} value={text} size={11} autocomplete="off" placeholder={word("dateHint", language)}
          required={required} aria-invalid={fault !== null} aria-describedby={fault === null ? undefined : `${id}-fault`}
          onInput={(event) => { setTyped(event.currentTarget.value); if (fault === null) setLeft(false); }} onBlur={leave}
          onKeyDown={(event) => { if (event.key === "Enter") leave(); else step(event); }} />
        <Picker day={fault === null ? dayIn(value) ?? "" : ""} language={language} choose={choose} />
      </span>
      {fault !== null && <small class="wrong" role="alert" id={`${id}-fault`}>{FAULTS[fault][language]}</small>}
    </>
  );
}
