/** The controls of the question: a label beside the browser's own list or number. */

import type { ComponentChildren } from "preact";

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
  const take = (field: HTMLInputElement): void => {
    if (field.reportValidity()) onChange(field.value === "" ? null : field.valueAsNumber);
  };
  return (
    <label class="chip">
      <span>{label}</span>
      <input type="number" inputMode="numeric" aria-label={spoken} min={least} max={most} step={1} value={value ?? ""} onChange={(event) => take(event.currentTarget)} />
    </label>
  );
}
