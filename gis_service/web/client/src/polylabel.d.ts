declare module "polylabel" {
  /** The point inside a polygon that lies farthest from its outline, to within `precision`. */
  export default function polylabel(polygon: readonly (readonly (readonly number[])[])[], precision?: number): number[];
}
