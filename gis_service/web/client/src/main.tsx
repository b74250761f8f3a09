/** Starts the page: reads what the server wrote, asks for layers and answer, draws panel and map. */

import { effect } from "@preact/signals";
import { render } from "preact";

import { serveFrom } from "./api";
import { readAnswer, studiedLayers } from "./answer";
import { readLayers, shownAtFirst } from "./layers";
import "./look/page.css";
import { startMap, type MapHandle } from "./map";
import { readPage, type City, type Page } from "./page";
import { App, type Reload } from "./parts/App";
import { MapTools } from "./parts/MapTools";
import * as state from "./state";

/** Fetch into a signal; an older value stays while its replacement (another language) is on its way. */
async function load<T>(into: { value: state.Loaded<T> }, reading: Promise<T>): Promise<void> {
  try {
    into.value = { state: "ready", value: await reading };
  } catch (reason) {
    into.value = { state: "failed", reason: reason instanceof Error ? reason.message : String(reason) };
  }
}

async function loadAll(city: City): Promise<void> {
  const language = state.language.peek();
  await Promise.all([load(state.layers, readLayers(city, language)), load(state.answer, readAnswer(language))]);
}

function elementsOf(page: Page): { panel: HTMLElement; canvas: HTMLElement; tools: HTMLElement } {
  const [panel, map, canvas, tools] = [0, 1, 2, 3].map(() => document.createElement("div"));
  if (!panel || !map || !canvas || !tools) throw new Error("No elements.");
  [panel.className, map.className, canvas.className, tools.className] = ["side", "map", "canvas", "on-map"];
  map.append(canvas, tools);
  page.root.replaceChildren(panel, map);
  return { panel, canvas, tools };
}

async function start(): Promise<void> {
  const page = readPage(document);
  serveFrom(page.api);
  state.language.value = page.language;
  const { panel, canvas, tools } = elementsOf(page);
  let handle: MapHandle | null = null;
  const reload: Reload = {
    answer: () => void load(state.answer, readAnswer(state.language.peek())),
    layers: () => void load(state.layers, readLayers(page.city, state.language.peek())),
    layer: (id) => handle?.reload(id),
  };
  render(<App city={page.city} reload={reload} />, panel);
  render(<MapTools handle={null} />, tools);
  await loadAll(page.city);
  const answer = state.answer.peek();
  state.shown.value = shownAtFirst(state.readyLayers.peek(), studiedLayers(answer.state === "ready" ? answer.value : null));
  let isFirst = true;
  effect(() => {
    const language = state.language.value;
    document.documentElement.lang = language;
    document.title = page.city.title[language];
    if (!isFirst) void loadAll(page.city);
    isFirst = false;
  });
  try {
    handle = await startMap(canvas, page.city);
  } catch {
    state.mapFailed.value = true;
  }
  render(<MapTools handle={handle} />, tools);
}

void start();
