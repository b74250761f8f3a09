/** A token typed into the page: kept in memory until the page is left, never in storage or in an address. */

import { useRef, useState } from "preact/hooks";

import { Refusal, useToken } from "../api";
import { readCells } from "../cells";
import { word } from "../language";
import * as state from "../state";
import { KeyIcon } from "./icons";

/** Try the token on what it is for; the service says in words why it will not do. */
async function tried(token: string): Promise<string | null> {
  useToken(token);
  const query = state.query.peek();
  try {
    if (query !== null) await readCells(query, "points", state.language.peek());
    return null;
  } catch (reason) {
    useToken(null);
    return reason instanceof Refusal || reason instanceof Error ? reason.message : String(reason);
  }
}

function forget(): void {
  useToken(null);
  state.detail.value = "cells";
}

function Form({ close }: { readonly close: () => void }) {
  const language = state.language.value;
  const [refusal, setRefusal] = useState<string | null>(null);
  const [isChecking, setChecking] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    const token = field.current?.value.trim() ?? "";
    if (token === "") return;
    setChecking(true);
    const refused = await tried(token);
    setChecking(false);
    setRefusal(refused);
    if (refused !== null) return;
    state.detail.value = "points";
    close();
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
  const open = (): void => {
    setOpen(true);
    dialog.current?.showModal();
  };
  return (
    <>
      <button type="button" aria-pressed={isActive} title={word(isActive ? "tokenActive" : "enterToken", language)}
        onClick={isActive ? forget : open}>
        <KeyIcon />
        {word(isActive ? "forget" : "tokenShort", language)}
      </button>
      <dialog ref={dialog} class="token" aria-label={word("enterToken", language)} onClose={() => setOpen(false)}>
        {isOpen && <Form close={() => dialog.current?.close()} />}
      </dialog>
    </>
  );
}
