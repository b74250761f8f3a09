/** The feature whose values are being changed, at the head of the panel. */

import { useEffect, useRef } from "preact/hooks";

import { endSelection } from "../focus";
import * as state from "../state";
import "./editing.css";
import { Form } from "./Form";
import { say } from "./words";

export default function Editing() {
  const chosen = state.editing.value;
  const language = state.language.value;
  const heading = useRef<HTMLHeadingElement>(null);
  const key = chosen && `${chosen.layer}/${chosen.fid}`;
  useEffect(() => heading.current?.focus(), [key]);
  const layer = state.readyLayers.value.find((one) => one.id === chosen?.layer);
  if (!chosen || !layer) return null;
  const done = (how: "changed" | "deleted" | "left"): void => {
    state.editing.value = null;
    if (how === "deleted") endSelection();
    else document.querySelector<HTMLElement>(".canvas canvas")?.focus();
  };
  return (
    <section class="edit-card" aria-label={`${say("editing", language)}: ${layer.title}`}>
      <h2 tabIndex={-1} ref={heading}>{say("editing", language)}: {layer.title} {chosen.fid}</h2>
      <Form key={key} layer={layer} fid={chosen.fid} done={done} />
    </section>
  );
}
