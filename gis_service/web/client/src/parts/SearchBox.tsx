/** The box that finds communes, facilities, settlements and coordinates; by keyboard a list that arrows walk through. */

import type { FeatureCollection } from "geojson";
import { useRef, useState } from "preact/hooks";

import { IN_NO_UNIT } from "../answer";
import { read } from "../api";
import { facilityOf } from "../facilities";
import { word, type Word } from "../language";
import type { City } from "../page";
import { entryOf, folded, formerEntries, search, type Entry, type Found } from "../search";
import * as state from "../state";
import { formerOf, readUnits, type Unit } from "../units";

interface Props {
  readonly city: City;
  readonly goTo: (at: state.Position) => void;
  readonly showUnit: (id: string) => void;
}

const SETTLEMENTS = "settlement";
/** Letters from which names of the list before are looked for too; reading them brings their outlines with them. */
const FORMER_FROM = 2;
const KINDS: Readonly<Record<Found["kind"], Word>> = {
  unit: "kindUnit", former: "kindFormer", settlement: "kindSettlement", facility: "kindFacility", coordinates: "kindCoordinates",
};

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

/** What is read when somebody comes to search. */
interface More {
  readonly settlements: readonly Entry[];
  /** Units of the list before the one that is shown, by the id of the list shown. */
  readonly former: ReadonlyMap<string, readonly Unit[]>;
}

const NOTHING: More = { settlements: [], former: new Map() };

function entriesNow(city: City, more: More): readonly Entry[] {
  const language = state.language.peek();
  const service = city.services.find(({ id }) => id === state.told.peek()?.service)?.title[language] ?? "";
  const vintage = state.vintage.peek();
  const names = unitNames();
  const units = [...names].map(([id, name]) => entryOf({ kind: "unit", name, within: vintage?.title[language] ?? "", at: null, id }));
  const former = formerEntries(more.former.get(vintage?.id ?? "") ?? [], names, word("nowPartOf", language));
  const places = (state.placesTold.peek() ?? []).map((one) =>
    entryOf({ kind: "facility", name: one.name, within: service, at: one.at, id: `f${one.fid}` }));
  return [...units, ...former, ...more.settlements, ...places];
}

function open(found: Found, { goTo, showUnit }: Props): void {
  if (found.kind === "unit" || found.kind === "former") {
    state.choose({ unit: found.id });
    showUnit(found.id);
  } else if (found.at) {
    state.choose({ place: found.at });
    goTo(found.at);
  }
}

function useMore(city: City): [More, (text: string) => void] {
  const [more, setMore] = useState(NOTHING);
  const asked = useRef(new Set<string>());
  /** Ask once; without an answer the box still finds everything else, and asks again at the next visit. */
  const once = (what: string, reading: () => Promise<(before: More) => More>): void => {
    if (asked.current.has(what)) return;
    asked.current.add(what);
    reading().then(setMore).catch(() => asked.current.delete(what));
  };
  const fetch = (text: string): void => {
    if (SETTLEMENTS in city.fields && city.counts[SETTLEMENTS] !== 0) {
      once(SETTLEMENTS, async () => {
        const settlements = await readSettlements(unitNames());
        return (before) => ({ ...before, settlements });
      });
    }
    const vintage = state.vintage.peek();
    const former = vintage && formerOf(vintage, city);
    if (vintage && former && folded(text).length >= FORMER_FROM) {
      once(vintage.id, async () => {
        const units = await readUnits(former.layer, city, state.language.peek());
        return (before) => ({ ...before, former: new Map(before.former).set(vintage.id, units) });
      });
    }
  };
  return [more, fetch];
}

export function SearchBox(props: Props) {
  const language = state.language.value;
  const [more, fetchMore] = useMore(props.city);
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  const [isOpen, setOpen] = useState(false);
  const found = isOpen ? search(entriesNow(props.city, more), text) : [];
  const typed = (now: string): void => {
    fetchMore(now);
    setText(now);
    setAt(0);
    setOpen(true);
  };
  const choose = (one: Found | undefined): void => {
    if (!one) return;
    setText(one.name);
    setOpen(false);
    open(one, props);
  };
  const pressed = (event: KeyboardEvent): void => {
    // With nothing left to clear in the box, Esc ends the selection as it does everywhere.
    if (event.key === "Escape" && text === "") return;
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
        onFocus={() => fetchMore(text)} onBlur={() => setOpen(false)} onKeyDown={pressed}
        onInput={(event) => typed(event.currentTarget.value)} />
      <ul id="found" role="listbox" aria-label={word("results", language)} hidden={!hasList}>
        {found.map((one, index) => (
          // The press comes before the box loses focus and the list with it.
          <li key={one.key} id={`found-${index}`} role="option" aria-selected={index === at}
            onPointerDown={(event) => { event.preventDefault(); choose(one); }}>
            <span class="found"><b>{one.name}</b> <small>{one.within}</small></span>
            <small class="kind">{word(KINDS[one.kind], language)}</small>
          </li>
        ))}
        {hasList && found.length === 0 && <li role="option" aria-disabled="true" aria-selected="false">{word("nothingFound", language)}</li>}
      </ul>
    </div>
  );
}
