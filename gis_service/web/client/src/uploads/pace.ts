/** How fast bytes go out, over the last seconds; what was sent in an earlier visit does not count. */

const LOOKED_BACK_MS = 8000;
const LEAST_MS = 800;

export class Pace {
  private readonly seen: { at: number; bytes: number }[] = [];

  note(bytes: number, at: number): void {
    this.seen.push({ at, bytes });
    while (this.seen.length > 2 && (this.seen[1]?.at ?? at) < at - LOOKED_BACK_MS) this.seen.shift();
  }

  /** Starts anew after a pause or a cut. */
  rest(): void {
    this.seen.length = 0;
  }

  /** Seconds until `size` bytes have gone out; null while nobody can tell. */
  secondsLeft(size: number): number | null {
    const first = this.seen[0];
    const last = this.seen[this.seen.length - 1];
    if (!first || !last || last.at - first.at < LEAST_MS || last.bytes <= first.bytes) return null;
    return ((size - last.bytes) * (last.at - first.at)) / (last.bytes - first.bytes) / 1000;
  }
}
