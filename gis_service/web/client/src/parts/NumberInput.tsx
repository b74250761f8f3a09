/** A field for a number: what somebody types stays, whatever is drawn anew around it meanwhile, until it is taken over. */

import { useEffect, useState } from "preact/hooks";

interface Props {
  readonly value: number | null;
  readonly least: number;
  readonly most?: number | undefined;
  readonly step: number;
  /** Shown in an empty field. */
  readonly placeholder?: string | undefined;
  /** What it is called by those who hear the page, where no label says it. */
  readonly spoken?: string | undefined;
  readonly isWrong?: boolean | undefined;
  /** Takes over what was typed and tells whether it could; if not, it stays to be mended. */
  readonly take: (field: HTMLInputElement) => boolean;
}

export function NumberInput({ value, least, most, step, placeholder, spoken, isWrong, take }: Props) {
  const [typed, setTyped] = useState<string | null>(null);
  useEffect(() => setTyped(null), [value]);
  return (
    <input type="number" inputMode={step < 1 ? "decimal" : "numeric"} min={least} max={most} step={step} placeholder={placeholder}
      aria-label={spoken} aria-invalid={isWrong} value={typed ?? value ?? ""}
      onInput={(event) => setTyped(event.currentTarget.value)}
      onChange={(event) => { if (take(event.currentTarget)) setTyped(null); }} />
  );
}
