/** The marks of projects, by shape and colour: one path for the map, the legend and the table. */

import type { Standing } from "./stops";

export interface Mark {
  /** In a box of 20 by 20. */
  readonly path: string;
  readonly fill: string | null;
  readonly stroke: string | null;
}

export const BOX = 20;
const [RAIL, ROAD, OUTSIDE, PAPER, MUTED] = ["#0d3742", "#0b7a83", "#c8450f", "#ffffff", "#5a6b73"];

export const MARKS: Readonly<Record<Standing, Mark>> = {
  commissioned: { path: "M10 3.5a6.5 6.5 0 1 0 0 13a6.5 6.5 0 1 0 0-13Z", fill: RAIL, stroke: null },
  under_way: { path: "M4.5 4.5h11v11h-11Z", fill: ROAD, stroke: null },
  late: { path: "M10 3 17.5 16.5H2.5Z", fill: OUTSIDE, stroke: null },
  planned: { path: "M10 3 17 10 10 17 3 10Z", fill: PAPER, stroke: RAIL },
  stopped: { path: "M5 5 15 15M15 5 5 15", fill: null, stroke: MUTED },
};

const RATIO = 3;
const RING = 4;
const EDGE = 2.2;

/** A mark as pixels, on a white ring that tells it from the ground of either theme; null without a canvas. */
export function imageOf({ path, fill, stroke }: Mark): ImageData | null {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = BOX * RATIO;
  const ink = canvas.getContext("2d");
  if (!ink) return null;
  ink.scale(RATIO, RATIO);
  const shape = new Path2D(path);
  ink.lineJoin = ink.lineCap = "round";
  ink.strokeStyle = PAPER;
  ink.lineWidth = RING + (stroke === null ? 0 : EDGE);
  ink.stroke(shape);
  if (fill !== null) {
    ink.fillStyle = fill;
    ink.fill(shape);
  }
  if (stroke !== null) {
    ink.strokeStyle = stroke;
    ink.lineWidth = EDGE;
    ink.stroke(shape);
  }
  return ink.getImageData(0, 0, canvas.width, canvas.height);
}

export const PIXEL_RATIO = RATIO;

export function imageId(standing: Standing): string {
  return `roadmap-${standing}`;
}
