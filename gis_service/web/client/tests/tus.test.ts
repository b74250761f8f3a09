import { describe, expect, it } from "vitest";

import { base64, Cut, PART_BYTES, Refused, send, wordsOf, type Listener, type Remote } from "../src/uploads/tus";

const SIZE = 2 * PART_BYTES + 5;
const FILE = { name: "giếng.gpkg", size: SIZE, slice: (from: number, to: number) => new Blob([new Uint8Array(Math.min(to, SIZE) - from)]) };

/** A server that keeps bytes; each of its answers can be a fault first. */
class Server implements Remote {
  come = 0;
  isThere = true;
  readonly asked: string[] = [];
  faults: Error[] = [];

  private answer<T>(asked: string, value: () => T): Promise<T> {
    this.asked.push(asked);
    const fault = this.faults.shift();
    return fault ? Promise.reject(fault) : Promise.resolve(value());
  }

  create(name: string, size: number): Promise<string> {
    return this.answer(`create ${name} ${size}`, () => {
      this.come = 0;
      this.isThere = true;
      return "/api/uploads/1";
    });
  }

  offset(): Promise<number | null> {
    return this.answer("offset", () => (this.isThere ? this.come : null));
  }

  append(_address: string, offset: number, bytes: Blob, sent: (count: number) => void): Promise<number> {
    return this.answer(`append ${offset}`, () => {
      expect(offset).toBe(this.come);
      sent(bytes.size);
      return (this.come += bytes.size);
    });
  }

  drop(): Promise<void> {
    return Promise.resolve();
  }
}

class Watching implements Listener {
  address = "";
  readonly told: number[] = [];
  cuts = 0;
  begun(address: string): void { this.address = address; }
  progress(bytes: number): void { this.told.push(bytes); }
  cut(): void { this.cuts += 1; }
}

function start(server: Server, known: string | null, rests: number[] = [], stop = new AbortController()) {
  const watching = new Watching();
  const rest = (milliseconds: number): Promise<void> => {
    rests.push(milliseconds);
    return Promise.resolve();
  };
  return { watching, done: send(FILE as unknown as File, known, server, watching, stop.signal, rest) };
}

describe("a file that is sent in parts", () => {
  it("comes whole, part by part", async () => {
    const server = new Server();
    const { watching, done } = start(server, null);
    expect(await done).toBe("/api/uploads/1");
    expect(server.asked).toEqual([`create giếng.gpkg ${SIZE}`, "append 0", `append ${PART_BYTES}`, `append ${2 * PART_BYTES}`]);
    expect(server.come).toBe(SIZE);
    expect(watching.told.at(-1)).toBe(SIZE);
  });

  it("goes on where an earlier visit was cut", async () => {
    const server = new Server();
    server.come = PART_BYTES;
    const { watching, done } = start(server, "/api/uploads/7");
    expect(await done).toBe("/api/uploads/7");
    expect(server.asked[0]).toBe("offset");
    expect(server.asked[1]).toBe(`append ${PART_BYTES}`);
    expect(watching.told[0]).toBe(PART_BYTES);
  });

  it("begins anew when the server has given it up meanwhile", async () => {
    const server = new Server();
    server.isThere = false;
    const { done } = start(server, "/api/uploads/7");
    expect(await done).toBe("/api/uploads/1");
    expect(server.asked.slice(0, 2)).toEqual(["offset", `create giếng.gpkg ${SIZE}`]);
  });

  it("asks how much has come after each cut, and waits longer each time", async () => {
    const server = new Server();
    const rests: number[] = [];
    const { watching, done } = start(server, null, rests);
    server.faults = [new Cut(""), new Cut(""), new Cut("")];
    await done;
    expect(server.come).toBe(SIZE);
    expect(watching.cuts).toBe(3);
    expect(rests).toEqual([...rests].sort((a, b) => a - b));
    expect(new Set(rests).size).toBe(3);
  });

  it("sends no byte twice when the answer alone was lost", async () => {
    const server = new Server();
    const kept = server.append.bind(server);
    let lost = false;
    server.append = async (...given) => {
      const come = await kept(...given);
      if (lost) return come;
      lost = true;
      throw new Cut("the answer never came");
    };
    await start(server, null).done;
    expect(server.asked.filter((asked) => asked.startsWith("append"))).toHaveLength(3);
    expect(server.come).toBe(SIZE);
  });

  it("stops at a refusal, with the words of the server", async () => {
    const server = new Server();
    server.faults = [new Refused("Tệp quá lớn.")];
    await expect(start(server, null).done).rejects.toThrow("Tệp quá lớn.");
    expect(server.asked).toHaveLength(1);
  });

  it("rests when it is told to", async () => {
    const server = new Server();
    const stop = new AbortController();
    server.faults = [new Cut("")];
    const { done } = start(server, null, [], stop);
    stop.abort();
    await expect(done).rejects.toThrow();
    expect(server.asked).toHaveLength(1);
  });
});

it("writes names as the protocol asks for", () => {
  expect(new TextDecoder().decode(Uint8Array.from(atob(base64("giếng nước.zip")), (sign) => sign.charCodeAt(0)))).toBe("giếng nước.zip");
});

it("says what a problem document says, and nothing of other answers", () => {
  expect(wordsOf('{"detail": "Hết chỗ.", "remedy": "Thử lại."}')).toBe("Hết chỗ. Thử lại.");
  expect(wordsOf("<html>")).toBe("");
  expect(wordsOf("[]")).toBe("");
});
