/** Computing a roadmap: put into the queue, followed while it runs, ended when it is not wanted any more. */

import { signal } from "@preact/signals";

import { dismiss, read, startJob } from "../api";
import * as state from "../state";
import { open } from "./model";

interface Status {
  readonly jobID: string;
  readonly status: "accepted" | "running" | "successful" | "failed" | "dismissed";
  readonly message: string;
  readonly progress: number;
  readonly links: readonly { readonly href: string; readonly rel: string }[];
}

export interface Running {
  readonly job: string | null;
  readonly isQueued: boolean;
  /** What it does now, in the words of the service. */
  readonly message: string;
  readonly progress: number;
  /** Seconds that it still takes, as its pace so far has it; null while that is not known. */
  readonly left: number | null;
}

export const running = signal<Running | null>(null);
/** That the last one came to nothing, and why; null when it did not. */
export const failure = signal<{ readonly what: "runFailed" | "cancelled"; readonly why: string } | null>(null);

const PACE_MS = [500, 1000, 1000, 2000] as const;
const LAST_PACE_MS = 2000;
/** Below this the pace says nothing yet. */
const TELLING = 5;

let end = new AbortController();

/** Seconds left, by the share that took so long. */
export function secondsLeft(progress: number, seconds: number): number | null {
  return progress < TELLING || progress >= 100 ? null : Math.max(1, Math.round((seconds * (100 - progress)) / progress));
}

/** Id of the study that a job has led to. */
export function studyOf({ links }: Pick<Status, "links">): string | null {
  const found = links.map(({ href }) => /\/studies\/([\w.-]+)$/.exec(href)?.[1]).find(Boolean);
  return found ?? null;
}

function pause(ms: number, over: AbortSignal): Promise<void> {
  return new Promise((done) => {
    const timer = setTimeout(done, ms);
    over.addEventListener("abort", () => { clearTimeout(timer); done(); }, { once: true });
  });
}

async function untilDone(first: Status, over: AbortSignal): Promise<Status> {
  let now = first;
  const begun = Date.now();
  for (let turn = 0; now.status === "accepted" || now.status === "running"; turn += 1) {
    const left = now.status === "running" ? secondsLeft(now.progress, (Date.now() - begun) / 1000) : null;
    running.value = { job: now.jobID, isQueued: now.status === "accepted", message: now.message, progress: now.progress, left };
    await pause(PACE_MS[turn] ?? LAST_PACE_MS, over);
    over.throwIfAborted();
    now = await read<Status>(`/jobs/${now.jobID}?f=json`, state.language.peek(), over);
  }
  return now;
}

/** The page waits for it no more, whether the service hears of that or not. */
function giveUp(job: string): void {
  dismiss(`/jobs/${job}`, state.language.peek()).catch(() => undefined);
}

/** `inputs` as the service takes them (docs/contract.md, Roadmap); what is left out comes from the city. */
export async function start(inputs: Readonly<Record<string, unknown>>): Promise<void> {
  end.abort();
  end = new AbortController();
  const { signal: over } = end;
  failure.value = null;
  running.value = { job: null, isQueued: true, message: "", progress: 0, left: null };
  try {
    const accepted = await startJob<Status>("/processes/roadmap/execution", { inputs }, state.language.peek());
    // Given up before its number was known: it is ended as soon as that is there.
    if (over.aborted) {
      giveUp(accepted.jobID);
      return;
    }
    const done = await untilDone(accepted, over);
    const study = studyOf(done);
    running.value = null;
    if (done.status === "successful" && study !== null) open(study);
    else failure.value = done.status === "dismissed" ? { what: "cancelled", why: "" } : { what: "runFailed", why: done.message };
  } catch (reason) {
    if (over.aborted) return;
    running.value = null;
    failure.value = { what: "runFailed", why: reason instanceof Error ? reason.message : String(reason) };
  }
}

/** End what runs; the roadmap before it stays. */
export function cancel(): void {
  const job = running.peek()?.job;
  end.abort();
  running.value = null;
  failure.value = { what: "cancelled", why: "" };
  if (job) giveUp(job);
}
