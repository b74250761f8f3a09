/** The form of one feature: read, changed, saved with safety; what others do meanwhile is merged. */

import type { Feature } from "geojson";
import { useEffect, useState } from "preact/hooks";

import { change, read, readTagged, Refusal, remove } from "../api";
import { sourceId, type Layer } from "../layers";
import { askAgain } from "../map/again";
import { lent } from "../map/lent";
import * as state from "../state";
import { begun, changesOf, merged, type Draft, type Field, type Merged } from "./draft";
import { forget, keep, keptOf } from "./kept";
import { say } from "./words";

const CHANGED_MEANWHILE = 412;
const GONE = 404;

export interface FormProps {
  readonly layer: Layer;
  readonly fid: number;
  /** The form is done with: the feature has been changed, deleted, or left as it was. */
  readonly done: (how: "changed" | "deleted" | "left") => void;
}

export interface Opened {
  readonly fields: readonly Field[];
  readonly draft: Draft;
  readonly isRestored: boolean;
  readonly merge: Merged | null;
}

function pathOf({ layer, fid }: FormProps): string {
  return `/collections/${layer.id}/items/${fid}`;
}

/** A draft that was kept goes on, on top of what others have done since. */
async function open(props: FormProps, signal: AbortSignal): Promise<Opened> {
  const language = state.language.peek();
  const [metadata, item] = await Promise.all([
    read<{ readonly definition: { readonly fields: readonly Field[] } }>(`/collections/${props.layer.id}/metadata?f=json`, language, signal),
    readTagged<Feature>(pathOf(props), language, signal),
  ]);
  const fields = metadata.definition.fields;
  const fresh = begun(item.value.properties ?? {}, item.tag);
  const kept = keptOf(props.layer, props.fid);
  if (kept === null || Object.keys(changesOf(kept)).length === 0) return { fields, draft: fresh, isRestored: false, merge: null };
  if (kept.tag === item.tag) return { fields, draft: kept, isRestored: true, merge: null };
  const merge = merged(kept, fresh.base, item.tag);
  return { fields, draft: merge.draft, isRestored: true, merge };
}

/** Tiles with the feature in them are drawn anew. */
function redraw(layer: Layer): void {
  const map = lent.peek();
  if (map?.getSource(sourceId(layer.id))) askAgain(map, sourceId(layer.id));
}

export interface Editing {
  /** Null while it is read. */
  readonly opened: Opened | null;
  /** What went wrong, in words. */
  readonly trouble: string | null;
  readonly isSaving: boolean;
  readonly again: () => void;
  readonly go: (next: Draft) => void;
  readonly dropDraft: () => void;
  readonly leave: () => void;
  readonly save: (why: string) => void;
  readonly erase: (why: string) => void;
}

function messageOf(why: string): string {
  return why.trim() === "" ? "" : `?${new URLSearchParams({ message: why.trim() }).toString()}`;
}

/** In words what kept something from being saved; a connection that is gone has none. */
function troubleOf(reason: unknown): string {
  const language = state.language.peek();
  if (!(reason instanceof Refusal)) return say("saveFailed", language);
  return reason.status === GONE ? say("gone", language) : `${say("saveFailed", language)} ${reason.message}`;
}

export function useForm(props: FormProps): Editing {
  const { layer, fid, done } = props;
  const language = state.language.value;
  const [opened, setOpened] = useState<Opened | null>(null);
  const [trouble, setTrouble] = useState<string | null>(null);
  const [isSaving, setSaving] = useState(false);
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    const stop = new AbortController();
    setTrouble(null);
    open(props, stop.signal).then(setOpened, (reason: unknown) => {
      if (!stop.signal.aborted) setTrouble(String((reason as Error).message));
    });
    return () => stop.abort();
  }, [layer.id, fid, attempt]);
  const go = (draft: Draft, more: Partial<Opened> = {}): void => {
    if (opened) setOpened({ ...opened, ...more, draft });
    keep(layer, fid, draft);
  };
  const leave = (how: "changed" | "deleted" | "left"): void => {
    forget(layer, fid);
    if (how !== "left") redraw(layer);
    done(how);
  };
  /** Somebody was faster: their state comes below mine, and I look again. */
  const catchUp = async (draft: Draft): Promise<void> => {
    const item = await readTagged<Feature>(pathOf(props), language);
    const merge = merged(draft, item.value.properties ?? {}, item.tag);
    go(merge.draft, { merge });
  };
  const send = async (how: "changed" | "deleted", sending: (draft: Draft) => Promise<unknown>): Promise<void> => {
    if (opened === null) return;
    setSaving(true);
    setTrouble(null);
    try {
      await sending(opened.draft);
      leave(how);
    } catch (reason) {
      const isOvertaken = reason instanceof Refusal && reason.status === CHANGED_MEANWHILE;
      if (isOvertaken) await catchUp(opened.draft).catch((late: unknown) => setTrouble(troubleOf(late)));
      else setTrouble(troubleOf(reason));
    } finally {
      setSaving(false);
    }
  };
  const to = (why: string): string => pathOf(props) + messageOf(why);
  return {
    opened, trouble, isSaving, go,
    again: () => setAttempt(attempt + 1),
    leave: () => leave("left"),
    dropDraft: () => {
      forget(layer, fid);
      if (opened) setOpened({ ...opened, draft: begun(opened.draft.base, opened.draft.tag), merge: null, isRestored: false });
    },
    save: (why) => void send("changed", async (draft) => change(to(why), { properties: changesOf(draft) }, draft.tag, language)),
    erase: (why) => void send("deleted", async (draft) => remove(to(why), draft.tag, language)),
  };
}
