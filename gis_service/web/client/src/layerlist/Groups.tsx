/** Layers by sector, in groups that fold; each with its own card, its own troubles and its own way to try again. */

import { signal } from "@preact/signals";
import { useState } from "preact/hooks";

import { numberText, word, type Language } from "../language";
import type { Layer } from "../layers";
import type { City } from "../page";
import type { Reload } from "../parts/App";
import { Failed } from "../parts/Failed";
import { RasterScale } from "../parts/RasterScale";
import { Swatch } from "../parts/Swatch";
import * as state from "../state";
import { rowsText } from "../when";
import { Card } from "./Card";
import { fitting, grouped, type Group } from "./found";
import { say } from "./words";

/** Groups that are folded, and the layer whose card is open; they stay so while the page is open. */
const foldedGroups = signal<ReadonlySet<string>>(new Set());
const opened = signal<string | null>(null);

interface RowProps {
  readonly layer: Layer;
  readonly city: City;
  readonly language: Language;
  readonly reload: Reload;
}

/** What goes on with a layer that is switched on. */
function Standing({ layer, language, reload }: RowProps) {
  const isShown = state.shown.value.has(layer.id);
  if (state.broken.value.has(layer.id)) {
    const what = state.forbidden.value.has(layer.id) ? say("forbidden", language) : word("layerFailed", language);
    return <Failed what={what} retry={() => reload.layer(layer.id)} />;
  }
  const scale = state.rasterLegends.value.get(layer.id);
  // On a phone there is no other legend beside the list.
  return state.isPhone.value && isShown && scale && opened.value !== layer.id ? <RasterScale legend={scale} language={language} /> : null;
}

function LayerRow(props: RowProps) {
  const { layer, city, language } = props;
  const rows = rowsText(layer, state.day.value, city, language);
  const isOpen = opened.value === layer.id;
  const isLoading = state.shown.value.has(layer.id) && state.waiting.value.has(layer.id) && !state.broken.value.has(layer.id);
  return (
    <li>
      <div class="layer-row">
        <label class="layer" title={layer.description || undefined} aria-busy={isLoading}>
          <input type="checkbox" name={layer.id} checked={state.shown.value.has(layer.id)}
            onChange={(event) => state.show(layer.id, event.currentTarget.checked)} />
          <Swatch look={layer.look} />
          <span class="layer-title">
            {layer.title}
            {layer.generated && <small>{word("generated", language)}</small>}
            {rows && <small>{rows}</small>}
          </span>
          {isLoading ? <small class="loading">{say("loading", language)}</small>
            : layer.count !== null && <span class="figure">{numberText(layer.count, language)}</span>}
        </label>
        <button type="button" class="small" aria-expanded={isOpen} aria-controls={isOpen ? `about-${layer.id}` : undefined}
          aria-label={`${say("about", language)}: ${layer.title}`} title={say("about", language)}
          onClick={() => { opened.value = isOpen ? null : layer.id; }}>i</button>
      </div>
      <Standing {...props} />
      {isOpen && <Card {...props} />}
    </li>
  );
}

interface GroupProps {
  readonly group: Group;
  readonly isOpen: boolean;
  readonly city: City;
  readonly language: Language;
  readonly reload: Reload;
}

function fold(id: string, isFolded: boolean): void {
  const next = new Set(foldedGroups.peek());
  if (isFolded) next.add(id);
  else next.delete(id);
  foldedGroups.value = next;
}

function GroupPart({ group, isOpen, ...rest }: GroupProps) {
  const shown = group.layers.filter(({ id }) => state.shown.value.has(id)).length;
  return (
    <details class="group" open={isOpen} onToggle={(event) => {
      if (event.currentTarget.open !== isOpen) fold(group.id, !event.currentTarget.open);
    }}>
      <summary>
        <span>{group.title}</span>
        <small>{shown > 0 ? `${shown}/${group.layers.length} ${say("shownOf", rest.language)}` : group.layers.length}</small>
      </summary>
      <ul>{group.layers.map((layer) => <LayerRow key={layer.id} layer={layer} {...rest} />)}</ul>
    </details>
  );
}

interface ListProps {
  readonly layers: readonly Layer[];
  readonly city: City;
  readonly language: Language;
  readonly reload: Reload;
}

export function Groups({ layers, city, language, reload }: ListProps) {
  const [asked, setAsked] = useState("");
  const groups = grouped(layers, city, language);
  const found = fitting(groups, asked);
  const isAsked = asked.trim() !== "";
  const allFolded = groups.every(({ id }) => foldedGroups.value.has(id));
  return (
    <>
      <div class="find-layer">
        <input type="search" value={asked} placeholder={say("findLayer", language)} aria-label={say("findLayer", language)}
          onInput={(event) => setAsked(event.currentTarget.value)}
          onKeyDown={(event) => { if (event.key === "Escape" && asked !== "") { event.preventDefault(); setAsked(""); } }} />
        {!isAsked && (
          <button type="button" class="link" onClick={() => { foldedGroups.value = new Set(allFolded ? [] : groups.map(({ id }) => id)); }}>
            {say(allFolded ? "unfoldAll" : "foldAll", language)}
          </button>
        )}
      </div>
      {found.length === 0 && (
        <p class="quiet" role="status">{say("noMatch", language)} <button type="button" class="link" onClick={() => setAsked("")}>{say("showAllLayers", language)}</button></p>
      )}
      {found.map((group) => (
        <GroupPart key={group.id} group={group} isOpen={isAsked || !foldedGroups.value.has(group.id)} city={city} language={language} reload={reload} />
      ))}
    </>
  );
}
