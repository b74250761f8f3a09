/** The layers by category: a swatch, a title, how many features, on or off. */

import { numberText, word, type Language, type Word } from "../language";
import { BACKGROUND, drawable, type Layer } from "../layers";
import type { City } from "../page";
import * as state from "../state";
import { rowsText } from "../when";
import { Failed } from "./Failed";
import { OfflineLink } from "./OfflineLink";
import { RasterScale } from "./RasterScale";
import { Swatch } from "./Swatch";
import { TimeChoice } from "./TimeChoice";

interface RowProps {
  readonly layer: Layer;
  readonly city: City;
  readonly language: Language;
  readonly retry: (id: string) => void;
}

function LayerRow({ layer, city, language, retry }: RowProps) {
  const scale = state.rasterLegends.value.get(layer.id);
  const rows = rowsText(layer, state.day.value, city, language);
  return (
    <li>
      <label class="layer" title={layer.description || undefined}>
        <input type="checkbox" name={layer.id} checked={state.shown.value.has(layer.id)}
          onChange={(event) => state.show(layer.id, event.currentTarget.checked)} />
        <Swatch look={layer.look} />
        <span class="layer-title">
          {layer.title}
          {layer.generated && <small>{word("generated", language)}</small>}
          {rows && <small>{rows}</small>}
        </span>
        {layer.count !== null && <span class="figure">{numberText(layer.count, language)}</span>}
      </label>
      {/* On a phone there is no other legend beside the list. */}
      {state.isPhone.value && state.shown.value.has(layer.id) && scale && <RasterScale legend={scale} language={language} />}
      {state.broken.value.has(layer.id) && (
        <Failed what={word("layerFailed", language)} retry={() => retry(layer.id)} />
      )}
    </li>
  );
}

/** Layers under the title of their category, categories in the order of the city's definition. */
function grouped(layers: readonly Layer[], city: City, language: Language): readonly (readonly [string, readonly Layer[]])[] {
  const titles = new Map(city.categories.map(({ id, title }) => [id, title[language]]));
  const order = [...titles.keys(), ...new Set(layers.map((layer) => layer.category).filter((id) => !titles.has(id)))];
  return order
    .map((id) => [titles.get(id) ?? id, layers.filter((layer) => layer.category === id)] as const)
    .filter(([, members]) => members.length > 0);
}

interface AsideProps {
  /** Why these cannot be switched on. */
  readonly why: Word;
  readonly layers: readonly Layer[];
  readonly language: Language;
}

function Aside({ why, layers, language }: AsideProps) {
  if (layers.length === 0) return null;
  return (
    <details class="without-data">
      <summary>{word(why, language)} ({numberText(layers.length, language)})</summary>
      <ul>{layers.map((layer) => <li key={layer.id}>{layer.title}</li>)}</ul>
    </details>
  );
}

/** What lies under the map; nothing to choose where there are no pictures for it. */
function Background({ city, language }: { readonly city: City; readonly language: Language }) {
  if (city.imagery.length === 0) return null;
  const choices = [{ id: null, title: word("ownGround", language) }, ...city.imagery.map(({ id, title }) => ({ id, title: title[language] }))];
  return (
    <fieldset>
      <legend>{word("background", language)}</legend>
      <ul>
        {choices.map(({ id, title }) => (
          <li key={id}>
            <label class="layer">
              <input type="radio" name="background" checked={state.background.value === id}
                onChange={() => { state.background.value = id; }} />
              <span class="layer-title">{title}</span>
            </label>
          </li>
        ))}
      </ul>
      {state.broken.value.has(BACKGROUND) && <p class="quiet" role="status">{word("backgroundFailed", language)}</p>}
    </fieldset>
  );
}

interface Props {
  readonly city: City;
  readonly retry: () => void;
  readonly retryLayer: (id: string) => void;
}

export function LayerList({ city, retry, retryLayer }: Props) {
  const language = state.language.value;
  const loaded = state.layers.value;
  if (loaded.state === "loading") return <p class="quiet" aria-busy="true">{word("loadingLayers", language)}</p>;
  if (loaded.state === "failed") return <Failed what={word("layersFailed", language)} why={loaded.reason} retry={retry} />;
  const able = drawable(loaded.value);
  return (
    <section class="layers" aria-label={word("layers", language)}>
      <TimeChoice city={city} />
      <Background city={city} language={language} />
      {able.length === 0 && <p class="quiet">{word("noLayers", language)}</p>}
      {grouped(loaded.value.filter((layer) => able.includes(layer)), city, language).map(([title, members]) => (
        <fieldset key={title}>
          <legend>{title}</legend>
          <ul>
            {members.map((layer) => <LayerRow key={layer.id} layer={layer} city={city} language={language} retry={retryLayer} />)}
          </ul>
        </fieldset>
      ))}
      <Aside why="needToken" layers={loaded.value.filter((layer) => !layer.hasTiles && !layer.isEmpty)} language={language} />
      <Aside why="emptyLayers" layers={loaded.value.filter((layer) => layer.isEmpty)} language={language} />
      <OfflineLink city={city} />
      <a class="about-layers" href={`layers?lang=${language}`}>{word("aboutLayers", language)}</a>
    </section>
  );
}
