/** The pop-ups of what is chosen, and the outline of a chosen feature. */

import { computed, effect } from "@preact/signals";
import { Popup, type AddLayerObject, type ExpressionSpecification, type Map as MapLibre } from "maplibre-gl";
import { render, type VNode } from "preact";

import { sourceId } from "../layers";
import { FeatureCard } from "../parts/FeatureCard";
import { PlaceCard } from "../parts/PlaceCard";
import { WhyCard } from "../parts/WhyCard";
import * as state from "../state";
import { COLOURS, themed } from "../style";
import * as trying from "../trying";
import { bring } from "./view";

const MARKS = ["selected:edge", "selected:point"] as const;

function marksOf(chosen: state.Selection): readonly AddLayerObject[] {
  const from = { source: sourceId(chosen.layer), "source-layer": chosen.layer };
  const isChosen: ExpressionSpecification = ["==", ["id"], chosen.fid];
  return [
    {
      id: "selected:edge",
      type: "line",
      ...from,
      filter: ["all", isChosen, ["!=", ["geometry-type"], "Point"]],
      paint: { "line-color": COLOURS.ink, "line-width": 3 },
    },
    {
      id: "selected:point",
      type: "circle",
      ...from,
      filter: ["all", isChosen, ["==", ["geometry-type"], "Point"]],
      paint: {
        "circle-radius": 10,
        "circle-opacity": 0,
        "circle-stroke-color": COLOURS.ink,
        "circle-stroke-width": 2.5,
      },
    },
  ];
}

function mark(map: MapLibre, chosen: state.Selection | null, isDark: boolean): void {
  for (const id of MARKS) if (map.getLayer(id)) map.removeLayer(id);
  if (!chosen || !map.getSource(sourceId(chosen.layer))) return;
  for (const layer of marksOf(chosen)) map.addLayer(themed(layer, isDark));
}

function popupOf(map: MapLibre): (content: VNode | null, at: state.Position | null) => void {
  const element = document.createElement("div");
  const popup = new Popup({ closeButton: false, closeOnClick: false, maxWidth: "312px", offset: 14, focusAfterOpen: false });
  popup.setDOMContent(element);
  return (content, at) => {
    render(content, element);
    if (!content || !at) popup.remove();
    else popup.setLngLat([...at]).addTo(map);
  };
}

/** While it is not known what the question means there is nothing to tell of a place. */
const hasWhy = computed(() => state.why.value !== null);

/** Keep outline, pop-up and state one. On a phone the card stands in the sheet instead. */
export function followSelection(map: MapLibre): void {
  const show = popupOf(map);
  effect(() => {
    const chosen = state.selection.value;
    const [place, isPhone, isCoverage] = [state.place.value, state.isPhone.value, state.view.value === "coverage"];
    mark(map, chosen, state.isDark.value);
    if (isPhone) show(null, null);
    else if (chosen && state.editing.value === null) show(<FeatureCard key={`${chosen.layer}/${chosen.fid}`} chosen={chosen} />, chosen.at);
    else if (place && isCoverage && hasWhy.value) show(<WhyCard />, place);
    else if (state.view.value === "whatif") show(trying.chosen.value === null ? null : <PlaceCard target={trying.chosen.value} />, trying.chosenAt.value);
    else show(null, null);
  });
  effect(() => {
    const at = state.selection.value?.at ?? state.place.value;
    // Only a new choice moves the map; another view, theme or screen does not.
    if (at) bring(map, at);
  });
}
