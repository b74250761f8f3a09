/** The pop-ups of what is chosen, and the outline of a chosen feature. */

import { effect } from "@preact/signals";
import { Popup, type AddLayerObject, type ExpressionSpecification, type Map as MapLibre } from "maplibre-gl";
import { render, type VNode } from "preact";

import { sourceId } from "../layers";
import { FeatureCard } from "../parts/FeatureCard";
import { WhyCard } from "../parts/WhyCard";
import * as state from "../state";
import { COLOURS } from "../style";

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

function mark(map: MapLibre, chosen: state.Selection | null): void {
  for (const id of MARKS) if (map.getLayer(id)) map.removeLayer(id);
  if (!chosen || !map.getSource(sourceId(chosen.layer))) return;
  for (const layer of marksOf(chosen)) map.addLayer(layer);
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

/** Keep outline, pop-up and state one. On a phone the answer for a place stands in the sheet instead. */
export function followSelection(map: MapLibre): void {
  const show = popupOf(map);
  effect(() => {
    const chosen = state.selection.value;
    const [place, isPhone, isCoverage] = [state.place.value, state.isPhone.value, state.view.value === "coverage"];
    mark(map, chosen);
    if (chosen) show(<FeatureCard key={`${chosen.layer}/${chosen.fid}`} chosen={chosen} />, chosen.at);
    else if (place && isCoverage && !isPhone) show(<WhyCard />, place);
    else show(null, null);
    const at = chosen?.at ?? place;
    if (at && !map.getBounds().contains([...at])) map.easeTo({ center: [...at] });
  });
}
