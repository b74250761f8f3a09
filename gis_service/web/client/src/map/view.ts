/** Moving the map: to the whole city, to a unit, to a place, each where nothing covers it. */

import { effect } from "@preact/signals";
import type { Map as MapLibre } from "maplibre-gl";

import type { Box } from "../box";
import type { City } from "../page";
import { coveredPx, height } from "../sheet";
import * as state from "../state";
import { readUnits } from "../units";
import { lentUnits } from "./lent";
import { isTighter, paddingOf, type Room } from "./room";

/** Marks the events of a move that somebody asked for, as those of pointer and keys are by what caused them. */
const CHOSEN = { isChosen: true };
const PLACE_ZOOM = 13;
const UNIT_ZOOM = 13;
const PATIENCE_MS = 2000;

/** Where something lies that is shown; what is hidden has no size, and lies nowhere. */
function boxOf(selector: string): DOMRect | undefined {
  const box = document.querySelector(selector)?.getBoundingClientRect();
  return box && box.height > 0 ? box : undefined;
}

export function roomIn(container: HTMLElement): Room {
  const { width, height: tall, top, bottom, left } = container.getBoundingClientRect();
  const states = boxOf(".on-map .states");
  const legend = boxOf(".on-map .legend");
  const inset = boxOf(".on-map .inset");
  const isPhone = state.isPhone.peek();
  return paddingOf({
    width, height: tall, isPhone,
    states: states ? states.bottom - top : 0,
    legend: legend ? bottom - legend.top : 0,
    inset: inset ? { right: inset.right - left, top: bottom - inset.top } : { right: 0, top: 0 },
    sheet: isPhone ? coveredPx(height.peek(), window.innerHeight) : 0,
  });
}

/** The units that are asked about, all of them; the city's own box where their extent is not known. */
export function cityBox(city: City): [number, number, number, number] {
  const layer = state.readyLayers.peek().find((one) => one.id === state.vintage.peek()?.layer);
  const [west, south, east, north] = layer?.bbox ?? city.bbox;
  return [west, south, east, north];
}

/** The first view is made once the list of layers has come or failed; a slow list is not waited for any longer. */
export async function layersSettled(): Promise<void> {
  return new Promise((done) => {
    const end = (): void => {
      stop();
      window.clearTimeout(timer);
      done();
    };
    const timer = window.setTimeout(end, PATIENCE_MS);
    const stop = effect(() => {
      // An effect cannot end itself while it runs for the first time.
      if (state.layers.value.state !== "loading") queueMicrotask(end);
    });
  });
}

export interface View {
  readonly zoom: (steps: 1 | -1) => void;
  readonly showAll: () => void;
  readonly goTo: (at: state.Position) => void;
  /** Move so that a box is seen whole. */
  readonly showBox: (box: Box) => void;
  /** Move so that a unit is seen whole. */
  readonly showUnit: (id: string) => void;
}

/** Whether a pixel of the map lies on no button, legend or list. */
function isOpen(x: number, y: number, { left, top, width, height: tall }: DOMRect): boolean {
  if (x < 0 || y < 0 || x > width || y > tall) return false;
  return [...document.querySelectorAll(".on-map > *")].every((one) => {
    const box = one.getBoundingClientRect();
    return x < box.left - left || x > box.right - left || y < box.top - top || y > box.bottom - top;
  });
}

/** Bring a place out from under what lies on the map; one that is in the open stays where it is. */
export function bring(map: MapLibre, at: state.Position): void {
  const { x, y } = map.project([...at]);
  const frame = map.getContainer().getBoundingClientRect();
  const room = roomIn(map.getContainer());
  // On a phone the sheet, which rises to tell of the place, and the search box lie across the whole screen.
  const isAcross = state.isPhone.peek() && (y < room.top || y > frame.height - room.bottom);
  if (isAcross || !isOpen(x, y, frame)) map.easeTo({ center: [...at], offset: offsetOf(room) }, CHOSEN);
}

/** How far the middle of the free part lies from the middle of the map. */
function offsetOf(room: Room): [number, number] {
  return [(room.left - room.right) / 2, (room.top - room.bottom) / 2];
}

/**
 * Keep the whole city clear of what comes to lie on the map after it, until the reader moves the map.
 *
 * Switch and legend grow as their parts arrive; a view that somebody chose, or that came with the address, is left alone.
 */
function followRoom(map: MapLibre, city: City, first: Room, isChosen: boolean): void {
  let [used, isOwn] = [first, isChosen];
  map.on("movestart", (event) => { isOwn ||= "isChosen" in event || ("originalEvent" in event && event.originalEvent !== undefined); });
  const fit = (): void => {
    if (isOwn) return;
    used = roomIn(map.getContainer());
    map.fitBounds(cityBox(city), { padding: { ...used }, animate: false });
  };
  const grown = new ResizeObserver(() => { if (isTighter(roomIn(map.getContainer()), used)) fit(); });
  effect(() => {
    void [state.answered.value, state.choicesTold.value, state.isPhone.value, state.view.value, state.shown.value];
    // What follows the same signals is drawn by then.
    requestAnimationFrame(() => {
      for (const one of document.querySelectorAll(".on-map .legend, .on-map .states")) grown.observe(one);
    });
  });
  map.on("resize", fit);
  // The extent of the units came too late for the first view.
  let isKnown = state.layers.peek().state === "ready";
  effect(() => {
    if (isKnown || state.layers.value.state !== "ready") return;
    isKnown = true;
    fit();
  });
}

export function viewOf(map: MapLibre, city: City, first: Room, isChosen: boolean, calm: boolean): View {
  followRoom(map, city, first, isChosen);
  const fit = (box: Box): void => {
    if (height.peek() === "full") height.value = "half";
    map.fitBounds([...box], { padding: { ...roomIn(map.getContainer()) }, maxZoom: UNIT_ZOOM, animate: !calm }, CHOSEN);
  };
  const showAll = (): void => fit(cityBox(city));
  return {
    zoom: (steps) => void (steps > 0 ? map.zoomIn({}, CHOSEN) : map.zoomOut({}, CHOSEN)),
    showAll,
    showBox: fit,
    goTo: (at) => {
      const offset = offsetOf(roomIn(map.getContainer()));
      map.easeTo({ center: [...at], zoom: Math.max(map.getZoom(), PLACE_ZOOM), offset, animate: !calm }, CHOSEN);
    },
    showUnit: (id) => {
      const layer = (lentUnits.peek()?.vintage ?? state.vintage.peek())?.layer;
      if (layer === undefined) return;
      readUnits(layer, city, state.language.peek())
        .then((units) => {
          const box = units.find((one) => one.id === id)?.box;
          // Somebody may have chosen another meanwhile.
          if (box && state.unit.peek() === id) fit(box);
        })
        // Its outline and its figures are there; only the move is not.
        .catch(() => undefined);
    },
  };
}
