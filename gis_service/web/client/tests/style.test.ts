import { expect, it } from "vitest";

import tokens from "../src/look/tokens.css?raw";
import { eastSea, seaName } from "../src/places";
import { themed, WAY } from "../src/style";

/** Tokens of a theme by name; the dark ones stand after the light ones. */
function tokensOf(theme: "light" | "dark"): ReadonlyMap<string, string> {
  const [light = "", dark = ""] = tokens.split("@media (prefers-color-scheme: dark)");
  return new Map([...(theme === "light" ? light : dark).matchAll(/--([a-z-]+): (#[0-9a-f]{6});/g)].map(([, name = "", colour = ""]) => [name, colour]));
}

it.each(["light", "dark"] as const)("draws the parts of a way on the map in the colours of the card, %s", (theme) => {
  const known = tokensOf(theme);
  for (const [part, colour] of Object.entries(WAY[theme])) expect([part, known.get(part)]).toEqual([part, colour]);
});

it("changes colours for a dark screen wherever they stand, and nothing else", () => {
  const style = { paint: { "text-halo-color": "#FFFFFF", "text-opacity": 0.5 }, filter: ["==", "a", "#14232b"] };
  expect(themed(style, true)).toEqual({ paint: { "text-halo-color": "#14232a", "text-opacity": 0.5 }, filter: ["==", "a", "#e6eff1"] });
  expect(themed(style, false)).toBe(style);
});

it("names the sea in the reader's language and other water by its own name", () => {
  expect([eastSea("vi"), eastSea("en")]).toEqual(["Biển Đông", "East Sea"]);
  expect(seaName("en")).toEqual(["match", ["coalesce", ["get", "name"], ""], "Biển Đông", "East Sea", ["get", "name"]]);
});
