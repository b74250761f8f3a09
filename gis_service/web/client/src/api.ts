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

/** The token every request carries from now on; kept here and nowhere else, so that it ends with the page. */
export function useToken(given: string | null): void {
  token = given;
}

export async function read<T>(path: string, language: Language, signal?: AbortSignal): Promise<T> {
  const response = await fetch(base + path, {
    headers: { Accept: "application/geo+json, application/json", "Accept-Language": language,
      ...(token === null ? {} : { Authorization: `Bearer ${token}` }) },
    ...(token === null ? {} : { cache: "no-store" as const }), // personal detail stays off the disk
    ...(signal ? { signal } : {}),
  });
  if (!response.ok) throw await refusalOf(response);
  return (await response.json()) as T;
}
