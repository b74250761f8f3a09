/** Layers that are switched on, as they lie upon each other: put elsewhere by hand, or by keys. */

import { useState } from "preact/hooks";

import { numberText, type Language } from "../language";
import type { Layer } from "../layers";
import { Swatch } from "../parts/Swatch";
import { moved } from "../stack";
import * as state from "../state";
import { say } from "./words";

function put(id: string, to: number): void {
  state.order.value = moved(state.shownLayers.peek().map((layer) => layer.id), id, to);
}

/** Where in a list a height on the screen lies: as many rows have their middle above it. */
function placeAt(list: HTMLElement, id: string, y: number): number {
  const others = [...list.querySelectorAll<HTMLElement>("li")].filter((row) => row.dataset["id"] !== id);
  return others.filter((row) => {
    const box = row.getBoundingClientRect();
    return y > box.top + box.height / 2;
  }).length;
}

interface RowProps {
  readonly layer: Layer;
  readonly at: number;
  readonly count: number;
  readonly language: Language;
  readonly told: (text: string) => void;
}

function StackRow({ layer, at, count, language, told }: RowProps) {
  const [isHeld, setHeld] = useState(false);
  const opacity = state.opacities.value.get(layer.id) ?? 1;
  const step = (by: number): void => {
    const to = Math.max(0, Math.min(count - 1, at + by));
    put(layer.id, to);
    told(`${layer.title}: ${say("place", language)} ${to + 1} ${say("of", language)} ${count}`);
  };
  const drag = (event: PointerEvent & { currentTarget: HTMLElement }): void => {
    const list = event.currentTarget.closest("ol");
    if (!isHeld || !list) return;
    const to = placeAt(list, layer.id, event.clientY);
    if (to !== at) put(layer.id, to);
  };
  const name = (verb: "up" | "down" | "hide"): string => `${say(verb, language)}: ${layer.title}`;
  return (
    <li data-id={layer.id} class={isHeld ? "held" : undefined}>
      <span class="grip" title={say("drag", language)} aria-hidden="true"
        onPointerDown={(event) => { event.preventDefault(); event.currentTarget.setPointerCapture(event.pointerId); setHeld(true); }}
        onPointerMove={drag} onPointerUp={() => setHeld(false)} onPointerCancel={() => setHeld(false)}>⠿</span>
      <Swatch look={layer.look} />
      <span class="layer-title">{layer.title}{opacity < 1 && <small class="faded">{numberText(opacity * 100, language)} %</small>}</span>
      <button type="button" class="small" aria-label={name("up")} title={say("up", language)} aria-disabled={at === 0} onClick={() => step(-1)}>↑</button>
      <button type="button" class="small" aria-label={name("down")} title={say("down", language)} aria-disabled={at === count - 1} onClick={() => step(1)}>↓</button>
      <button type="button" class="small" aria-label={name("hide")} title={say("hide", language)} onClick={() => state.show(layer.id, false)}>×</button>
    </li>
  );
}

export function Stack({ language }: { readonly language: Language }) {
  const layers = state.shownLayers.value;
  const [said, setSaid] = useState("");
  if (layers.length === 0) return null;
  return (
    <section class="stack" aria-label={say("onMap", language)}>
      <p class="stack-head">
        <span>{say("onMap", language)}</span>
        <button type="button" class="link" onClick={() => { for (const { id } of layers) state.show(id, false); }}>{say("hideAll", language)}</button>
      </p>
      <ol>
        {layers.map((layer, at) => <StackRow key={layer.id} layer={layer} at={at} count={layers.length} language={language} told={setSaid} />)}
      </ol>
      <p class="spoken" aria-live="polite">{said}</p>
    </section>
  );
}
