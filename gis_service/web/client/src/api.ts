/** What the client asks of the service, and the shapes it gets back. Nothing else in the client calls fetch. */

import type { Language } from "./language";

/** What went wrong, in words that are ready to be shown: the service writes them in the reader's language. */
export class Refusal extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.name = "Refusal";
    this.status = status;
  }
}

interface Problem {
  readonly title?: string;
  readonly detail?: string;
  readonly remedy?: string;
}

async function refusalOf(response: Response): Promise<Refusal> {
  const problem = (await response.json().catch(() => ({}))) as Problem;
  const told = [problem.detail ?? problem.title, problem.remedy].filter(Boolean).join(" ");
  return new Refusal(response.status, told || `${response.status} ${response.statusText}`.trim());
}

const UNAUTHORISED = 401;
const TOO_MANY = 429;
const UNAVAILABLE = 503;
const MOST_TRIES = 3;
const LONGEST_WAIT_S = 10;

let base = "/api";

/** Where the service answers, when it does not stand at the root of its host. */
export function serveFrom(address: string): void {
  base = address;
}

/** The full address of a path of the API, which the map's worker needs. */
export function addressOf(path: string): string {
  return `${window.location.origin}${base}${path}`;
}

let token: string | null = null;
let carrying = new AbortController();
let session: string | null = null;
let ended: (proof: "token" | "session") => void = () => undefined;

/**
 * The token every request carries from now on; kept here and nowhere else, so that it ends with the page.
 *
 * Requests under way with the token before it are ended: what they bring is no longer this reader's to see. Tiles
 * carry no token, since MapLibre's worker asks for them itself; they hold what everybody may see.
 */
export function useToken(given: string | null): void {
  token = given;
  carrying.abort();
  carrying = new AbortController();
}

/**
 * That the browser carries the cookie of a session, in requests without a token and for tiles; null when it does not.
 *
 * What is given goes with requests that send something: it shows that they come from this very page.
 */
export function useSession(given: string | null): void {
  session = given;
}

/** Whether tiles are asked for by the very reader that documents are: a session's cookie goes with both, a token does not. */
export function tilesAreOwn(): boolean {
  return session !== null && token === null;
}

async function pause(seconds: number, signal: AbortSignal | null): Promise<void> {
  return new Promise((done, failed) => {
    const timer = setTimeout(done, seconds * 1000);
    signal?.addEventListener("abort", () => {
      clearTimeout(timer);
      failed(signal.reason as Error);
    }, { once: true });
  });
}

/** A service that is busy says when to come again; that is done before the reader is troubled with it. */
async function fetchPatiently(path: string, init: RequestInit, tries = MOST_TRIES): Promise<Response> {
  const response = await fetch(base + path, init);
  const wait = Number(response.headers.get("Retry-After") ?? Number.NaN);
  const isBusy = response.status === UNAVAILABLE || response.status === TOO_MANY;
  if (!isBusy || tries === 1 || !(wait <= LONGEST_WAIT_S)) return response;
  await pause(wait, init.signal ?? null);
  return fetchPatiently(path, init, tries - 1);
}

/** What to do when the service no longer takes the token that is kept, or the session: forget it, and all that it showed. */
export function whenReaderEnds(then: (proof: "token" | "session") => void): void {
  ended = then;
}

/** A signal that ends with the first of those given; null for none. */
function firstOf(signals: readonly AbortSignal[]): AbortSignal | null {
  const [one = null, other] = signals;
  if (one === null || other === undefined) return one;
  // Browsers from before 2024 cannot put two together.
  if ("any" in AbortSignal) return AbortSignal.any([one, other]);
  const both = new AbortController();
  for (const each of [one, other]) {
    if (each.aborted) both.abort(each.reason);
    each.addEventListener("abort", () => both.abort(each.reason), { once: true, signal: both.signal });
  }
  return both.signal;
}

/** What goes with a request that asks by more than its address. */
interface Sent {
  readonly method?: "POST" | "PATCH" | "DELETE";
  readonly body?: string;
  /** Whether it is to be done later, as a job. */
  readonly isJob?: boolean;
  /** The state of a thing that was seen, and that alone is to be changed. */
  readonly seen?: string;
}

/** A document with the mark of its state. */
export interface Tagged<T> {
  readonly value: T;
  readonly tag: string;
}

/** Send a body and read what is answered, as the same reader. */
export async function send<T>(path: string, body: unknown, language: Language, signal?: AbortSignal): Promise<T> {
  return read<T>(path, language, signal, undefined, { method: "POST", body: JSON.stringify(body) });
}

/** Ask for something that takes its time: what is answered is the job that does it. */
export async function startJob<T>(path: string, body: unknown, language: Language): Promise<T> {
  return read<T>(path, language, undefined, undefined, { method: "POST", body: JSON.stringify(body), isJob: true });
}

/** End a job that is not wanted any more. */
export async function dismiss<T>(path: string, language: Language): Promise<T> {
  return read<T>(path, language, undefined, undefined, { method: "DELETE" });
}

function tagOf(response: Response): string {
  return response.headers.get("ETag") ?? "";
}

/** Read a document with the mark of its state, without which it cannot be changed. */
export async function readTagged<T>(path: string, language: Language, signal?: AbortSignal): Promise<Tagged<T>> {
  return asked(path, language, signal, undefined, {}, async (response) => ({ value: (await response.json()) as T, tag: tagOf(response) }));
}

/** Change what a document names, if its state is still the one that was seen; gives it as it is now. */
export async function change<T>(path: string, body: unknown, seen: string, language: Language): Promise<Tagged<T>> {
  const sent = { method: "PATCH", body: JSON.stringify(body), seen } as const;
  return asked(path, language, undefined, undefined, sent, async (response) => ({ value: (await response.json()) as T, tag: tagOf(response) }));
}

/** Delete, if the state is still the one that was seen. */
export async function remove(path: string, seen: string, language: Language): Promise<void> {
  return asked(path, language, undefined, undefined, { method: "DELETE", seen }, async () => undefined);
}

/** Read bytes that the service made ready, as the same reader. */
export async function readBytes(path: string, language: Language, signal?: AbortSignal): Promise<ArrayBuffer> {
  return asked(path, language, signal, undefined, {}, async (response) => response.arrayBuffer());
}

/**
 * Read a document. A token `onTrial` is carried by this one request, in place of the one that is kept.
 *
 * When the kept token, or the session, is no longer taken it is forgotten, and what is still wanted is asked for anew.
 */
export async function read<T>(path: string, language: Language, signal?: AbortSignal, onTrial?: string, sent: Sent = {}): Promise<T> {
  return asked(path, language, signal, onTrial, sent, async (response) => (await response.json()) as T);
}

/** Read a document as tiles are read: with the browser's session, if there is one, and without the token, which tiles do not carry. */
export async function readOpenly<T>(path: string, language: Language, signal?: AbortSignal): Promise<T> {
  const response = await fetchPatiently(path, { headers: { Accept: "application/json", "Accept-Language": language }, signal: signal ?? null });
  if (!response.ok) throw await refusalOf(response);
  return (await response.json()) as T;
}

type Unpack<T> = (response: Response) => Promise<T>;

async function asked<T>(
  path: string, language: Language, signal: AbortSignal | undefined, onTrial: string | undefined, sent: Sent, unpack: Unpack<T>,
): Promise<T> {
  const carried = onTrial ?? token;
  const hadSession = session;
  const ends = [...(signal ? [signal] : []), ...(carried === null ? [] : [carrying.signal])];
  const end = firstOf(ends);
  const { isJob, seen, ...init } = sent;
  const response = await fetchPatiently(path, {
    headers: { Accept: "application/geo+json, application/json", "Accept-Language": language,
      ...(sent.body === undefined ? {} : { "Content-Type": "application/json" }),
      ...(isJob ? { Prefer: "respond-async" } : {}),
      ...(seen === undefined ? {} : { "If-Match": seen }),
      ...(carried === null && session !== null && sent.method !== undefined ? { "X-CSRF-Token": session } : {}),
      ...(carried === null ? {} : { Authorization: `Bearer ${carried}` }) },
    ...init,
    ...(carried === null && session === null ? {} : { cache: "no-store" as const }), // personal detail stays off the disk
    signal: end,
  });
  if (response.status === UNAUTHORISED && (carried !== null || hadSession !== null) && onTrial === undefined) {
    if (carried === token && hadSession === session) ended(carried === null ? "session" : "token");
    // Who gave up meanwhile, as one does who asked for single homes, asks no more.
    signal?.throwIfAborted();
    if (carried !== token || hadSession !== session) return asked(path, language, signal, undefined, sent, unpack);
  }
  if (!response.ok) throw await refusalOf(response);
  const document = await unpack(response);
  end?.throwIfAborted();
  return document;
}
