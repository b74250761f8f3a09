/** A layer as a file: all of it, or what of it is seen now. */

import { useState } from "preact/hooks";

import { addressOf } from "../api";
import type { Box } from "../box";
import type { Language } from "../language";
import type { Layer } from "../layers";
import type { City } from "../page";
import * as state from "../state";
import { rowsOn } from "../when";
import { say } from "./words";

/** The address of a file; of a part it holds what lies in the box, of the rows of the day. */
export function fileUrl(layer: Layer, format: string, part: { readonly box: Box; readonly rows: string | null } | null): string {
  const asked = new URLSearchParams({ f: format });
  if (part !== null) {
    asked.set("bbox", part.box.map((one) => one.toFixed(6)).join(","));
    if (part.rows !== null) asked.set("filter", part.rows);
  }
  return addressOf(`/collections/${layer.id}/export?${asked.toString().replaceAll("%2C", ",")}`);
}

export function Download({ layer, city, language }: { readonly layer: Layer; readonly city: City; readonly language: Language }) {
  const [format, setFormat] = useState(layer.files[0]?.format ?? "");
  const [isPart, setPart] = useState(false);
  if (layer.files.length === 0) return null;
  const box = state.seen.value;
  const part = isPart && box ? { box, rows: rowsOn(layer, state.day.value, city) } : null;
  return (
    <div class="download">
      <label>{say("format", language)}
        <select value={format} onChange={(event) => setFormat(event.currentTarget.value)}>
          {layer.files.map((file) => <option key={file.format} value={file.format}>{file.title}</option>)}
        </select>
      </label>
      {layer.look.kind !== "raster" && (
        <label class="check"><input type="checkbox" checked={isPart} onChange={(event) => setPart(event.currentTarget.checked)} />{say("seenPart", language)}</label>
      )}
      <a class="button" download href={fileUrl(layer, format, part)}>{say("download", language)}</a>
    </div>
  );
}
