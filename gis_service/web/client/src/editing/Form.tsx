/** The values of one feature, changed with safety: checked before they are sent, kept when the connection drops, never written over others. */

import { useState } from "preact/hooks";

import { Failed } from "../parts/Failed";
import * as state from "../state";
import { changed, changesOf, faultOf, redone, undone } from "./draft";
import { FieldInput } from "./FieldInput";
import { Merge } from "./Merge";
import { useForm, type Editing, type FormProps, type Opened } from "./useForm";
import { say } from "./words";

interface RemoveProps {
  readonly sure: () => void;
}

function Remove({ sure }: RemoveProps) {
  const language = state.language.value;
  const [isAsked, setAsked] = useState(false);
  if (!isAsked) return <button type="button" class="link danger" onClick={() => setAsked(true)}>{say("remove", language)}</button>;
  return (
    <span class="sure" role="alert">{say("removeSure", language)}{" "}
      <button type="button" class="plain danger" onClick={sure}>{say("removeYes", language)}</button>{" "}
      <button type="button" class="plain" onClick={() => setAsked(false)}>{say("cancel", language)}</button>
    </span>
  );
}

interface FilledProps {
  readonly opened: Opened;
  readonly editing: Editing;
  readonly layer: string;
}

function Restored({ drop }: { readonly drop: () => void }) {
  const language = state.language.value;
  return (
    <p class="notice">{say("restored", language)}{" "}
      <button type="button" class="link" onClick={drop}>{say("dropDraft", language)}</button>
    </p>
  );
}

function Filled({ opened, editing, layer }: FilledProps) {
  const language = state.language.value;
  const { fields, draft, merge, isRestored } = opened;
  const { go, isSaving } = editing;
  const [why, setWhy] = useState("");
  const isFaulty = fields.some((field) => faultOf(field, draft.now[field.name]) !== null);
  const isSame = Object.keys(changesOf(draft)).length === 0;
  return (
    <form class="editing" noValidate onSubmit={(event) => { event.preventDefault(); editing.save(why); }}>
      {isRestored && <Restored drop={editing.dropDraft} />}
      {merge && (
        <Merge conflicts={merge.conflicts} others={merge.others} fields={fields} values={draft.now} language={language}
          choose={(name, value) => go(changed(draft, name, value))} />
      )}
      {fields.map((field) => (
        <FieldInput key={field.name} field={field} value={draft.now[field.name]} language={language}
          change={(value) => go(changed(draft, field.name, value))} />
      ))}
      <div class="edit-field">
        <label for="edit-why">{say("why", language)}</label>
        <input id="edit-why" type="text" maxLength={500} value={why} onInput={(event) => setWhy(event.currentTarget.value)} />
      </div>
      {editing.trouble !== null && <p class="wrong" role="alert">{editing.trouble}</p>}
      <p class="edit-buttons">
        <button type="submit" class="main" disabled={isSaving || isFaulty || isSame}>{say(isSaving ? "saving" : "save", language)}</button>
        <button type="button" class="plain" disabled={draft.past.length === 0} onClick={() => go(undone(draft))}>{say("undo", language)}</button>
        <button type="button" class="plain" disabled={draft.future.length === 0} onClick={() => go(redone(draft))}>{say("redo", language)}</button>
        <button type="button" class="plain" onClick={editing.leave}>{say("cancel", language)}</button>
      </p>
      <p class="edit-ends">
        <Remove sure={() => editing.erase(why)} />
        <a href={`layers/${layer}/history?lang=${language}`}>{say("history", language)}</a>
      </p>
    </form>
  );
}

export function Form(props: FormProps) {
  const language = state.language.value;
  const editing = useForm(props);
  const { opened, trouble } = editing;
  if (opened !== null) return <Filled opened={opened} editing={editing} layer={props.layer.id} />;
  if (trouble === null) return <p class="quiet" aria-busy="true">{say("loading", language)}</p>;
  return <Failed what={say("failed", language)} why={trouble} retry={editing.again} />;
}
