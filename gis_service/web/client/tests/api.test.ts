import { afterEach, beforeEach, expect, it, vi } from "vitest";

import { read, readOpenly, Refusal, useToken, whenReaderEnds } from "../src/api";

/** A service that answers when it is told to, and notes who asked. */
function service() {
  const asked: (string | undefined)[] = [];
  const waiting: (() => void)[] = [];
  vi.stubGlobal("fetch", (_: string, { headers, signal }: { headers: Record<string, string>; signal: AbortSignal | null }) => {
    asked.push(headers["Authorization"]);
    return new Promise((answer, fail) => {
      signal?.addEventListener("abort", () => fail(signal.reason as Error));
      waiting.push(() => answer(new Response("{}")));
    });
  });
  return { asked, answer: () => { for (const go of waiting.splice(0)) go(); } };
}

beforeEach(() => useToken(null));
afterEach(() => vi.unstubAllGlobals());

it("carries a token on trial in its own request only", async () => {
  const { asked, answer } = service();
  const readings = [read("/a", "vi", undefined, "trial"), read("/b", "vi")];
  answer();
  await Promise.all(readings);
  expect(asked).toEqual(["Bearer trial", undefined]);
});

it("carries the kept token in every request, and ends those under way when it is forgotten", async () => {
  const { asked, answer } = service();
  useToken("kept");
  const under = read("/a", "vi");
  useToken(null);
  const after = read("/b", "vi");
  answer();
  await expect(under).rejects.toMatchObject({ name: "AbortError" });
  await expect(after).resolves.toEqual({});
  expect(asked).toEqual(["Bearer kept", undefined]);
});

it("reads openly as tiles are read: without the token, and told when that is refused", async () => {
  const { asked, answer } = service();
  useToken("kept");
  const reading = readOpenly("/a", "vi");
  answer();
  await expect(reading).resolves.toEqual({});
  expect(asked).toEqual([undefined]);
  vi.stubGlobal("fetch", async () => new Response(JSON.stringify({ detail: "Không có." }), { status: 404 }));
  await expect(readOpenly("/a", "vi")).rejects.toMatchObject({ name: "Refusal", status: 404, message: "Không có." });
});

it("leaves requests without a token alone when one comes", async () => {
  const { answer } = service();
  const reading = read("/a", "vi");
  useToken("kept");
  answer();
  await expect(reading).resolves.toEqual({});
});

it("ends a request by its own signal too", async () => {
  service();
  const stop = new AbortController();
  const reading = read("/a", "vi", stop.signal);
  stop.abort();
  await expect(reading).rejects.toMatchObject({ name: "AbortError" });
});

it("ends a request by either signal also in a browser that cannot put two together", async () => {
  vi.stubGlobal("AbortSignal", {});
  service();
  const stop = new AbortController();
  useToken("kept");
  const [own, kept] = [read("/a", "vi", stop.signal), read("/b", "vi", new AbortController().signal)];
  stop.abort();
  await expect(own).rejects.toMatchObject({ name: "AbortError" });
  useToken(null);
  await expect(kept).rejects.toMatchObject({ name: "AbortError" });
});

/** A service that takes no token, and notes who asked. */
function strict(): (string | undefined)[] {
  const asked: (string | undefined)[] = [];
  vi.stubGlobal("fetch", (_: string, { headers }: { headers: Record<string, string> }) => {
    asked.push(headers["Authorization"]);
    return Promise.resolve(new Response("{}", { status: headers["Authorization"] ? 401 : 200 }));
  });
  return asked;
}

it("forgets a kept token that is no longer taken, once, and asks again as everybody", async () => {
  const asked = strict();
  const ended = vi.fn(() => useToken(null));
  whenReaderEnds(ended);
  useToken("old");
  await expect(Promise.all([read("/a", "vi"), read("/b", "vi")])).resolves.toEqual([{}, {}]);
  expect(ended).toHaveBeenCalledOnce();
  expect(asked).toEqual(["Bearer old", "Bearer old", undefined, undefined]);
});

it("does not ask as everybody for what was given up when the token ended", async () => {
  const asked = strict();
  const stop = new AbortController();
  whenReaderEnds(() => { useToken(null); stop.abort(); });
  useToken("old");
  await expect(read("/a", "vi", stop.signal)).rejects.toMatchObject({ name: "AbortError" });
  expect(asked).toEqual(["Bearer old"]);
});

it("keeps the kept token when one on trial is refused", async () => {
  strict();
  const ended = vi.fn();
  whenReaderEnds(ended);
  useToken("kept");
  await expect(read("/a", "vi", undefined, "trial")).rejects.toMatchObject({ status: 401 });
  expect(ended).not.toHaveBeenCalled();
});

it("tells a refusal in the service's words", async () => {
  vi.stubGlobal("fetch", () => Promise.resolve(new Response(JSON.stringify({ title: "Bận", remedy: "Thử lại." }), { status: 503 })));
  await expect(read("/a", "vi")).rejects.toEqual(new Refusal(503, "Bận Thử lại."));
});

/** A service that is busy for so many requests, and says when to come again. */
function busy(times: number, wait: string): ReturnType<typeof vi.fn> {
  const asked = vi.fn(() => Promise.resolve(asked.mock.calls.length > times
    ? new Response("{}") : new Response(JSON.stringify({ detail: "Bận." }), { status: 503, headers: { "Retry-After": wait } })));
  vi.stubGlobal("fetch", asked);
  return asked;
}

it("comes again when a busy service says so, and only so often", async () => {
  busy(2, "0");
  await expect(read("/a", "vi")).resolves.toEqual({});
  const asked = busy(9, "0");
  await expect(read("/a", "vi")).rejects.toEqual(new Refusal(503, "Bận."));
  expect(asked).toHaveBeenCalledTimes(3);
});

it("does not wait longer than a reader would", async () => {
  const asked = busy(1, "3600");
  await expect(read("/a", "vi")).rejects.toMatchObject({ status: 503 });
  expect(asked).toHaveBeenCalledOnce();
});

it("ends a wait with its request", async () => {
  const asked = busy(1, "9");
  const stop = new AbortController();
  const reading = read("/a", "vi", stop.signal);
  await vi.waitFor(() => expect(asked).toHaveBeenCalled());
  stop.abort();
  await expect(reading).rejects.toMatchObject({ name: "AbortError" });
  expect(asked).toHaveBeenCalledOnce();
});
