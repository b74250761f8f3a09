/** The controls of the question: a label beside the browser's own list or number. */

import type { ComponentChildren } from "preact";

import { NumberInput } from "../parts/NumberInput";

interface ChoiceProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly children: ComponentChildren;
}

export function Choice({ label, value, onChange, children }: ChoiceProps) {
  return (
    <label class="chip">
      <span>{label}</span>
      <select value={value} onChange={(event) => onChange(event.currentTarget.value)}>{children}</select>
    </label>
  );
}

interface NumberProps {
  readonly label: string;
  /** What it is called by those who hear the page, where the label is short. */
  readonly spoken?: string;
  readonly value: number | null;
  readonly least: number;
  readonly most: number;
  /** Null for an empty field. */
  readonly onChange: (value: number | null) => void;
}

/** A whole number; one out of its range is not taken over, and the browser says why. */
export function Whole({ label, spoken, value, least, most, onChange }: NumberProps) {
  const take = (field: HTMLInputElement): boolean => {
    const isGood = field.reportValidity();
    if (isGood) onChange(field.value === "" ? null : field.valueAsNumber);
    return isGood;
  };
  return (
    <label class="chip">
      <span>{label}</span>
      <NumberInput value={value} least={least} most={most} step={1} spoken={spoken} take={take} />
    </label>
  );
}
