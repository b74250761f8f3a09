/** What the colours of a layer of cells mean, in numbers. */

import type { Language } from "../language";
import { stepText, stripOf, type RasterLegend } from "../raster";

/** Classes that are named one by one; more would fill the screen. */
const MOST_CLASSES = 12;

function Classes({ legend, language }: Props) {
  const shown = legend.steps.slice(0, MOST_CLASSES);
  return (
    <ul class="raster-classes">
      {shown.map(({ value, colour }) => (
        <li key={value}><i class="patch" style={{ background: colour }} />{stepText(value, legend.steps, language)}</li>
      ))}
      {legend.steps.length > shown.length && <li>…</li>}
    </ul>
  );
}

interface Props {
  readonly legend: RasterLegend;
  readonly language: Language;
}

export function RasterScale({ legend, language }: Props) {
  const { steps } = legend;
  if (steps.length === 0) return null;
  if (legend.classes) return <Classes legend={legend} language={language} />;
  const shown = [steps[0], steps[Math.floor(steps.length / 2)], steps.at(-1)].flatMap((step) => step ?? []);
  return (
    <div class="raster-scale">
      <i style={{ background: stripOf(steps) }} />
      <p>
        {shown.map(({ value }, place) => (
          <span key={value}>
            {stepText(value, steps, language)}{place === shown.length - 1 && legend.unit ? ` ${legend.unit}` : ""}
          </span>
        ))}
      </p>
    </div>
  );
}
