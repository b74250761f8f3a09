import { afterEach, beforeEach, expect, it, vi } from "vitest";

import { signInAddress } from "../src/account";
import { read, send, tilesAreOwn, useSession, useToken, whenReaderEnds } from "../src/api";
import { readAs, signedIn } from "../src/loading";
import { readPage } from "../src/page";
import * as state from "../src/state";

const LAN = { name: "Bà Lan", seesHomes: true, formToken: "form-token" };

beforeEach(() => {
  useToken(null);
  useSession(null);
});
afterEach(() => {
  signedIn(null);
  whenReaderEnds(() => undefined);
  vi.unstubAllGlobals();
});

/** A service that gives these statuses, one after another, and notes what was sent. */
function answering(...statuses: readonly number[]) {
  const sent: RequestInit[] = [];
  const left = [...statuses];
  vi.stubGlobal("fetch", (_: string, init: RequestInit) => {
    sent.push(init);
    return Promise.resolve(new Response("{}", { status: left.shift() ?? 200 }));
  });
  return sent;
}

it("leads back from signing in to what is seen, question and place on the map too", () => {
  const seen = { pathname: "/", search: "?lang=vi&limit=600", hash: "#10/20.4/106.3" };
  const address = new URL(signInAddress(seen, "en"), "http://localhost");
  expect([address.pathname, address.searchParams.get("lang")]).toEqual(["/sign-in", "en"]);
  expect(address.searchParams.get("next")).toBe("/?lang=vi&limit=600#10/20.4/106.3");
});

it.each([[undefined, null], [JSON.stringify(LAN), LAN]])("knows from the page who has signed in: %s", (account, known) => {
  const root = { dataset: { city: "{}", ...(account === undefined ? {} : { account }) } };
  const page = { getElementById: () => root, documentElement: { lang: "vi" } } as unknown as Document;
  expect(readPage(page).account).toEqual(known);
});

it("looks at homes with the session of those who may see them, and at cells without", () => {
  signedIn(LAN);
  expect(state.detail.value).toBe("points");
  readAs("a token");
  readAs(null);
  expect(state.detail.value).toBe("points");
  signedIn({ ...LAN, seesHomes: false, formToken: "form-token" });
  expect(state.detail.value).toBe("cells");
  readAs("a token");
  expect(state.detail.value).toBe("points");
  readAs(null);
  expect(state.detail.value).toBe("cells");
});

it("draws for a session what tiles carry: its cookie, and no token", () => {
  expect(tilesAreOwn()).toBe(false);
  useSession("form-token");
  expect(tilesAreOwn()).toBe(true);
  useToken("of somebody else");
  expect(tilesAreOwn()).toBe(false);
});

it("keeps what a session shows off the disk, and sends no token of its own making", async () => {
  const sent = answering();
  await read("/a", "vi");
  useSession("form-token");
  await read("/a", "vi");
  expect(sent.map(({ cache }) => cache)).toEqual([undefined, "no-store"]);
  expect(sent.some(({ headers }) => "Authorization" in (headers as object))).toBe(false);
});

it("forgets a session that is no longer taken, once, and asks again as everybody", async () => {
  const sent = answering(401, 200);
  const ends: string[] = [];
  whenReaderEnds((proof) => { ends.push(proof); useSession(null); });
  useSession("form-token");
  await expect(read("/a", "vi")).resolves.toEqual({});
  expect([ends, sent.length]).toEqual([["session"], 2]);
});

it("tells those whom nobody knows what is refused, and asks no more", async () => {
  const sent = answering(401);
  await expect(read("/a", "vi")).rejects.toMatchObject({ status: 401 });
  expect(sent).toHaveLength(1);
});

it("forgets the token and keeps the session when the token is no longer taken", async () => {
  answering(401, 200);
  const ends: string[] = [];
  whenReaderEnds((proof) => { ends.push(proof); useToken(null); });
  useSession("form-token");
  useToken("old");
  await read("/a", "vi");
  expect([ends, tilesAreOwn()]).toEqual([["token"], true]);
});

it("shows with what it sends that it is a page of the session, and never beside a token", async () => {
  const sent = answering(200, 200, 200);
  const headers = (): Record<string, string>[] => sent.map((one) => one.headers as Record<string, string>);
  useSession("form-token");
  await read("/a", "vi");
  await send("/b", {}, "vi");
  useToken("gis_x");
  await send("/c", {}, "vi");
  expect(headers().map((one) => one["X-CSRF-Token"])).toEqual([undefined, "form-token", undefined]);
});
