/** The features of one layer as a table: what the map shows, for those who read or walk by keyboard. */

import type { Feature } from "geojson";
import { useEffect, useState } from "preact/hooks";

import { middleOf } from "../box";
import { nameOf, PAGE_SIZE, readPageOf, rowsOf } from "../features";
import { numberText, word, type Language } from "../language";
import { isDrawable, type Layer } from "../layers";
import * as state from "../state";
import { LOADING, type Loaded } from "../state";
import { rowsOn, rowsText } from "../when";
import { Failed } from "./Failed";

function useFirstPage(layer: string | undefined, rows: string | null, language: Language): [Loaded<readonly Feature[]>, () => void] {
  const [loaded, setLoaded] = useState<Loaded<readonly Feature[]>>(LOADING);
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    if (layer === undefined) return;
    const stop = new AbortController();
    setLoaded(LOADING);
    readPageOf(layer, rows, language, stop.signal)
      .then((page) => setLoaded({ state: "ready", value: page.features }))
      .catch((reason: unknown) => {
        if (!stop.signal.aborted) setLoaded({ state: "failed", reason: String((reason as Error).message) });
      });
    return () => stop.abort();
  }, [layer, rows, language, attempt]);
  return [loaded, () => setAttempt(attempt + 1)];
}

function choose(layer: Layer, feature: Feature): void {
  if (isDrawable(layer)) state.show(layer.id, true);
  state.choose({ feature: { layer: layer.id, fid: Number(feature.id), at: middleOf(feature.geometry) } });
}

function Line({ layer, feature, language }: { readonly layer: Layer; readonly feature: Feature; readonly language: Language }) {
  const properties = feature.properties ?? {};
  const name = nameOf(layer, feature.id ?? "", properties);
  const chosen = state.selection.value;
  return (
    <tr aria-selected={chosen?.layer === layer.id && chosen.fid === Number(feature.id)}>
      <th scope="row">
        <button type="button" class="link" title={word("showOnMap", language)} onClick={() => choose(layer, feature)}>{name}</button>
      </th>
      {rowsOf(layer, properties, language).map((row) => <td key={row.label}>{row.value}</td>)}
    </tr>
  );
}

/** How much of the layer the table holds: "50 / 242", or just the number when it is all there is; `part` says which rows. */
function captionOf(layer: Layer, rows: number, part: string | null, language: Language): string {
  const here = numberText(rows, language);
  if (part !== null) return `${rows < PAGE_SIZE ? here : `${word("firstRows", language)} ${here}`}, ${part}`;
  if (layer.count !== null) return `${here} / ${numberText(layer.count, language)}`;
  return rows < PAGE_SIZE ? here : `${word("firstRows", language)} ${here}`;
}

interface RowsProps {
  readonly layer: Layer;
  readonly features: readonly Feature[];
  readonly part: string | null;
  readonly language: Language;
}

function Rows({ layer, features, part, language }: RowsProps) {
  const columns = rowsOf(layer, features[0]?.properties ?? {}, language);
  return (
    <div class="scroll" role="region" aria-label={layer.title} tabIndex={0}>
      <table class="features">
        <caption>
          {layer.title}: {captionOf(layer, features.length, part, language)}
        </caption>
        <thead>
          <tr>
            <th scope="col">{word("feature", language)}</th>
            {columns.map((column) => <th key={column.label} scope="col">{column.label}</th>)}
          </tr>
        </thead>
        <tbody>{features.map((feature) => <Line key={feature.id} layer={layer} feature={feature} language={language} />)}</tbody>
      </table>
    </div>
  );
}

export function FeatureTable({ retryLayers }: { readonly retryLayers: () => void }) {
  const language = state.language.value;
  const list = state.layers.value;
  // A layer of cells has no features.
  const layers = state.readyLayers.value.filter((layer) => !layer.isEmpty && layer.look.kind !== "raster");
  const [wanted, setWanted] = useState<string | null>(null);
  const layer = layers.find((one) => one.id === (wanted ?? state.selection.value?.layer)) ?? layers[0];
  const city = state.city.value;
  const rows = layer && city ? rowsOn(layer, state.day.value, city) : null;
  const part = layer && city ? rowsText(layer, state.day.value, city, language) : null;
  const [loaded, retry] = useFirstPage(layer?.id, rows, language);
  if (list.state === "loading") return <p class="quiet" aria-busy="true">{word("loadingLayers", language)}</p>;
  if (list.state === "failed") return <Failed what={word("layersFailed", language)} why={list.reason} retry={retryLayers} />;
  if (!layer) return <p class="quiet">{word("noLayers", language)}</p>;
  return (
    <section class="table" aria-label={word("table", language)}>
      <label class="choice">
        {word("layerOfTable", language)}
        <select value={layer.id} onChange={(event) => setWanted(event.currentTarget.value)}>
          {layers.map((one) => <option key={one.id} value={one.id}>{one.title}</option>)}
        </select>
      </label>
      {loaded.state === "loading" && <p class="quiet" aria-busy="true">{word("loadingTable", language)}</p>}
      {loaded.state === "failed" && <Failed what={word("tableFailed", language)} why={loaded.reason} retry={retry} />}
      {loaded.state === "ready" && <Rows layer={layer} features={loaded.value.slice(0, PAGE_SIZE)} part={part} language={language} />}
    </section>
  );
}
