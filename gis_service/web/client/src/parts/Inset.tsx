/**
 * The sea beside the map: where the city lies on the coast, and the two archipelagos.
 *
 * A sketch for orientation: the coast has a point every hundred kilometres or so, each archipelago a few dots.
 */

import { word } from "../language";
import type { City } from "../page";
import { eastSea } from "../places";
import * as state from "../state";

const WEST = 102;
const NORTH = 23.6;

interface Sheet {
  readonly width: number;
  readonly height: number;
  /** Pixels for a degree. */
  readonly scale: number;
  readonly sea: readonly [number, number] | null;
  /** Lines of each name, and the foot of the first one. */
  readonly hoangSa: { readonly lines: readonly string[]; readonly y: number };
  readonly truongSa: { readonly lines: readonly string[]; readonly y: number };
}

const WIDE: Sheet = {
  width: 170, height: 156, scale: 8.8, sea: [118, 24],
  hoangSa: { lines: ["Hoàng Sa (Việt Nam)"], y: 51 },
  truongSa: { lines: ["Trường Sa (Việt Nam)"], y: 149 },
};
const SMALL: Sheet = {
  width: 98, height: 90, scale: 4, sea: null,
  hoangSa: { lines: ["Hoàng Sa", "(Việt Nam)"], y: 11 },
  truongSa: { lines: ["Trường Sa", "(Việt Nam)"], y: 74 },
};
const LINE_PX = 11.5;

/** The mainland's coast from the northern border round to the south-west, longitude and latitude. */
const COAST: readonly (readonly [number, number])[] = [
  [108.05, 21.53], [107.4, 21.2], [106.75, 20.7], [106.6, 20.25], [106.0, 19.95], [105.75, 19.1], [106.4, 18.1],
  [107.15, 17.0], [108.2, 16.15], [108.9, 15.3], [109.25, 13.8], [109.35, 12.8], [109.1, 11.7], [108.0, 10.75],
  [106.95, 10.35], [106.55, 9.55], [105.4, 8.65], [104.75, 8.6], [104.85, 9.9], [104.45, 10.4],
];
/** The western border, back to where the coast began. */
const BORDER: readonly (readonly [number, number])[] = [
  [105.1, 10.95], [106.2, 11.7], [107.5, 12.3], [107.5, 14.6], [107.1, 15.6], [106.5, 16.6], [105.2, 18.2], [104.0, 19.6],
  [103.2, 20.8], [102.15, 22.4], [103.9, 22.6], [105.3, 23.35], [106.7, 22.8], [106.6, 21.95], [108.05, 21.53],
];
const HOANG_SA: readonly (readonly [number, number])[] = [
  [111.6, 16.5], [111.2, 15.8], [112.3, 16.9], [112.7, 16.6], [111.75, 16.35], [112.3, 16.2],
];
const TRUONG_SA: readonly (readonly [number, number])[] = [
  [111.92, 8.64], [114.3, 11.4], [114.37, 10.38], [112.9, 8.85], [114.0, 9.9], [115.8, 10.7], [113.3, 10.0], [115.0, 9.2], [112.6, 7.9],
];

type Place = readonly [number, number];

function at([lon, lat]: Place, scale: number): Place {
  return [(lon - WEST) * scale, (NORTH - lat) * scale];
}

function Dots({ places, scale }: { readonly places: readonly Place[]; readonly scale: number }) {
  return (
    <>
      {places.map((place) => {
        const [x, y] = at(place, scale);
        return <circle key={`${x} ${y}`} cx={x} cy={y} r="1.1" />;
      })}
    </>
  );
}

function Name({ lines, y, x }: { readonly lines: readonly string[]; readonly y: number; readonly x: number }) {
  return <>{lines.map((line, index) => <text key={line} x={x} y={y + index * LINE_PX} text-anchor="end">{line}</text>)}</>;
}

export function Inset({ city }: { readonly city: City }) {
  const language = state.language.value;
  const sheet = state.isPhone.value ? SMALL : WIDE;
  const [west, south, east, north] = city.bbox;
  const [x, y] = at([(west + east) / 2, (south + north) / 2], sheet.scale);
  const land = [...COAST, ...BORDER].map((place) => at(place, sheet.scale).map((one) => one.toFixed(1)).join(" ")).join("L");
  return (
    <svg class="inset" viewBox={`0 0 ${sheet.width} ${sheet.height}`} width={sheet.width} height={sheet.height}
      role="img" aria-label={word("inset", language)}>
      <path class="inset-land" d={`M${land}Z`} />
      {sheet.sea && (
        <text class="inset-sea" x={sheet.sea[0]} y={sheet.sea[1]} text-anchor="middle">{eastSea(language)}</text>
      )}
      <circle class="inset-here" cx={x} cy={y} r="3.2" />
      <g class="inset-islands"><Dots places={HOANG_SA} scale={sheet.scale} /><Dots places={TRUONG_SA} scale={sheet.scale} /></g>
      <Name {...sheet.hoangSa} x={sheet.width - 4} />
      <Name {...sheet.truongSa} x={sheet.width - 4} />
    </svg>
  );
}
