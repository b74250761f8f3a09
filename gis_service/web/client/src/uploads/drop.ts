/** The page where files are dropped: each goes out in parts, with its progress, and can rest or be given up. */

import { Pace } from "./pace";
import { forget, recall, remember } from "./remembered";
import { Refused, remoteAt, send, type Remote } from "./tus";
import { languageOf, say, sizeText, timeText, type Language, type Word } from "./words";

const AT_ONCE = 2;

export function startDropping(main: HTMLElement): void {
  const form = main.querySelector<HTMLFormElement>("#drop");
  const input = main.querySelector<HTMLInputElement>("#file");
  const list = main.querySelector<HTMLElement>("#moving");
  if (!form || !input || !list) return;
  main.classList.add("live");
  input.multiple = true;
  input.required = false;
  const desk = new Desk(main, list);
  const take = (files: FileList | null): void => {
    if (files?.length) desk.take([...files]);
    input.value = "";
  };
  input.addEventListener("change", () => take(input.files));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    take(input.files);
  });
  let inside = 0;
  form.addEventListener("dragenter", () => form.classList.toggle("over", (inside += 1) > 0));
  form.addEventListener("dragleave", () => form.classList.toggle("over", (inside -= 1) > 0));
  // Beside the field a browser would open the file, and leave the page with what is on its way.
  document.addEventListener("dragover", (event) => event.preventDefault());
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    inside = 0;
    form.classList.remove("over");
    take(event.dataTransfer?.files ?? null);
  });
  window.addEventListener("beforeunload", (event) => {
    if (desk.isBusy) event.preventDefault();
  });
}

class Desk {
  private readonly remote: Remote;
  private readonly language: Language = languageOf(document);
  private readonly most: number;
  private readonly live: HTMLElement | null;
  private readonly waiting: Moving[] = [];
  private running = 0;
  private begun = 0;

  constructor(main: HTMLElement, private readonly list: HTMLElement) {
    this.remote = remoteAt(main.dataset["api"] ?? "", main.dataset["token"] ?? "");
    this.most = Number(main.dataset["most"]);
    this.live = main.querySelector("#live");
  }

  get isBusy(): boolean {
    return this.running > 0;
  }

  take(files: readonly File[]): void {
    for (const file of files) {
      const moving = new Moving(file, this.remote, this.language, (text) => this.tell(text), () => this.next(moving));
      this.list.append(moving.element);
      this.begun += 1;
      if (file.size > this.most) moving.fail(`${say("large", this.language)}: ${sizeText(file.size, this.language)} > ${sizeText(this.most, this.language)}`);
      else this.waiting.push(moving);
    }
    this.go();
  }

  private tell(text: string): void {
    if (this.live) this.live.textContent = text;
  }

  private next(moving: Moving): void {
    if (!this.waiting.includes(moving)) this.waiting.push(moving);
    this.go();
  }

  private go(): void {
    while (this.running < AT_ONCE) {
      const moving = this.waiting.shift();
      if (!moving) return;
      this.running += 1;
      void moving.run().then((page) => {
        this.running -= 1;
        // One file alone leads to its page; of several nobody is sent away from the others.
        if (page && this.begun === 1) location.assign(page);
        this.go();
      });
    }
  }
}

class Moving {
  readonly element = document.createElement("li");
  private readonly told = document.createElement("small");
  private readonly bar = document.createElement("progress");
  private readonly rest: HTMLButtonElement;
  private readonly end: HTMLButtonElement;
  private readonly pace = new Pace();
  private stop = new AbortController();
  private address: string | null = null;
  private isPaused = false;
  private isGone = false;

  constructor(
    private readonly file: File,
    private readonly remote: Remote,
    private readonly language: Language,
    private readonly announce: (text: string) => void,
    again: () => void,
  ) {
    const line = document.createElement("div");
    line.className = "line";
    const name = document.createElement("b");
    name.textContent = file.name;
    this.rest = this.button("pause", () => (this.isPaused ? again() : this.pause()));
    this.rest.hidden = true;
    this.end = this.button("cancel", () => this.cancel());
    this.told.textContent = say("waiting", language);
    this.bar.max = Math.max(file.size, 1);
    this.bar.value = 0;
    this.bar.setAttribute("aria-label", file.name);
    line.append(name, this.told, this.rest, this.end);
    this.element.append(line, this.bar);
  }

  /** Sends the file; gives the address of its page when it has come whole. */
  async run(): Promise<string | null> {
    if (this.isGone) return null;
    const known = this.address ?? recall(this.file);
    this.stop = new AbortController();
    this.isPaused = false;
    this.rest.hidden = false;
    this.rest.textContent = say("pause", this.language);
    this.announce(`${say(known ? "again" : "begun", this.language)} ${this.file.name}`);
    try {
      const address = await send(this.file, known, this.remote, this.listener(), this.stop.signal);
      return this.finish(address);
    } catch (error) {
      if (!this.stop.signal.aborted) {
        if (error instanceof Refused) forget(this.file);
        this.fail(error instanceof Refused && error.message ? error.message : say("failed", this.language));
      }
      return null;
    }
  }

  fail(text: string): void {
    this.told.textContent = text;
    this.told.className = "failed";
    this.bar.remove();
    this.rest.remove();
    this.end.remove();
    this.announce(`${this.file.name}: ${text}`);
  }

  private listener() {
    return {
      begun: (address: string): void => {
        this.address = address;
        remember(this.file, address);
      },
      progress: (bytes: number): void => {
        this.pace.note(bytes, performance.now());
        this.bar.value = bytes;
        const left = this.pace.secondsLeft(this.file.size);
        const rest = left === null ? "" : ` · ${say("left", this.language)} ${timeText(left, this.language)}`;
        this.told.textContent = `${sizeText(bytes, this.language)} / ${sizeText(this.file.size, this.language)}${rest}`;
      },
      cut: (): void => {
        this.pace.rest();
        this.told.textContent = say("cut", this.language);
      },
    };
  }

  private finish(address: string): string {
    forget(this.file);
    const page = `/uploads/${address.split("/").pop() ?? ""}?lang=${this.language}`;
    const link = document.createElement("a");
    link.className = "way";
    link.href = page;
    link.textContent = say("open", this.language);
    this.told.textContent = say("looking", this.language);
    this.rest.remove();
    this.end.replaceWith(link);
    this.announce(`${say("done", this.language)} ${this.file.name}`);
    return page;
  }

  private pause(): void {
    this.isPaused = true;
    this.pace.rest();
    this.stop.abort();
    this.told.textContent = say("paused", this.language);
    this.rest.textContent = say("resume", this.language);
  }

  private cancel(): void {
    this.isGone = true;
    this.stop.abort();
    forget(this.file);
    // What cannot be given up now is given up by its time.
    if (this.address) void this.remote.drop(this.address).catch(() => undefined);
    this.fail(say("gone", this.language));
  }

  private button(word: Word, press: () => void): HTMLButtonElement {
    const made = document.createElement("button");
    made.type = "button";
    made.className = "small";
    made.textContent = say(word, this.language);
    made.addEventListener("click", press);
    return made;
  }
}
