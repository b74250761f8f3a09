import { expect, it } from "vitest";

import type { City, Standard } from "../src/page";
import { addressParams, apiQuery, firstQuestion, modesOf, questionFrom, withMode, withService } from "../src/question";

const text = { vi: "", en: "" };

function standard(id: string, service: string, measure: string, mode: string | null, limit: number, group = "all"): Standard {
  return { id, service, title: text, measure, mode, limit, group, direction: "to_facility" };
}

const CITY = {
  title: text, bbox: [106, 20, 107, 21], categories: [], former: [], notices: {}, keys: {}, fields: {},
  services: [{ id: "office", title: text }, { id: "school", title: text }],
  standards: [
    standard("office_3km", "office", "straight_radius", null, 3000),
    standard("office_moto", "office", "network_time", "motorbike", 600),
    standard("office_walk", "office", "network_time", "walk", 900),
    standard("school_walk", "school", "network_time", "walk", 900, "age_6_10"),
  ],
  groups: [{ id: "age_6_10", title: text }],
  modes: ["walk", "bicycle", "motorbike", "car"],
  vintages: [{ id: "new", layer: "commune", title: text, level: "commune", from: "2025-07-01", to: null }, { id: "old", layer: "commune_2024", title: text, level: "commune", from: "2024-01-01", to: "2025-07-01" }],
  phases: [],
  imagery: [],
  counts: { office: 5, school: 3, roads: 9 },
} satisfies City;

function read(search: string) {
  const question = questionFrom(new URLSearchParams(search), CITY);
  if (!question) throw new Error("no question");
  return question;
}

it("begins with the first service that holds data, by a travel time where there are roads", () => {
  expect(firstQuestion(CITY)).toMatchObject({ service: "office", standard: "office_moto", limit: 600, vintage: "new", state: "today" });
  expect(firstQuestion({ ...CITY, counts: { ...CITY.counts, office: 0 } })?.service).toBe("school");
  expect(firstQuestion({ ...CITY, counts: { ...CITY.counts, roads: 0 } })?.standard).toBe("office_3km");
  expect(firstQuestion({ ...CITY, services: [] })).toBeNull();
});

it.each([
  ["", ""],
  ["standard=office_walk", "standard=office_walk"],
  ["mode=bicycle&limit=300", "mode=bicycle&limit=300"],
  ["limit=720&vintage=old&state=before", "limit=720&vintage=old&state=before"],
  ["state=branches&share=0.25", "state=branches&share=0.25"],
  ["standard=school_walk&group=all", "standard=school_walk&group=all"],
])("keeps the question of the address %s", (search, written) => {
  expect(new URLSearchParams(addressParams(read(search), CITY)).toString()).toBe(written);
});

it.each(["standard=gone", "limit=-5", "limit=x", "limit=99999", "group=nobody", "vintage=1900", "state=maybe", "mode=boat", "share=7"])(
  "leaves the question as usual for the address %s", (search) => {
    expect(read(search)).toEqual(firstQuestion(CITY));
  });

it.each([
  ["", null, "standard=office_moto&vintage=new"],
  ["limit=720", null, "standard=office_moto&limit=720&vintage=new"],
  ["mode=bicycle", null, "standard=office_moto&mode=bicycle&vintage=new"],
  ["state=before", "2025-07-01", "standard=office_moto&at=2025-06-30T10%3A00&vintage=new"],
  ["state=before", null, "standard=office_moto&vintage=new"],
  ["state=branches&share=0.4", "2025-07-01", "standard=office_moto&vintage=new&branch_share=0.4"],
  ["group=age_6_10", null, "standard=office_moto&vintage=new&groups=age_6_10"],
  ["standard=office_3km&mode=car", null, "standard=office_3km&measure=network_time&mode=car&limit=600&vintage=new"],
])("asks the service %s as %s", (search, boundary, query) => {
  expect(apiQuery(read(search), CITY, boundary)).toBe(query);
});

it("takes the service's own standard for a mode where there is one", () => {
  expect(withMode(read(""), "walk", CITY)).toMatchObject({ standard: "office_walk", limit: 900 });
  expect(withMode(read(""), "car", CITY)).toMatchObject({ standard: "office_moto", mode: "car", limit: 600 });
});

it("goes to another service with its group, in the state of today", () => {
  expect(withService(read("state=before"), "school", CITY)).toMatchObject({ standard: "school_walk", group: "age_6_10", state: "today" });
});

it("asks for the nearest limit that everybody may ask for", () => {
  expect(read("limit=607").limit).toBe(600);
  expect(read("limit=1").limit).toBe(15);
  expect(read("standard=office_3km&limit=2990").limit).toBe(3000);
});

it("offers every mode to people who go, and only its own to a service that comes", () => {
  const engine: Standard = { ...standard("fire_car", "fire", "network_time", "car", 600), direction: "from_facility" };
  const city: City = { ...CITY, services: [{ id: "fire", title: text }], standards: [standard("fire_5km", "fire", "straight_radius", null, 5000), engine] };
  expect(modesOf(CITY, "office")).toEqual(CITY.modes);
  expect(modesOf(city, "fire")).toEqual(["car"]);
  expect(questionFrom(new URLSearchParams("mode=walk"), city)).toEqual(firstQuestion(city));
  expect(questionFrom(new URLSearchParams("standard=fire_5km&mode=car"), city)).toMatchObject({ standard: "fire_car", mode: "car" });
});
