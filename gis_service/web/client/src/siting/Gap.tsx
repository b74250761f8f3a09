/** The small chart of a search: the best plan so far and the bound, until they meet. */

import { numberText, shareText } from "../language";
import * as state from "../state";
import type { Model } from "./ask";
import { drawnOf, type Frame, type Mark } from "./history";
import { isMost, worthText } from "./plan";
import { WORDS } from "./words";

const FRAME: Frame = { width: 340, height: 84, top: 8, bottom: 8 };

interface Props {
  readonly marks: readonly Mark[];
  readonly model: Model;
  readonly unit: "s" | "m";
  readonly gap: number | null;
}

export function Gap({ marks, model, unit, gap }: Props) {
  const language = state.language.value;
  const last = marks.at(-1);
  if (last === undefined) return null;
  const drawn = drawnOf(marks, last.at, FRAME);
  const bound = worthText(last.bound, model, unit, language);
  const best = last.best === null ? "–" : worthText(last.best, model, unit, language);
  const share = gap === null ? "–" : shareText(gap, language);
  const told = `${WORDS.best[language]} ${best}, ${WORDS.bound[language]} ${bound}, ${WORDS.gap[language]} ${share}`;
  return (
    <figure class="gap">
      <figcaption class="gap-title">{WORDS.chart[language]}</figcaption>
      <svg viewBox={`0 0 ${FRAME.width} ${FRAME.height}`} role="img" aria-label={told}>
        {drawn && (
          <>
            <path class="between" d={drawn.between} />
            <path class="bound" d={drawn.bound} />
            <path class="best" d={drawn.best} />
            <circle class="bound-end" cx={drawn.end.x} cy={drawn.end.bound} r={3} />
            {drawn.end.best !== null && <circle class="best-end" cx={drawn.end.x} cy={drawn.end.best} r={3.5} />}
          </>
        )}
      </svg>
      <dl class={isMost(model) ? "gap-key" : "gap-key below"}>
        <div><dt><i class="bound" />{WORDS.bound[language]}</dt><dd>{bound}</dd></div>
        <div><dt><i class="best" />{WORDS.best[language]}</dt><dd>{best}</dd></div>
        <div><dt>{WORDS.gap[language]}</dt><dd>{share}</dd></div>
        <div><dt>{WORDS.time[language]}</dt><dd>{numberText(last.at, language, last.at < 10 ? 1 : 0)} s</dd></div>
      </dl>
    </figure>
  );
}
