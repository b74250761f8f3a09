/** Reads tiles from a PMTiles archive (version 3) that lies in memory as a whole. */

interface Entry {
  readonly id: number;
  readonly offset: number;
  readonly length: number;
  /** Tiles in a row with these bytes; none means a further directory. */
  readonly run: number;
}

const HEADER_BYTES = 127;
const GZIP = 2;
const DEEPEST_DIRECTORY = 3;

/** Number of a tile: zooms one after the other, each along its Hilbert curve. Exact up to zoom 25. */
export function tileId(z: number, x: number, y: number): number {
  let along = (4 ** z - 1) / 3;
  for (let half = 2 ** (z - 1); half >= 1; half /= 2) {
    const right = (x & half) === 0 ? 0 : 1;
    const lower = (y & half) === 0 ? 0 : 1;
    along += half * half * ((3 * right) ^ lower);
    if (lower === 0) {
      if (right === 1) [x, y] = [2 ** z - 1 - x, 2 ** z - 1 - y];
      [x, y] = [y, x];
    }
  }
  return along;
}

async function unpacked(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** Numbers of seven bits a byte, the lowest first. */
function numbersOf(bytes: Uint8Array): number[] {
  const found: number[] = [];
  let value = 0;
  let weight = 1;
  for (const byte of bytes) {
    value += (byte & 0x7f) * weight;
    weight *= 0x80;
    if (byte < 0x80) {
      found.push(value);
      [value, weight] = [0, 1];
    }
  }
  return found;
}

/** Entries stand column by column: steps between ids, runs, lengths, offsets. */
export function entriesOf(bytes: Uint8Array): readonly Entry[] {
  const [count = 0, ...numbers] = numbersOf(bytes);
  const column = (which: number, row: number): number => numbers[which * count + row] ?? 0;
  const entries: Entry[] = [];
  for (let row = 0; row < count; row += 1) {
    const before = entries.at(-1);
    const told = column(3, row);
    entries.push({
      id: (before?.id ?? 0) + column(0, row),
      run: column(1, row),
      length: column(2, row),
      // A nought: right behind the one before.
      offset: told === 0 && before ? before.offset + before.length : told - 1,
    });
  }
  return entries;
}

/** The last entry that begins at a tile or before it. */
function findEntry(entries: readonly Entry[], id: number): Entry | undefined {
  let [low, high] = [0, entries.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((entries[middle]?.id ?? Infinity) <= id) low = middle + 1;
    else high = middle;
  }
  const found = entries[low - 1];
  return found && (found.run === 0 || id < found.id + found.run) ? found : undefined;
}

export class Archive {
  private readonly directories = new Map<number, Promise<readonly Entry[]>>();
  private readonly header: DataView;

  constructor(private readonly bytes: Uint8Array<ArrayBuffer>) {
    this.header = new DataView(bytes.buffer, bytes.byteOffset, HEADER_BYTES);
    const magic = new TextDecoder().decode(bytes.subarray(0, 7));
    if (magic !== "PMTiles" || this.header.getUint8(7) !== 3) throw new Error("not a PMTiles archive of version 3");
    if (this.header.getUint8(97) !== GZIP || this.header.getUint8(98) !== GZIP) throw new Error("a compression that is not read here");
  }

  get zooms(): readonly [number, number] {
    return [this.header.getUint8(100), this.header.getUint8(101)];
  }

  /** West, south, east, north in degrees. */
  get box(): readonly [number, number, number, number] {
    const side = (at: number): number => this.header.getInt32(at, true) / 1e7;
    return [side(102), side(106), side(110), side(114)];
  }

  /** The bytes of a tile; null where nothing lies. */
  async tile(z: number, x: number, y: number): Promise<Uint8Array<ArrayBuffer> | null> {
    const id = tileId(z, x, y);
    let [at, length] = [this.number(8), this.number(16)];
    for (let depth = 0; depth < DEEPEST_DIRECTORY; depth += 1) {
      const found = findEntry(await this.directory(at, length), id);
      if (!found) return null;
      if (found.run > 0) return unpacked(this.part(this.number(56) + found.offset, found.length));
      [at, length] = [this.number(40) + found.offset, found.length];
    }
    return null;
  }

  private directory(at: number, length: number): Promise<readonly Entry[]> {
    const known = this.directories.get(at) ?? unpacked(this.part(at, length)).then(entriesOf);
    this.directories.set(at, known);
    return known;
  }

  private part(at: number, length: number): Uint8Array<ArrayBuffer> {
    return this.bytes.subarray(at, at + length);
  }

  private number(at: number): number {
    return Number(this.header.getBigUint64(at, true));
  }
}
