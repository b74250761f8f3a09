/** The page of one upload: every choice is looked at anew, and the reader stays where they are. */

import { degreesAt, edgesOf, pointAt } from "./place";

const ASK_AGAIN_MS = 1500;
const SIZE = { width: 640, height: 420 };
const SVG = "http://www.w3.org/2000/svg";

export function startPreview(first: HTMLElement): void {
  const live = document.createElement("p");
  live.className = "unseen";
  live.setAttribute("role", "status");
  document.body.append(live);
  let main = first;
  let chosenRow: HTMLInputElement | null = null;

  const tell = (): void => {
    live.textContent = main.querySelector("#sentence")?.textContent ?? "";
  };

  function begin(): void {
    main.classList.add("live");
    countChanges();
    if (main.dataset["waiting"] !== undefined) setTimeout(() => void lookAgain(), ASK_AGAIN_MS);
    for (const fault of main.querySelectorAll<HTMLElement>(".faults [data-lon]")) fault.tabIndex = 0;
    const map = main.querySelector("#map");
    map?.classList.toggle("placing", main.querySelector("[data-place]") !== null);
  }

  /** Puts another state of the page in place of this one; what had the focus keeps it, and its place on the screen. */
  function show(html: string): boolean {
    const next = new DOMParser().parseFromString(html, "text/html");
    const made = next.querySelector<HTMLElement>("main");
    if (!made) return false;
    const before = document.activeElement;
    const top = before?.getBoundingClientRect().top ?? 0;
    const find = selectorOf(before);
    main.replaceWith(document.adoptNode(made));
    main = made;
    document.title = next.title || document.title;
    begin();
    const after = find ? main.querySelector<HTMLElement>(find) : null;
    after?.focus({ preventScroll: true });
    if (after) window.scrollBy({ top: after.getBoundingClientRect().top - top, behavior: "instant" });
    tell();
    return true;
  }

  async function lookAgain(): Promise<void> {
    try {
      const answer = await fetch(location.href);
      const html = await answer.text();
      const next = new DOMParser().parseFromString(html, "text/html").querySelector<HTMLElement>("main");
      if (next?.dataset["state"] !== main.dataset["state"]) show(html);
      else setTimeout(() => void lookAgain(), ASK_AGAIN_MS);
    } catch {
      setTimeout(() => void lookAgain(), 2 * ASK_AGAIN_MS);
    }
  }

  async function sendChoices(form: HTMLFormElement, button: HTMLElement | null): Promise<void> {
    const given = new FormData(form);
    if (button instanceof HTMLButtonElement && button.name) given.append(button.name, button.value);
    const halves = main.querySelector<HTMLElement>(".halves");
    main.setAttribute("aria-busy", "true");
    const focused = selectorOf(document.activeElement);
    if (halves) halves.inert = true;
    try {
      const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams([...given].map(([name, value]) => [name, String(value)])) });
      const html = await answer.text();
      if (halves) halves.inert = false;
      if (focused) main.querySelector<HTMLElement>(focused)?.focus({ preventScroll: true });
      if (!show(html)) throw new Error(String(answer.status));
    } catch {
      if (halves) halves.inert = false;
      main.removeAttribute("aria-busy");
      const failed = document.createElement("p");
      failed.className = "said failed";
      failed.setAttribute("role", "alert");
      failed.textContent = main.dataset["failed"] ?? "";
      main.querySelectorAll(":scope > .said.failed[role=alert]").forEach((old) => old.remove());
      main.querySelector("#sentence")?.after(failed);
    }
  }

  function countChanges(): void {
    const place = main.querySelector<HTMLElement>("[data-count]");
    if (!place) return;
    void fetch(place.dataset["count"] ?? "")
      .then((answer) => answer.text())
      .then((html) => {
        const counted = new DOMParser().parseFromString(html, "text/html").querySelectorAll("#changes > :not(h2, form, details)");
        if (place.isConnected && counted.length) place.replaceWith(...[...counted].map((one) => document.adoptNode(one)));
      })
      // The link that stands there does the same.
      .catch(() => undefined);
  }

  document.addEventListener("change", (event) => {
    const changed = event.target;
    if (!(changed instanceof HTMLInputElement || changed instanceof HTMLSelectElement)) return;
    if (changed.dataset["now"] !== undefined && changed.form?.id === "choices") void sendChoices(changed.form, null);
  });
  document.addEventListener("input", (event) => {
    const written = event.target;
    if (written instanceof HTMLElement && written.dataset["now"] === undefined && written.closest("#choices")) main.dataset["unsent"] = "";
  });
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement)) return;
    const choices = main.querySelector<HTMLFormElement>("#choices");
    // What was typed and not kept yet is kept and shown first: nobody publishes what they have not seen.
    const comesFirst = form.closest("#changes > form") !== null && main.dataset["unsent"] !== undefined;
    if (form !== choices && !comesFirst) return;
    event.preventDefault();
    if (choices) void sendChoices(choices, comesFirst ? null : event.submitter);
  });
  document.addEventListener("focusin", (event) => {
    if (event.target instanceof HTMLInputElement && event.target.dataset["place"]) chosenRow = event.target;
    pointOut(main, event.target);
  });
  document.addEventListener("mouseover", (event) => pointOut(main, event.target));
  document.addEventListener("click", (event) => {
    const map = event.target instanceof Element ? event.target.closest<SVGSVGElement>("#map") : null;
    if (map && chosenRow?.isConnected) place(map, chosenRow, event);
  });
  begin();
}

/** Rings the place of a fault that is pointed at. */
function pointOut(main: HTMLElement, target: EventTarget | null): void {
  const fault = target instanceof Element ? target.closest<HTMLElement>("[data-lon]") : null;
  const map = main.querySelector<SVGSVGElement>("#map");
  if (!fault || !map) return;
  const [x, y] = pointAt(Number(fault.dataset["lon"]), Number(fault.dataset["lat"]), SIZE, edgesOf(map));
  ring(map, x, y, "shown", "13");
}

function ring(map: SVGSVGElement, x: number, y: number, kind: string, radius: string): void {
  map.querySelector(`.${kind}`)?.remove();
  const circle = document.createElementNS(SVG, "circle");
  for (const [name, value] of Object.entries({ class: kind, cx: x.toFixed(1), cy: y.toFixed(1), r: radius })) circle.setAttribute(name, value);
  map.append(circle);
}

/** Fills in where a row lies from a click on the map. */
function place(map: SVGSVGElement, row: HTMLInputElement, event: MouseEvent): void {
  const box = map.getBoundingClientRect();
  const point = [event.clientX - box.left, event.clientY - box.top] as const;
  const [lon, lat] = degreesAt(point[0], point[1], box, edgesOf(map));
  const both = row.parentElement?.querySelectorAll<HTMLInputElement>("[data-place]") ?? [];
  for (const input of both) input.value = String(input.dataset["place"] === "lon" ? lon : lat);
  ring(map, (point[0] / box.width) * SIZE.width, (point[1] / box.height) * SIZE.height, "given", "7");
}

/** How to find an element again in the next state of the page; null for what has no name. */
export function selectorOf(element: Element | null): string | null {
  if (!element || element === document.body) return null;
  if (element.id) return `#${CSS.escape(element.id)}`;
  const name = element.getAttribute("name");
  if (!name) return null;
  const value = element.getAttribute("value");
  const exact = value !== null && (element instanceof HTMLButtonElement || (element instanceof HTMLInputElement && element.type !== "text"));
  return `[name="${CSS.escape(name)}"]${exact ? `[value="${CSS.escape(value)}"]` : ""}`;
}
