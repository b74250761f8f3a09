/** Starts the page: reads what the server wrote, begins to follow the question, draws panel and map. */

import { render } from "preact";

import { followAddress } from "./address";
import { serveFrom } from "./api";
import { followEscape, followOrigin } from "./focus";
import { readLayers } from "./layers";
import { load, signedIn, startLoading } from "./loading";
import "./look/page.css";
import { startMap, type MapHandle } from "./map/map";
import { readPage, type Page } from "./page";
import { App, type Reload } from "./parts/App";
import { OnMap } from "./parts/OnMap";
import * as state from "./state";

function elementsOf(page: Page): { panel: HTMLElement; canvas: HTMLElement; above: HTMLElement } {
  const [panel, map, canvas, above] = [0, 1, 2, 3].map(() => document.createElement("div"));
  if (!panel || !map || !canvas || !above) throw new Error("No elements.");
  [panel.className, map.className, canvas.className, above.className] = ["side", "map", "canvas", "on-map"];
  map.append(canvas, above);
  page.root.replaceChildren(panel, map);
  return { panel, canvas, above };
}

/** Keep a signal in step with what the reader's screen is like. */
function followScreen(query: string, into: { value: boolean }): void {
  const media = window.matchMedia(query);
  const follow = (): void => { into.value = media.matches; };
  media.addEventListener("change", follow);
  follow();
}

async function start(): Promise<void> {
  const page = readPage(document);
  serveFrom(page.api);
  state.city.value = page.city;
  signedIn(page.account);
  followScreen("(max-width: 820px)", state.isPhone);
  followScreen("(prefers-color-scheme: dark)", state.isDark);
  followAddress(page.city);
  const { panel, canvas, above } = elementsOf(page);
  let handle: MapHandle | null = null;
  const reload: Reload = {
    layers: () => void load(state.layers, readLayers(page.city, state.language.peek())),
    layer: (id) => handle?.reload(id),
    goTo: (at) => handle?.goTo(at),
    showUnit: (id) => handle?.showUnit(id),
    showBox: (box) => handle?.showBox(box),
  };
  render(<App city={page.city} reload={reload} />, panel);
  render(<OnMap city={page.city} handle={null} retryLayers={reload.layers} />, above);
  startLoading(page.city);
  followOrigin();
  followEscape();
  try {
    handle = await startMap(canvas, page.city);
  } catch {
    state.mapFailed.value = true;
  }
  render(<OnMap city={page.city} handle={handle} retryLayers={reload.layers} />, above);
}

void start();
