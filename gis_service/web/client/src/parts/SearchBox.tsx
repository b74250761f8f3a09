/** The box that finds communes, facilities, settlements and coordinates; by keyboard a list that arrows walk through. */

import type { FeatureCollection } from "geojson";
import { useRef, useState } from "preact/hooks";

import { IN_NO_UNIT } from "../answer";
import { read } from "../api";
import { facilityOf } from "../facilities";
import { word } from "../language";
import type { City } from "../page";
import { entryOf, search, type Entry, type Found } from "../search";
import * as state from "../state";

interface Props {
  readonly city: City;
  readonly goTo: (at: state.Position) => void;
  readonly showUnit: (id: string) => void;
}

const SETTLEMENTS = "settlement";

/** Villages are many and rarely asked for: they are read when somebody comes to search. */
async function readSettlements(units: ReadonlyMap<string, string>): Promise<readonly Entry[]> {
  const found = await read<FeatureCollection>(`/collections/${SETTLEMENTS}/items?limit=10000`, state.language.peek());
  return found.features.flatMap((feature) => {
    const place = facilityOf(feature);
    const within = units.get(String(feature.properties?.["commune_code"] ?? "")) ?? "";
    return place ? [entryOf({ kind: "settlement", name: place.name, within, at: place.at, id: `s${place.fid}` })] : [];
  });
}

function unitNames(): ReadonlyMap<string, string> {
  return new Map(state.zones.peek().filter((zone) => zone.id !== IN_NO_UNIT).map((zone) => [zone.id, zone.name]));
}

function entriesNow(city: City, settlements: readonly Entry[]): readonly Entry[] {
  const language = state.language.peek();
  const service = city.services.find(({ id }) => id === state.question.peek()?.service)?.title[language] ?? "";
  const vintage = state.vintage.peek()?.title[language] ?? "";
  const units = [...unitNames()].map(([id, name]) => entryOf({ kind: "unit", name, within: vintage, at: null, id }));
  const places = (state.placesOfService.peek() ?? []).map((one) =>
    entryOf({ kind: "facility", name: one.name, within: service, at: one.at, id: `f${one.fid}` }));
  return [...units, ...settlements, ...places];
}

function open(found: Found, { goTo, showUnit }: Props): void {
  if (found.kind === "unit") {
    state.choose({ unit: found.id });
    showUnit(found.id);
  } else if (found.at) {
    state.choose({ place: found.at });
    goTo(found.at);
  }
}

function useSettlements(city: City): [readonly Entry[], () => void] {
  const [settlements, setSettlements] = useState<readonly Entry[]>([]);
  const asked = useRef(false);
  const fetchOnce = (): void => {
    if (asked.current || !(SETTLEMENTS in city.fields) || city.counts[SETTLEMENTS] === 0) return;
    asked.current = true;
    // Without them the box still finds everything else.
    readSettlements(unitNames()).then(setSettlements).catch(() => { asked.current = false; });
  };
  return [settlements, fetchOnce];
}

export function SearchBox(props: Props) {
  const language = state.language.value;
  const [settlements, fetchSettlements] = useSettlements(props.city);
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const [isOpen, setOpen] = useState(false);
  const found = isOpen ? search(entriesNow(props.city, settlements), text) : [];
  const choose = (one: Found | undefined): void => {
    if (!one) return;
    setText(one.name);
    setOpen(false);
    open(one, props);
  };
  const pressed = (event: KeyboardEvent): void => {
    if (event.key === "Escape") {
      setOpen(false);
      setText("");
    } else if (event.key === "Enter") choose(found[at]);
    else if (event.key === "ArrowDown" && found.length > 0) setAt((at + 1) % found.length);
    else if (event.key === "ArrowUp" && found.length > 0) setAt((at + found.length - 1) % found.length);
    else return;
    event.preventDefault();
  };
  const hasList = isOpen && text.trim() !== "";
  return (
    <div class="search" role="search">
      <input type="text" role="combobox" autocomplete="off" spellcheck={false} enterkeyhint="search" value={text}
        placeholder={word("search", language)} aria-label={word("search", language)} aria-autocomplete="list"
        aria-expanded={hasList} aria-controls="found" aria-activedescendant={found[at] ? `found-${at}` : undefined}
        onFocus={fetchSettlements} onBlur={() => setOpen(false)} onKeyDown={pressed}
        onInput={(event) => { setText(event.currentTarget.value); setAt(0); setOpen(true); }} />
      <ul id="found" role="listbox" aria-label={word("results", language)} hidden={!hasList}>
        {found.map((one, index) => (
          // The press comes before the box loses focus and the list with it.
          <li key={one.kind + one.id} id={`found-${index}`} role="option" aria-selected={index === at}
            onPointerDown={(event) => { event.preventDefault(); choose(one); }}>
            <b>{one.name}</b> <small>{one.within}</small>
          </li>
        ))}
        {hasList && found.length === 0 && <li role="option" aria-disabled="true" aria-selected="false">{word("nothingFound", language)}</li>}
      </ul>
    </div>
  );
}
