/** What the colours and dots mean, in numbers; on the map, and on a phone in the sheet. */

import { Fragment } from "preact";

import { sizeAt } from "../cells";
import * as counting from "../counting";
import { distanceText, numberText, word, type Language } from "../language";
import { canClose, type Layer } from "../layers";
import { STEPS, stepOf, UNCHANGED } from "../changes";
import { closedLook } from "../legend";
import { classOf, countsOf, HIDDEN, isHidden, NO_SHARE, RAMP, stepText } from "../ramp";
import * as state from "../state";
import { changedUnits } from "../trying";
import { BASE_LEVEL, ofLevel, unitCount } from "../vintages";
import { legendRows, lentLegend } from "../map/lent";
import { pointsOf } from "../whatIf";
import { rowsText } from "../when";
import { RasterScale } from "./RasterScale";
import { Swatch } from "./Swatch";

function unitsText(count: number, language: Language): string {
  return unitCount(count, state.vintage.value?.level ?? BASE_LEVEL, language);
}

/** As many units stand on a step; a long noun has no room there, and the title has said it. */
function onStep(count: number, language: Language) {
  const [number, noun] = unitsText(count, language).split(" ");
  return language === "vi" ? `${number} ${noun}` : <>{number}<span class="spoken"> {noun}</span></>;
}

/** The steps of the ramp: what each means, how many units stand on it once that is known; a press leaves only those. */
function Ramp({ language }: { readonly language: Language }) {
  const zones = counting.zones.value;
  const level = state.vintage.value?.level;
  const counts = state.answer.value ? countsOf(zones) : [];
  const only = state.onlyClass.value;
  const hidden = zones.filter(isHidden).length;
  const empty = zones.filter((zone) => classOf(zone.share) === null).length - hidden;
  return (
    <div class="legend-units">
      <p class="legend-title">{word(ofLevel("coverageLegend", level), language)}</p>
      <div class="ramp" role="group" aria-label={word(ofLevel("unitsIn", level), language)}>
        {RAMP.map((step, index) => (
          <button key={step.from} type="button" aria-pressed={only === index} title={word(ofLevel("unitsIn", level), language)}
            onClick={() => { state.onlyClass.value = only === index ? null : index; }}>
            <i style={{ background: step.colour }} />
            <span>{stepText(index, language)}</span>
            <small>{counts[index] === undefined ? "–" : onStep(counts[index], language)}</small>
          </button>
        ))}
      </div>
      {hidden > 0 && <p class="legend-row"><i class="patch" style={{ background: HIDDEN }} />{word("hiddenFigure", language)}: {unitsText(hidden, language)}</p>}
      {empty > 0 && <p class="legend-row"><i class="patch" style={{ background: NO_SHARE }} />{word("noPeople", language)}: {unitsText(empty, language)}</p>}
    </div>
  );
}

/** The steps of a difference, with how many units stand on each. */
function ChangeRamp({ language }: { readonly language: Language }) {
  const points = (changedUnits() ?? []).map(pointsOf);
  return (
    <div class="legend-units">
      <p class="legend-title">{word("changeLegend", language)}</p>
      <div class="ramp">
        {STEPS.map((step, index) => (
          <p key={step.colour}>
            <i style={{ background: step.colour }} />
            <span>{step.text}</span>
            {index !== UNCHANGED && <small>{onStep(points.filter((one) => one !== null && stepOf(one) === index).length, language)}</small>}
          </p>
        ))}
      </div>
      {points.includes(null) && <p class="legend-row"><i class="patch" style={{ background: HIDDEN }} />{word("hiddenFigure", language)}: {unitsText(points.filter((one) => one === null).length, language)}</p>}
    </div>
  );
}

function OutsideRow({ language }: { readonly language: Language }) {
  const cells = state.cells.value;
  if (!cells || cells.features.length === 0) return null;
  const size = distanceText(sizeAt(state.zoom.value, cells.size_m ?? 0), language);
  // Cells count everybody, also beside an answer for one age group.
  const kind = state.group.value === "all" ? "outsideCells" : "outsideAllAges";
  const text = cells.detail === "points" ? word("outsideHomes", language) : `${word(kind, language)} ${size}`;
  return <li><i class="dot outside-dot" />{text}</li>;
}

function Places({ language }: { readonly language: Language }) {
  const service = state.city.value?.services.find((one) => one.id === state.told.value?.service);
  const hasFormer = state.choicesTold.value.length > 0 && state.told.value?.state !== "before";
  return (
    <>
      <li><i class="dot place-dot" />{service?.title[language]}</li>
      {state.told.value?.state === "branches" && <li><i class="dot branch-dot" />{word("branch", language)}</li>}
      {hasFormer && <li><i class="dot former-dot" />{word("formerPlace", language)}</li>}
    </>
  );
}

function ScaleRow({ layer, language }: { readonly layer: string; readonly language: Language }) {
  const legend = state.rasterLegends.value.get(layer);
  return legend ? <li class="raster-row"><RasterScale legend={legend} language={language} /></li> : null;
}

function LayerRows({ language }: { readonly language: Language }) {
  const city = state.city.value;
  const rowsOf = (layer: Layer): string | null => (city ? rowsText(layer, state.day.value, city, language) : null);
  return (
    <>
      {state.shownLayers.value.map((layer) => (
        <Fragment key={layer.id}>
          <li>
            <Swatch look={layer.look} />{[layer.title, rowsOf(layer)].filter(Boolean).join(", ")}
            {layer.count !== null && rowsOf(layer) === null && <small class="legend-count">{numberText(layer.count, language)}</small>}
          </li>
          <ScaleRow layer={layer.id} language={language} />
          {canClose(layer) && rowsOf(layer) === null && <li><Swatch look={closedLook(layer.look)} />{layer.title}, {word("closed", language)}</li>}
        </Fragment>
      ))}
    </>
  );
}

export function Legend() {
  const language = state.language.value;
  // Drawn before the answer too, so that the map need not give way to it later; without an answer it would mean nothing.
  const isCoverage = state.view.value === "coverage" && state.told.value !== null && (state.answer.value !== null || state.unanswered.value === null);
  const isChange = changedUnits() !== null;
  const [Rows, Lent] = [legendRows.value, lentLegend.value];
  if (!isCoverage && !isChange && Rows === null && Lent === null && state.shownLayers.value.length === 0) return null;
  return (
    <aside class="legend" aria-label={word("legend", language)}>
      {isCoverage && <Ramp language={language} />}
      {isChange && <ChangeRamp language={language} />}
      {Lent && <Lent />}
      <ul>
        {(isCoverage || (Rows !== null && !isChange)) && <OutsideRow language={language} />}
        {(isCoverage || Rows !== null) && <Places language={language} />}
        {Rows && <Rows />}
        <LayerRows language={language} />
      </ul>
    </aside>
  );
}
