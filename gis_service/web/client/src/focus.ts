/** Where the reader was when something was chosen: a row, the search box, the map. Closing the card leads back there. */

import { computed, effect } from "@preact/signals";

import * as state from "./state";

const CARDS = ".card, .feature";

const chosen = computed(() => state.selection.value ?? state.place.value ?? state.unit.value);
let origin: HTMLElement | null = null;

/** Remember, for each new selection, the element that has the focus; one inside a card is no place to go back to. */
export function followOrigin(): void {
  effect(() => {
    if (chosen.value === null) return;
    const at = document.activeElement;
    if (at instanceof HTMLElement && at !== document.body && !at.closest(CARDS)) origin = at;
  });
}

/** On a phone a field that gets the focus brings up the keyboard, which would cover what the reader came back to. */
function isWelcome(element: HTMLElement | null): element is HTMLElement {
  return element?.isConnected === true && !(state.isPhone.peek() && element.matches("input, select, textarea"));
}

/** End the selection and give the focus back; false when nothing was chosen. */
export function endSelection(): boolean {
  if (!state.clear()) return false;
  const back = isWelcome(origin) ? origin : document.querySelector<HTMLElement>(".canvas canvas");
  origin = null;
  back?.focus();
  return true;
}

/** Esc ends the selection from wherever the focus is; a list, a field or a dialog that takes the key comes first. */
export function followEscape(): void {
  document.addEventListener("keydown", (event) => {
    const isInDialog = event.target instanceof Element && event.target.closest("dialog") !== null;
    if (event.key !== "Escape" || event.defaultPrevented || isInDialog) return;
    endSelection();
  });
}
