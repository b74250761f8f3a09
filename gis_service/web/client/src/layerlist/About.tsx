/** What is known of a layer: where it comes from, how old and how complete it is, when it was checked. */

import { useState } from "preact/hooks";

import { dateText, momentText, numberText, type Language, type Text } from "../language";
import type { Layer } from "../layers";
import { Failed } from "../parts/Failed";
import { useFetched } from "./fetched";
import { say } from "./words";

interface Metadata {
  readonly definition: { readonly source: Text; readonly licence: string; readonly quality?: Text; readonly lineage?: Text };
  readonly version?: number;
  readonly updated?: string;
}

interface Checked {
  readonly items: readonly { readonly severity: "error" | "warning" | "note"; readonly count: number }[];
}

/** Checks are made when somebody asks: what a layer holds now is what counts. */
function Check({ layer, language }: Props) {
  const [begun, setBegun] = useState<Date | null>(null);
  const [loaded, retry] = useFetched<Checked>(begun === null ? null : `/collections/${layer.id}/faults?f=json`);
  if (begun === null) return <button type="button" class="link" onClick={() => setBegun(new Date())}>{say("checkNow", language)}</button>;
  if (loaded.state === "loading") return <span class="quiet" aria-busy="true">{say("checking", language)}</span>;
  if (loaded.state === "failed") return <Failed what={say("checkFailed", language)} why={loaded.reason} retry={retry} />;
  const count = (severity: "error" | "warning"): string =>
    numberText(loaded.value.items.filter((one) => one.severity === severity).reduce((sum, one) => sum + one.count, 0), language);
  return (
    <span role="status">
      {momentText(begun, new Date(), language)}: {count("error")} {say("errors", language)}, {count("warning")} {say("warnings", language)}.{" "}
      <a href={`layers/${layer.id}/quality?lang=${language}`}>{say("findings", language)}</a>
    </span>
  );
}

interface Props {
  readonly layer: Layer;
  readonly language: Language;
}

export function About({ layer, language }: Props) {
  const [loaded, retry] = useFetched<Metadata>(`/collections/${layer.id}/metadata?f=json`);
  if (loaded.state === "loading") return <p class="quiet waiting" aria-busy="true">{say("metadataLoading", language)}</p>;
  if (loaded.state === "failed") {
    const isForbidden = loaded.status === 401 || loaded.status === 403;
    return <Failed what={say(isForbidden ? "forbidden" : "metadataFailed", language)} why={isForbidden ? "" : loaded.reason} retry={retry} />;
  }
  const { definition, version, updated } = loaded.value;
  const date = updated === undefined ? say("notSaid", language) : dateText(updated, language);
  const rows: readonly (readonly [string, string])[] = [
    [say("source", language), definition.source[language]],
    [say("licence", language), definition.licence],
    [say("updated", language), version === undefined ? date : `${date}, ${say("version", language)} ${version}`],
    [say("completeness", language), definition.quality?.[language] ?? say("notSaid", language)],
    ...(definition.lineage ? [[say("lineage", language), definition.lineage[language]] as const] : []),
  ];
  return (
    <dl>
      {rows.map(([label, value]) => <div key={label}><dt>{label}</dt><dd>{value}</dd></div>)}
      {layer.look.kind !== "raster" && <div><dt>{say("checked", language)}</dt><dd><Check layer={layer} language={language} /></dd></div>}
      <div><dt>{say("history", language)}</dt><dd><a href={`layers/${layer.id}/history?lang=${language}`}>{say("versions", language)}</a></dd></div>
    </dl>
  );
}
