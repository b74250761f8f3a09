/** The box that finds communes, facilities, settlements and coordinates; by keyboard a list that arrows walk through. */

import { useMemo, useRef, useState } from "preact/hooks";

import { word } from "../language";
import { paced } from "../paced";
import { aboutText, findPlaces, keyOf, kindText, nameOf, type Found } from "../search";
import * as state from "../state";

interface Props {
  readonly goTo: (at: state.Position) => void;
  readonly showUnit: (id: string) => void;
}

const GAP_MS = 60;
const NO_CONNECTION = "failed";

function open(found: Found, { goTo, showUnit }: Props): void {
  const opens = (found.kind === "unit" || found.kind === "former") && state.vintage.peek() !== null;
  if (opens && found.within) {
    state.choose({ unit: found.within.code });
    showUnit(found.within.code);
  } else {
    const at: state.Position = [found.lon, found.lat];
    state.choose({ place: at });
    goTo(at);
  }
}

interface Searched {
  /** What the results are of. */
  readonly text: string;
  readonly found: readonly Found[] | typeof NO_CONNECTION;
}

const NOTHING: Searched = { text: "", found: [] };

/** The results of what is typed; those of the letters before stay until they come. */
function useSearch(): readonly [Searched, (text: string, then?: (found: readonly Found[]) => void) => void] {
  const [searched, setSearched] = useState(NOTHING);
  const asking = useMemo(() => paced(async ({ text, then }: { text: string; then?: (found: readonly Found[]) => void }, signal) => {
    try {
      const found = await findPlaces(text, state.vintage.peek()?.id ?? null, state.language.peek(), signal);
      setSearched({ text, found });
      then?.(found);
    } catch {
      if (!signal.aborted) setSearched({ text, found: NO_CONNECTION });
    }
  }, GAP_MS), []);
  return [searched, (text, then) => asking.ask({ text, ...(then ? { then } : {}) })];
}

export function SearchBox(props: Props) {
  const language = state.language.value;
  const [searched, ask] = useSearch();
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const [isOpen, setOpen] = useState(false);
  const newest = useRef("");
  const hasList = isOpen && text.trim() !== "";
  const isFailed = searched.found === NO_CONNECTION;
  const found = hasList && searched.found !== NO_CONNECTION && searched.text !== "" ? searched.found : [];
  const isSettled = searched.text === text.trim();
  const write = (now: string): void => {
    newest.current = now.trim();
    setText(now);
  };
  const typed = (now: string): void => {
    write(now);
    ask(now.trim());
    setAt(0);
    setOpen(true);
  };
  const choose = (one: Found | undefined): void => {
    if (!one) return;
    write(nameOf(one, language));
    setOpen(false);
    open(one, props);
  };
  /** Whoever is faster than the answer gets the first result when it comes, unless more is typed. */
  const enter = (): void => {
    if (isSettled && !isFailed) choose(found[at]);
    else if (text.trim() !== "") ask(text.trim(), (late) => { if (newest.current === text.trim()) choose(late[0]); });
  };
  const pressed = (event: KeyboardEvent): void => {
    // With nothing left to clear in the box, Esc ends the selection as it does everywhere.
    if (event.key === "Escape" && text === "") return;
    if (event.key === "Escape") {
      setOpen(false);
      write("");
    } else if (event.key === "Enter") enter();
    else if (event.key === "ArrowDown" && found.length > 0) setAt((at + 1) % found.length);
    else if (event.key === "ArrowUp" && found.length > 0) setAt((at + found.length - 1) % found.length);
    else return;
    event.preventDefault();
  };
  return (
    <div class="search" role="search">
      <input type="text" role="combobox" autocomplete="off" spellcheck={false} enterkeyhint="search" value={text}
        placeholder={word("search", language)} aria-label={word("search", language)} aria-autocomplete="list"
        aria-expanded={hasList} aria-controls="found" aria-activedescendant={found[at] ? `found-${at}` : undefined}
        onFocus={() => ask(text.trim())} onBlur={() => setOpen(false)} onKeyDown={pressed}
        onInput={(event) => typed(event.currentTarget.value)} />
      <ul id="found" role="listbox" aria-label={word("results", language)} aria-busy={!isSettled} hidden={!hasList}>
        {found.map((one, index) => (
          // The press comes before the box loses focus and the list with it.
          <li key={keyOf(one)} id={`found-${index}`} role="option" aria-selected={index === at}
            onPointerDown={(event) => { event.preventDefault(); choose(one); }}>
            <span class="found"><b>{nameOf(one, language)}</b> <small>{aboutText(one, language)}</small></span>
            <small class="kind">{kindText(one, language)}</small>
          </li>
        ))}
        {hasList && found.length === 0 && (
          <li role="option" aria-disabled="true" aria-selected="false">
            {word(isFailed ? "searchFailed" : isSettled ? "nothingFound" : "searching", language)}
          </li>
        )}
      </ul>
    </div>
  );
}
