/** The steps of the cells of a kept comparison: by people gained less people lost, in the colours of every difference. */

export const CELL_STEPS = [
  { colour: "#c8450f", from: null, text: "≤ −50" },
  { colour: "#e58f68", from: -49.999, text: "< 0" },
  { colour: "#f1f5f4", from: 0, text: "0" },
  { colour: "#6fa9d6", from: 0.001, text: "> 0" },
  { colour: "#0f6fb5", from: 50, text: "≥ +50" },
] as const;

/** A cell whose people may not be told. */
export const SMALL = "#b8c4c8";
