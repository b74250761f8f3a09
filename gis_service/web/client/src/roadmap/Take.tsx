/** The kept roadmap as a file: a report on paper, or its tables; in the language of the page, as this reader may see it. */

import { useState } from "preact/hooks";

import { readBytes } from "../api";
import type { Language } from "../language";
import type { Roadmap } from "./document";
import { FILES, say } from "./words";

const TYPES: Readonly<Record<(typeof FILES)[number], string>> = {
  pdf: "application/pdf", xlsx: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", csv: "text/csv;charset=utf-8",
};

function save(name: string, bytes: ArrayBuffer, type: string): void {
  const address = URL.createObjectURL(new Blob([bytes], { type }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  URL.revokeObjectURL(address);
}

export function Take({ roadmap, language }: { readonly roadmap: Roadmap; readonly language: Language }) {
  const [isBusy, setBusy] = useState(false);
  const [failed, setFailed] = useState<string | null>(null);
  const take = (file: (typeof FILES)[number]): void => {
    setBusy(true);
    setFailed(null);
    const name = ["roadmap", roadmap.parameters.day, roadmap.generated_data ? "generated_data" : null].filter(Boolean).join("-");
    readBytes(`/studies/${encodeURIComponent(roadmap.id)}/roadmap?f=${file}`, language)
      .then((bytes) => save(`${name}.${file}`, bytes, TYPES[file]))
      .catch((reason: unknown) => setFailed(reason instanceof Error ? reason.message : String(reason)))
      .finally(() => setBusy(false));
  };
  return (
    <section class="take" aria-label={say("takeHome", language)}>
      <h2>{say("takeHome", language)}</h2>
      <div class="table-tools">
        {FILES.map((file) => <button key={file} type="button" class="plain" disabled={isBusy} onClick={() => take(file)}>{file.toUpperCase()}</button>)}
      </div>
      {failed !== null && <p class="failed" role="alert">{say("takeFailed", language)} {failed}</p>}
    </section>
  );
}
