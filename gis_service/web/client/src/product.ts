/** The compact product of a study (docs/contract.md): read in place, and counted at any limit without asking again. */

/** People in persons; null where the reader may not see the number. */
export interface Figures {
  readonly total: number | null;
  readonly covered: number | null;
  readonly uncovered: number | null;
  readonly unreachable: number | null;
}

export interface Row {
  readonly id: string;
  readonly name: string;
}

interface Head {
  readonly format: number;
  readonly kind: "steps" | "points";
  readonly unit: "s" | "m";
  /** Seconds or metres of one step. */
  readonly step: number;
  /** How many steps there are; the first is 0. */
  readonly steps: number;
  readonly groups: readonly string[];
  /** All people first, then the units. */
  readonly rows: readonly Row[];
  readonly vintage: string | null;
  readonly generated_data: boolean;
}

/** The sums that everybody may read. */
export interface Steps extends Head {
  readonly kind: "steps";
  /** Thousandths of people up to each told mark, one row and group after the other. */
  readonly sums: Float64Array;
  /** Place of each mark of each row and group among the sums; -1 where it is not told. */
  readonly place: Int32Array;
}

/** One row for each place of people: personal detail. */
export interface Points extends Head {
  readonly kind: "points";
  /** Parts of a degree, `DEGREE` in each. */
  readonly lon: Int32Array;
  readonly lat: Int32Array;
  /** Number of the unit's row. */
  readonly row: Uint16Array;
  /** Milliseconds or millimetres, for each group; -1 for a way to no facility that counts, -2 for no way at all. */
  readonly cost: readonly Int32Array[];
  /** Thousandths, for each group. */
  readonly people: readonly Uint32Array[];
}

export type Product = Steps | Points;

export const DEGREE = 10_000_000;
const FORMAT = 1;
const MAGIC = 0x50534947; // "GISP"
const BEFORE_HEAD = 8;
const THOUSANDTHS = 1000;
const NEVER = -2;

interface Column {
  readonly name: string;
  readonly type: "u2" | "u4" | "i4" | "f8";
  readonly shape: readonly number[];
  readonly offset: number;
}

type Numbers = Uint16Array | Uint32Array | Int32Array | Float64Array;
const TYPES = { u2: Uint16Array, u4: Uint32Array, i4: Int32Array, f8: Float64Array } as const;

/** Read a product; its columns are looked at where they lie. */
export function readProduct(file: ArrayBuffer): Product {
  const view = new DataView(file);
  if (file.byteLength < BEFORE_HEAD || view.getUint32(0, true) !== MAGIC) throw new Error("not a compact product");
  const begin = BEFORE_HEAD + view.getUint32(4, true);
  const text = new TextDecoder().decode(new Uint8Array(file, BEFORE_HEAD, begin - BEFORE_HEAD));
  const { columns, cost_of, ...head } = JSON.parse(text) as Head & { columns: Column[]; cost_of?: number[] };
  if (head.format !== FORMAT) throw new Error(`compact product of format ${head.format}, expected ${FORMAT}`);
  const column = <T extends Numbers>(name: string): T => {
    const told = columns.find((one) => one.name === name);
    if (told === undefined) throw new Error(`compact product without ${name}`);
    const count = told.shape.reduce((all, size) => all * size, 1);
    return new TYPES[told.type](file, begin + told.offset, count) as T;
  };
  if (head.kind === "steps") return stepsOf(head, column("first"), column("mark"), column("people"));
  const cost = column<Int32Array>("cost");
  const people = column<Uint32Array>("people");
  const lon = column<Int32Array>("lon");
  const homes = lon.length;
  const part = (number: number): [number, number] => [number * homes, (number + 1) * homes];
  return {
    ...head,
    kind: "points",
    lon,
    lat: column("lat"),
    row: column("row"),
    cost: head.groups.map((_, group) => cost.subarray(...part(cost_of?.[group] ?? 0))),
    people: head.groups.map((_, group) => people.subarray(...part(group))),
  };
}

function stepsOf(head: Head, first: Uint32Array, mark: Uint16Array, people: Float64Array): Steps {
  const marks = head.steps + 2;
  const sums = new Float64Array(people.length);
  const place = new Int32Array((first.length - 1) * marks).fill(-1);
  for (let figure = 0; figure + 1 < first.length; figure++) {
    let sum = 0;
    for (let at = first[figure] ?? 0; at < (first[figure + 1] ?? 0); at++) {
      sum += people[at] ?? 0;
      sums[at] = sum;
      place[figure * marks + (mark[at] ?? 0)] = at;
    }
  }
  return { ...head, kind: "steps", sums, place };
}

/** The figures of each row and group at a limit in seconds or metres, as the reader's study has them there. */
export function figuresAt(product: Product, limit: number): readonly (readonly Figures[])[] {
  return product.kind === "steps" ? toldAt(product, limit) : countedAt(product, limit);
}

function toldAt(product: Steps, limit: number): Figures[][] {
  const marks = product.steps + 2;
  const step = limit / product.step;
  const isStep = Number.isInteger(step) && step >= 0 && step < product.steps;
  const upTo = (figure: number, mark: number): number | null => {
    const at = product.place[figure * marks + mark] ?? -1;
    return at < 0 ? null : (product.sums[at] ?? 0);
  };
  return product.rows.map((_, row) => product.groups.map((__, group) => {
    const figure = row * product.groups.length + group;
    const total = upTo(figure, marks - 1);
    return figures(total, isStep ? upTo(figure, step) : null, upTo(figure, marks - 2));
  }));
}

function countedAt(product: Points, limit: number): Figures[][] {
  const most = Math.floor(limit * THOUSANDTHS + 0.5);
  const rows = product.rows.length;
  const groups = product.people.map((people, group) => {
    const total = new Float64Array(rows);
    const covered = new Float64Array(rows);
    const came = new Float64Array(rows);
    const costs = product.cost[group] ?? new Int32Array(people.length);
    for (let home = 0; home < people.length; home++) {
      const row = product.row[home] as number;
      const count = people[home] as number;
      const cost = costs[home] as number;
      total[row] = (total[row] as number) + count;
      if (cost !== NEVER) came[row] = (came[row] as number) + count;
      if (cost >= 0 && cost <= most) covered[row] = (covered[row] as number) + count;
    }
    return [total, covered, came].map(withAll) as [Float64Array, Float64Array, Float64Array];
  });
  return product.rows.map((_, row) => groups.map(([total, covered, came]) => figures(
    total[row] as number, covered[row] as number, came[row] as number,
  )));
}

/** Put the sum of all units into the first row. */
function withAll(sums: Float64Array): Float64Array {
  sums[0] = sums.reduce((all, one) => all + one, 0);
  return sums;
}

function figures(total: number | null, covered: number | null, came: number | null): Figures {
  const persons = (count: number | null): number | null => (count === null ? null : count / THOUSANDTHS);
  const less = (part: number | null): number | null => (total === null || part === null ? null : total - part);
  return {
    total: persons(total),
    covered: persons(total === null ? null : covered),
    uncovered: persons(less(covered)),
    unreachable: persons(less(came)),
  };
}

/** Write into `seen`, for each place, 1 where its way is within the limit and 0 where it is not. */
export function reachedAt(product: Points, limit: number, seen: Uint8Array, group = 0): void {
  const most = Math.floor(limit * THOUSANDTHS + 0.5);
  const costs = product.cost[group] ?? new Int32Array(0);
  for (let home = 0; home < costs.length; home++) {
    const cost = costs[home] as number;
    seen[home] = cost >= 0 && cost <= most ? 1 : 0;
  }
}
