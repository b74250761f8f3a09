/** Which layers of the list fit what is typed, and how they stand in groups. */

import type { Language } from "../language";
import type { Layer } from "../layers";
import type { City } from "../page";

/** "Trạm y tế" and "tram y te" are the same to a searcher. */
export function folded(text: string): string {
  return text.normalize("NFD").replace(/\p{Mn}/gu, "").replace(/[đĐ]/g, "d").toLowerCase().replace(/\s+/g, " ").trim();
}

export interface Group {
  readonly id: string;
  readonly title: string;
  readonly layers: readonly Layer[];
}

/** Layers under the title of their sector, sectors in the order of the city's definition. */
export function grouped(layers: readonly Layer[], city: City, language: Language): readonly Group[] {
  const titles = new Map(city.categories.map(({ id, title }) => [id, title[language]]));
  const order = [...titles.keys(), ...new Set(layers.map((layer) => layer.category).filter((id) => !titles.has(id)))];
  return order
    .map((id) => ({ id, title: titles.get(id) ?? id, layers: layers.filter((layer) => layer.category === id) }))
    .filter((group) => group.layers.length > 0);
}

/** Groups with the layers in which every word begins one of title, sector, description, source or id. */
export function fitting(groups: readonly Group[], asked: string): readonly Group[] {
  const words = folded(asked).split(" ").filter((word) => word !== "");
  const fits = (layer: Layer, group: Group): boolean => {
    const text = ` ${folded([layer.title, group.title, layer.description, layer.source, layer.id].join(" "))}`;
    return words.every((word) => text.includes(` ${word}`));
  };
  return groups
    .map((group) => ({ ...group, layers: group.layers.filter((layer) => fits(layer, group)) }))
    .filter((group) => group.layers.length > 0);
}
