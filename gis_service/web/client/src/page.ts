/** What the server wrote into the page: the city and the language to begin with. */

import type { Account } from "./account";
import type { Language, Text } from "./language";

/** A column of a layer, as its definition calls it. */
export interface Field {
  readonly name: string;
  readonly label: Text;
  readonly unit: string | null;
  /** What people read for values that are words of a fixed list. */
  readonly words: Readonly<Record<string, Text>>;
  /** Only of columns of days. */
  readonly isDate?: boolean;
}

/** A period of the city's programme, from its first day (ISO date) to the first day after it. */
export interface Phase {
  readonly id: string;
  readonly title: Text;
  readonly from: string;
  readonly to: string;
}

/** A rule that a service is judged by; its limit is in seconds for a time, in metres otherwise. */
export interface Standard {
  readonly id: string;
  readonly service: string;
  readonly title: Text;
  readonly measure: string;
  readonly mode: string | null;
  readonly limit: number;
  readonly group: string;
  /** Who goes: the people to the facility, or somebody from the facility to the people. */
  readonly direction: "to_facility" | "from_facility";
}

/** Administrative units that are valid from one day (ISO date) to another, which is not among them. */
export interface Vintage {
  readonly id: string;
  readonly layer: string;
  readonly title: Text;
  /** Units of one level follow each other in time; those of two stand side by side. */
  readonly level: "commune" | "district";
  readonly from: string;
  readonly to: string | null;
}

/** Pictures that may lie under the map. */
export interface Background {
  readonly id: string;
  readonly title: Text;
  readonly credit: Text;
  readonly minzoom: number;
  readonly maxzoom: number;
  /** West, south, east, north. */
  readonly bounds: readonly [number, number, number, number];
  /** Of its pictures below the API, with {z}, {y} and {x} left open. */
  readonly path: string;
}

interface Titled {
  readonly id: string;
  readonly title: Text;
}

export interface City {
  readonly title: Text;
  readonly bbox: readonly [number, number, number, number];
  /** Sectors in the order people see them. */
  readonly categories: readonly Titled[];
  /** Services that have a standard, in the order of their sectors. */
  readonly services: readonly Titled[];
  readonly standards: readonly Standard[];
  readonly groups: readonly Titled[];
  readonly modes: readonly string[];
  /** The communes of today first, then those of before, then districts. */
  readonly vintages: readonly Vintage[];
  /** Periods of the city's programme, in the order of time. */
  readonly phases: readonly Phase[];
  /** Layers of administrative units that are no longer valid. */
  readonly former: readonly string[];
  /** Words of the notices of a study, by code. */
  readonly notices: Readonly<Record<string, Text>>;
  /** The column that names a feature for good, by layer. */
  readonly keys: Readonly<Record<string, string | null>>;
  /** Number of features by layer. */
  readonly counts: Readonly<Record<string, number>>;
  /** Pictures that may lie under the map: of other tile servers, which the service fetches, and photographs of its own. */
  readonly imagery: readonly Background[];
  /** Columns by layer, in the order people see them. */
  readonly fields: Readonly<Record<string, readonly Field[]>>;
}

export interface Page {
  readonly root: HTMLElement;
  readonly api: string;
  readonly language: Language;
  readonly city: City;
  /** Who has signed in; null for nobody in particular. */
  readonly account: Account | null;
}

export function readPage(document: Document): Page {
  const root = document.getElementById("app");
  const { city, account } = root?.dataset ?? {};
  if (!root || !city) throw new Error("The page has no element #app with the city in data-city.");
  return {
    root,
    api: root.dataset["api"] ?? "/api",
    language: document.documentElement.lang === "en" ? "en" : "vi",
    city: JSON.parse(city) as City,
    account: account === undefined ? null : (JSON.parse(account) as Account),
  };
}

/** The address of this page in another language; the place on the map (the part after #) stays. */
export function inLanguage(address: string, language: Language): string {
  const url = new URL(address);
  url.searchParams.set("lang", language);
  return url.toString();
}
