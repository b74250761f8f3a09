/** The legend of a layer in numbers: how many features each class has. */

import { useState } from "preact/hooks";

import { numberText, type Language } from "../language";
import type { Layer } from "../layers";
import { Failed } from "../parts/Failed";
import { RasterScale } from "../parts/RasterScale";
import * as state from "../state";
import { rowsOf, type LayerClasses } from "./classes";
import { useFetched } from "./fetched";
import { say } from "./words";

function Rows({ found, language }: { readonly found: LayerClasses; readonly language: Language }) {
  const rows = rowsOf(found, language);
  const most = Math.max(1, ...rows.map(({ count }) => count));
  return (
    <table class="classes">
      <caption class="spoken">{found.title}</caption>
      <tbody>
        {rows.map(({ key, text, count, kind }) => (
          <tr key={key} class={kind}>
            <th scope="row">{text}</th>
            <td>{count > 0 && <i style={{ width: `${Math.max(1, (count / most) * 100)}%` }} />}</td>
            <td class="figure">{numberText(count, language)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Counted({ layer, language }: Props) {
  const [property, setProperty] = useState<string | null>(null);
  const asked = property === null ? "" : `?property=${property}`;
  const [loaded, retry] = useFetched<LayerClasses>(`/collections/${layer.id}/classes${asked}`);
  const [known, setKnown] = useState<LayerClasses["properties"]>([]);
  if (loaded.state === "ready" && known.length !== loaded.value.properties.length) setKnown(loaded.value.properties);
  if (loaded.state === "failed") return <Failed what={say("numbersFailed", language)} why={loaded.reason} retry={retry} />;
  const found = loaded.state === "ready" ? loaded.value : null;
  return (
    <>
      {known.length > 0 && (
        <label class="by">{say("by", language)}
          <select value={property ?? found?.property ?? ""} onChange={(event) => setProperty(event.currentTarget.value)}>
            {found?.property === null && <option value="" />}
            {known.map(({ name, title }) => <option key={name} value={name}>{title}</option>)}
          </select>
        </label>
      )}
      {found === null && <p class="quiet waiting" aria-busy="true">{say("counting", language)}</p>}
      {found && <p class="quiet">{numberText(found.total, language)} {say("features", language)}</p>}
      {found && found.property !== null && <Rows found={found} language={language} />}
      {found?.method === "quantiles" && <p class="quiet fine">{say("quantiles", language)}</p>}
    </>
  );
}

interface Props {
  readonly layer: Layer;
  readonly language: Language;
}

export function Numbers({ layer, language }: Props) {
  const scale = state.rasterLegends.value.get(layer.id);
  if (layer.look.kind === "raster") return scale ? <RasterScale legend={scale} language={language} /> : null;
  return <Counted layer={layer} language={language} />;
}
