/**
 * A map that was taken along: drawn from the files beside this page, with no server behind it.
 *
 * A page that is opened from disk may not read other files, but for scripts: the archive comes as one, written in
 * base64 beside the archive itself. The worker of MapLibre comes inside this script for the same reason.
 */

import { addProtocol, Map as MapLibre, NavigationControl, Popup, ScaleControl, setWorkerUrl, type StyleSpecification } from "maplibre-gl";
import "maplibre-gl/dist/maplibre-gl.css";
import workerSource from "maplibre-gl/dist/maplibre-gl-worker.mjs?raw";

import { Archive } from "./archive";
import "./offline.css";

interface Layer {
  readonly id: string;
  readonly title: string;
  /** Names that it has in the tiles. */
  readonly inside: readonly string[];
  readonly version: number | null;
  readonly version_to: number | null;
  readonly shown: string;
  readonly generated: boolean;
  readonly source: string;
  readonly licence: string;
  readonly labels: Readonly<Record<string, string>>;
}

interface Study {
  readonly id: string;
  readonly title: string;
  readonly answer: string;
  readonly notices: readonly string[];
  readonly legend_title: string;
  readonly legend: readonly { readonly colour: string; readonly words: string }[];
  readonly figures: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

interface Facts {
  readonly title: string;
  readonly made: string;
  readonly words: Readonly<Record<"layers" | "made" | "version" | "generated" | "sources" | "licence" | "failed", string>>;
  readonly layers: readonly Layer[];
  readonly style: StyleSpecification;
  /** The study that the map shows, if it shows any. */
  readonly study?: Study;
}

declare global {
  interface Window {
    /** What map.js holds: the archive in pieces of base64. */
    gisTiles?: readonly string[];
    /** What tests and browser extensions may ask. */
    gisOffline?: { readonly isIdle: () => boolean; readonly drawn: (layer: string) => number };
  }
}

function bytesOf(pieces: readonly string[]): Uint8Array<ArrayBuffer> {
  const parts = pieces.map((piece) => Uint8Array.from(atob(piece), (sign) => sign.charCodeAt(0)));
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

function serve(archive: Archive): void {
  addProtocol("pmtiles", async ({ url }) => {
    const [z, x, y] = url.split("/").slice(-3).map(Number);
    if (z === undefined || x === undefined || y === undefined) throw new Error(`no tile: ${url}`);
    const tile = await archive.tile(z, x, y);
    return { data: tile ? tile.buffer : new ArrayBuffer(0) };
  });
}

/** The style names the archive as other programs know it; here its tiles are named one by one. */
function styleOf(facts: Facts, archive: Archive): StyleSpecification {
  const [minzoom, maxzoom] = archive.zooms;
  const map = { type: "vector" as const, tiles: ["pmtiles://map/{z}/{x}/{y}"], minzoom, maxzoom, bounds: [...archive.box] as [number, number, number, number] };
  return { ...facts.style, sources: { ...facts.style.sources, map } };
}

function element<K extends keyof HTMLElementTagNameMap>(kind: K, words = "", className = ""): HTMLElementTagNameMap[K] {
  const made = document.createElement(kind);
  made.textContent = words;
  if (className) made.className = className;
  return made;
}

/** The layers of the map that draw a layer of the service. */
function drawnBy(map: MapLibre, layer: Layer): string[] {
  return map.getStyle().layers.filter((one) => "source-layer" in one && layer.inside.includes(String(one["source-layer"]))).map(({ id }) => id);
}

function layerRow(map: MapLibre, layer: Layer, facts: Facts): HTMLLIElement {
  const [row, label, box] = [element("li"), element("label"), element("input")];
  box.type = "checkbox";
  box.checked = drawnBy(map, layer).some((id) => map.getLayoutProperty(id, "visibility") !== "none");
  box.name = layer.id;
  box.addEventListener("change", () => {
    for (const id of drawnBy(map, layer)) map.setLayoutProperty(id, "visibility", box.checked ? "visible" : "none");
  });
  label.append(box, element("span", layer.title));
  row.append(label);
  const version = [layer.version, layer.version_to].filter((one) => one !== null).join("–");
  const about = [version && `${facts.words.version} ${version}`, layer.shown, layer.generated ? facts.words.generated : ""];
  row.append(element("small", about.filter(Boolean).join(" · ")));
  return row;
}

/** The answer, the legend of its colours, the figures of each unit, and what must be said beside them. */
function studyPart({ id, title, answer, notices, legend_title, legend, figures, columns, rows }: Study): HTMLElement {
  const part = element("section", "", "study");
  const colours = element("ul", "", "colours");
  for (const { colour, words } of legend) {
    const [row, patch] = [element("li"), element("i")];
    patch.style.background = colour;
    row.append(patch, words);
    colours.append(row);
  }
  const [table, head, body] = [element("table"), element("thead"), element("tbody")];
  const rowOf = (cells: readonly string[], kind: "th" | "td"): HTMLTableRowElement => {
    const row = element("tr");
    row.append(...cells.map((words, at) => element(at === 0 ? "th" : kind, words)));
    return row;
  };
  head.append(rowOf(columns, "th"));
  body.append(...rows.map((cells) => rowOf(cells, "td")));
  table.append(head, body);
  const details = element("details");
  details.append(element("summary", figures), table);
  part.append(element("h2", title), element("p", answer, "answer"), ...notices.map((words) => element("p", words, "notice")),
    element("h2", legend_title), colours, details, element("p", id, "made"));
  return part;
}

function panel(map: MapLibre, facts: Facts): void {
  const place = document.getElementById("panel");
  if (!place) return;
  const list = element("ul");
  list.append(...facts.layers.map((layer) => layerRow(map, layer, facts)));
  const sources = element("details");
  sources.append(element("summary", facts.words.sources));
  for (const layer of facts.layers) sources.append(element("p", `${layer.title}: ${layer.source} · ${facts.words.licence} ${layer.licence}`));
  place.replaceChildren(element("h1", facts.title), element("p", `${facts.words.made} ${facts.made}`, "made"),
    ...(facts.study ? [studyPart(facts.study)] : []), element("h2", facts.words.layers), list, sources);
}

function tell(map: MapLibre, facts: Facts): void {
  const popup = new Popup({ maxWidth: "280px" });
  map.on("click", ({ point, lngLat }) => {
    const found = map.queryRenderedFeatures(point).find(({ sourceLayer }) => sourceLayer !== undefined);
    const layer = facts.layers.find(({ inside }) => inside.includes(found?.sourceLayer ?? ""));
    if (!found || !layer) return;
    const [card, table] = [element("div"), element("table")];
    for (const [name, value] of Object.entries(found.properties)) {
      const row = element("tr");
      row.append(element("th", layer.labels[name] ?? name), element("td", String(value)));
      table.append(row);
    }
    card.append(element("strong", layer.title), table);
    popup.setLngLat(lngLat).setDOMContent(card).addTo(map);
  });
  map.on("mousemove", ({ point }) => {
    map.getCanvas().style.cursor = map.queryRenderedFeatures(point).some(({ sourceLayer }) => sourceLayer !== undefined) ? "pointer" : "";
  });
}

async function lettersReady(): Promise<void> {
  const sample = "AaĂăÂâĐđÊêÔôƠơƯưẠạẾếỰựỸỹ";
  await Promise.allSettled(["Be Vietnam Pro", "Be Vietnam Pro Semibold"].map((family) => document.fonts.load(`14px '${family}'`, sample)));
}

async function start(facts: Facts): Promise<void> {
  const archive = new Archive(bytesOf(window.gisTiles ?? []));
  serve(archive);
  setWorkerUrl(URL.createObjectURL(new Blob([workerSource], { type: "text/javascript" })));
  await lettersReady();
  const [west, south, east, north] = archive.box;
  const map = new MapLibre({ container: "map", style: styleOf(facts, archive), bounds: [west, south, east, north], attributionControl: false, maxPitch: 0, dragRotate: false });
  map.touchZoomRotate.disableRotation();
  map.addControl(new NavigationControl({ showCompass: false }), "top-right");
  map.addControl(new ScaleControl({ unit: "metric" }), "bottom-right");
  await new Promise<void>((done) => void map.once("load", () => done()));
  panel(map, facts);
  tell(map, facts);
  window.gisOffline = Object.freeze({
    isIdle: () => map.loaded() && map.areTilesLoaded(),
    drawn: (id: string) => {
      const layer = facts.layers.find((one) => one.id === id);
      return layer ? map.queryRenderedFeatures({ layers: drawnBy(map, layer) }).length : 0;
    },
  });
}

const facts = JSON.parse(document.getElementById("facts")?.textContent ?? "{}") as Facts;
start(facts).catch((error: unknown) => {
  document.getElementById("panel")?.append(element("p", `${facts.words.failed} ${String(error)}`, "failed"));
});
