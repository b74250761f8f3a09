/** A token typed into the page: kept in memory until the page is left, never in storage or in an address. */

import { useEffect, useRef, useState } from "preact/hooks";

import { readCells, type Cells } from "../cells";
import { word } from "../language";
import { readLayers } from "../layers";
import { readAs } from "../loading";
import type { City } from "../page";
import { apiQuery } from "../question";
import * as state from "../state";
import { KeyIcon } from "./icons";

/** Try the token on what it is for, and on nothing else; what that brings is the first look, so that there is one only. */
async function trial(token: string, city: City, signal: AbortSignal): Promise<{ readonly query: string; readonly cells: Cells } | null> {
  const [language, question] = [state.language.peek(), state.question.peek()];
  if (!question) {
    await readLayers(city, language, signal, token);
    return null;
  }
  const query = state.asked.peek()?.query ?? apiQuery({ ...question, state: "today" }, city, null);
  return { query, cells: await readCells(query, "points", language, signal, token) };
}

function Form({ close }: { readonly close: () => void }) {
  const language = state.language.value;
  const [refusal, setRefusal] = useState<string | null>(null);
  const [isChecking, setChecking] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  const [closed] = useState(() => new AbortController());
  useEffect(() => () => closed.abort(), [closed]);
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    const token = field.current?.value.trim() ?? "";
    const city = state.city.peek();
    if (token === "" || !city) return;
    setChecking(true);
    setRefusal(null);
    try {
      const look = await trial(token, city, closed.signal);
      // Nobody waits for the outcome any more.
      if (closed.signal.aborted) return;
      readAs(token, look);
      close();
    } catch (reason) {
      if (closed.signal.aborted) return;
      setChecking(false);
      // The service says in words why it will not do.
      setRefusal(reason instanceof Error ? reason.message : String(reason));
    }
  };
  return (
    <form onSubmit={(event) => void submit(event)}>
      <h2>{word("enterToken", language)}</h2>
      <p>{word("tokenHelp", language)}</p>
      <label>{word("tokenLabel", language)}
        <input ref={field} type="password" autocomplete="off" spellcheck={false} required />
      </label>
      {refusal && <p class="failed" role="alert">{refusal}</p>}
      <div class="buttons">
        <button type="button" class="plain" onClick={close}>{word("cancel", language)}</button>
        <button type="submit" class="main" disabled={isChecking}>{word(isChecking ? "checking" : "useIt", language)}</button>
      </div>
    </form>
  );
}

export function TokenButton() {
  const language = state.language.value;
  const dialog = useRef<HTMLDialogElement>(null);
  const [isOpen, setOpen] = useState(false);
  const isActive = state.detail.value === "points";
  // Whoever has signed in and sees homes needs no token for them.
  if (state.account.value?.seesHomes) return null;
  const open = (): void => {
    setOpen(true);
    dialog.current?.showModal();
  };
  return (
    <>
      <button type="button" aria-pressed={isActive} title={word(isActive ? "tokenActive" : "enterToken", language)}
        onClick={isActive ? () => readAs(null) : open}>
        <KeyIcon />
        {word(isActive ? "forget" : "tokenShort", language)}
      </button>
      <dialog ref={dialog} class="token" aria-label={word("enterToken", language)} onClose={() => setOpen(false)}>
        {isOpen && <Form close={() => dialog.current?.close()} />}
      </dialog>
    </>
  );
}
