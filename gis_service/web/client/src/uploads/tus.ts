/**
 * Sends a file in parts by the protocol tus 1.0.0, and goes on where it was cut: https://tus.io/protocols/resumable-upload.
 *
 * By hand, since the parts that our own server speaks are a hundred lines, and the usual library is ten times as many.
 */

const VERSION = "1.0.0";
const MEDIA = "application/offset+octet-stream";
export const PART_BYTES = 8 << 20;
const DELAYS_MS = [500, 1000, 2000, 4000, 8000, 15000, 30000];
/** Answers after which the same may be asked again: in use, overtaken, too often, and the troubles of a proxy. */
const PASSING = new Set([409, 423, 429, 460, 502, 503, 504]);
const GONE = new Set([404, 410]);

/** The line was cut, or the server is busy: the same can be tried again. */
export class Cut extends Error {}

/** The server does not take it, and says why. */
export class Refused extends Error {}

/** What a server of ours can be asked. */
export interface Remote {
  /** Begins an upload; gives its address. */
  create(name: string, size: number, signal: AbortSignal): Promise<string>;
  /** How many bytes have come; null when the upload is not there any more. */
  offset(address: string, signal: AbortSignal): Promise<number | null>;
  /** Sends bytes from an offset on; gives how many have come then. */
  append(address: string, offset: number, bytes: Blob, sent: (count: number) => void, signal: AbortSignal): Promise<number>;
  /** Gives the upload up. */
  drop(address: string): Promise<void>;
}

/** What somebody who waits is told. */
export interface Listener {
  begun(address: string): void;
  progress(bytes: number): void;
  cut(): void;
}

export type Rest = (milliseconds: number, signal: AbortSignal) => Promise<void>;

/** Sends a file whole, however often the line is cut; `known` is where an earlier visit has begun it. */
export async function send(
  file: Pick<File, "name" | "size" | "slice">,
  known: string | null,
  remote: Remote,
  listener: Listener,
  signal: AbortSignal,
  rest: Rest = pause,
): Promise<string> {
  const patiently = <T>(ask: () => Promise<T>): Promise<T> => untilAnswered(ask, listener, signal, rest);
  let address = known ?? "";
  let offset = known === null ? null : await patiently(() => remote.offset(known, signal));
  if (offset === null) {
    address = await patiently(() => remote.create(file.name, file.size, signal));
    offset = 0;
  }
  listener.begun(address);
  listener.progress(offset);
  let from = offset;
  let asked = true;
  while (from < file.size) {
    from = await patiently(async () => {
      if (!asked) {
        const come = await remote.offset(address, signal);
        if (come === null) throw new Refused("");
        from = come;
        asked = true;
      }
      if (from >= file.size) return from;
      asked = false;
      const start = from;
      return remote.append(address, start, file.slice(start, start + PART_BYTES), (count) => listener.progress(start + count), signal);
    });
    asked = true;
    listener.progress(from);
  }
  return address;
}

async function untilAnswered<T>(ask: () => Promise<T>, listener: Listener, signal: AbortSignal, rest: Rest): Promise<T> {
  for (let failures = 0; ; failures += 1) {
    try {
      return await ask();
    } catch (error) {
      if (signal.aborted || !(error instanceof Cut)) throw error;
      listener.cut();
      await rest(DELAYS_MS[Math.min(failures, DELAYS_MS.length - 1)] ?? 0, signal);
    }
  }
}

/** Waits; a line that comes back ends it at once. */
function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = (): void => {
      clearTimeout(timer);
      window.removeEventListener("online", end);
      signal.removeEventListener("abort", end);
      if (signal.aborted) reject(signal.reason);
      else resolve();
    };
    const timer = setTimeout(end, milliseconds);
    window.addEventListener("online", end);
    signal.addEventListener("abort", end);
  });
}

/** The server at an address, asked in the name of who has signed in. */
export function remoteAt(api: string, token: string): Remote {
  const headers = { "Tus-Resumable": VERSION, "X-CSRF-Token": token, "Accept-Language": document.documentElement.lang };

  async function ask(method: string, address: string, more: Record<string, string>, signal: AbortSignal | null): Promise<Response> {
    let answer: Response;
    try {
      answer = await fetch(address, { method, headers: { ...headers, ...more }, signal });
    } catch (error) {
      if (signal?.aborted) throw error;
      throw new Cut(String(error));
    }
    if (PASSING.has(answer.status)) throw new Cut(String(answer.status));
    return answer;
  }

  return {
    async create(name, size, signal) {
      const answer = await ask("POST", api, { "Upload-Length": String(size), "Upload-Metadata": `filename ${base64(name)}` }, signal);
      if (answer.status !== 201) throw new Refused(wordsOf(await answer.text()));
      return new URL(answer.headers.get("Location") ?? "", location.href).pathname;
    },
    async offset(address, signal) {
      const answer = await ask("HEAD", address, {}, signal);
      if (GONE.has(answer.status)) return null;
      if (!answer.ok) throw new Refused("");
      return Number(answer.headers.get("Upload-Offset"));
    },
    append(address, offset, bytes, sent, signal) {
      return new Promise((resolve, reject) => {
        // Only this old way of asking tells how much has been sent.
        const request = new XMLHttpRequest();
        request.open("PATCH", address);
        for (const [name, value] of Object.entries({ ...headers, "Upload-Offset": String(offset), "Content-Type": MEDIA })) {
          request.setRequestHeader(name, value);
        }
        request.upload.onprogress = (event) => sent(event.loaded);
        request.onload = () => {
          if (request.status === 204) resolve(Number(request.getResponseHeader("Upload-Offset")));
          else if (PASSING.has(request.status)) reject(new Cut(String(request.status)));
          else reject(new Refused(wordsOf(request.responseText)));
        };
        request.onerror = () => reject(new Cut("network"));
        request.onabort = () => reject(signal.reason);
        signal.addEventListener("abort", () => request.abort(), { once: true });
        if (signal.aborted) reject(signal.reason);
        else request.send(bytes);
      });
    },
    async drop(address) {
      await ask("DELETE", address, {}, null);
    },
  };
}

/** What a problem document says, in one line; nothing for any other answer. */
export function wordsOf(text: string): string {
  try {
    const problem = JSON.parse(text) as { detail?: unknown; remedy?: unknown };
    return [problem.detail, problem.remedy].filter((part) => typeof part === "string").join(" ");
  } catch {
    return "";
  }
}

/** A name in UTF-8 as base64, which the protocol asks for. */
export function base64(text: string): string {
  return btoa(Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join(""));
}
