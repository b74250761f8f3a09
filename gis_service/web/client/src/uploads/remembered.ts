/** Where each file that was begun goes on, for the next visit of this browser. */

const PREFIX = "gis upload ";

type Known = Pick<File, "name" | "size" | "lastModified">;

function keyOf(file: Known): string {
  return `${PREFIX}${file.name} ${file.size} ${file.lastModified}`;
}

/** The address that a file was begun at; null for one that this browser has not begun, or may not remember. */
export function recall(file: Known): string | null {
  try {
    return localStorage.getItem(keyOf(file));
  } catch {
    return null;
  }
}

export function remember(file: Known, address: string): void {
  try {
    localStorage.setItem(keyOf(file), address);
  } catch {
    // A browser that keeps nothing sends the file from its beginning next time.
  }
}

export function forget(file: Known): void {
  try {
    localStorage.removeItem(keyOf(file));
  } catch {
    // Nothing was kept.
  }
}
