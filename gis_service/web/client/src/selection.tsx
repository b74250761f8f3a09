/** The chosen feature on the map: its outline and its pop-up. */

import { effect } from "@preact/signals";
import { Popup, type AddLayerObject, type ExpressionSpecification, type Map as MapLibre } from "maplibre-gl";
import { render } from "preact";

import { sourceId } from "./layers";
import { FeatureCard } from "./parts/FeatureCard";
import * as state from "./state";
import { COLOURS } from "./style";

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

/** Keep outline, pop-up and state one: choosing opens it, closing it (button, Escape, empty ground) clears. */
export function followSelection(map: MapLibre): void {
  const content = document.createElement("div");
  const popup = new Popup({ closeButton: false, closeOnClick: false, maxWidth: "320px", offset: 14 });
  popup.setDOMContent(content);
  effect(() => {
    const chosen = state.selection.value;
    mark(map, chosen);
    render(chosen ? <FeatureCard key={`${chosen.layer}/${chosen.fid}`} chosen={chosen} /> : null, content);
    if (!chosen?.at) {
      popup.remove();
      return;
    }
    popup.setLngLat([...chosen.at]).addTo(map);
    if (!map.getBounds().contains([...chosen.at])) map.easeTo({ center: [...chosen.at] });
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !state.selection.value) return;
    state.selection.value = null;
    map.getCanvas().focus();
  });
}
