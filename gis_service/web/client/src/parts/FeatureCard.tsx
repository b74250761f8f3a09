/** One feature's attributes as text, in a pop-up. */

import { useEffect, useState } from "preact/hooks";

import { nameOf, readFeature, rowsOf } from "../features";
import { endSelection } from "../focus";
import { word } from "../language";
import * as state from "../state";
import { LOADING, type Loaded, type Selection } from "../state";
import { Failed } from "./Failed";

type Properties = Readonly<Record<string, unknown>>;

/** The attributes of a feature, and a way to ask for them again. */
function useProperties(chosen: Selection): [Loaded<Properties>, () => void] {
  const [loaded, setLoaded] = useState<Loaded<Properties>>(LOADING);
  const [attempt, setAttempt] = useState(0);
  const language = state.language.value;
  useEffect(() => {
    setLoaded(LOADING);
    const stop = new AbortController();
    readFeature(chosen.layer, chosen.fid, language, stop.signal)
      .then((feature) => setLoaded({ state: "ready", value: feature.properties ?? {} }))
      .catch((reason: unknown) => {
        if (!stop.signal.aborted) setLoaded({ state: "failed", reason: String((reason as Error).message) });
      });
    return () => stop.abort();
  }, [chosen.layer, chosen.fid, language, attempt]);
  return [loaded, () => setAttempt(attempt + 1)];
}

export function FeatureCard({ chosen }: { readonly chosen: Selection }) {
  const language = state.language.value;
  const [loaded, retry] = useProperties(chosen);
  const layer = state.readyLayers.value.find((one) => one.id === chosen.layer);
  if (!layer) return null;
  const properties = loaded.state === "ready" ? loaded.value : {};
  return (
    <article class="feature" aria-busy={loaded.state === "loading"}>
      <p class="feature-layer">{layer.title}{layer.generated ? ` · ${word("generated", language)}` : ""}</p>
      <button class="feature-close" type="button" aria-label={word("close", language)}
        onClick={endSelection}>×</button>
      {loaded.state === "loading" && <p class="quiet waiting">{word("loadingFeature", language)}</p>}
      {loaded.state === "failed" && <Failed what={word("featureFailed", language)} why={loaded.reason} retry={retry} />}
      {loaded.state === "ready" && <h2>{nameOf(layer, chosen.fid, properties)}</h2>}
      <dl>
        {rowsOf(layer, properties, language).map((row) => (
          <div key={row.label}><dt>{row.label}</dt><dd>{row.value}</dd></div>
        ))}
      </dl>
      {layer.mayEdit && loaded.state === "ready" && (
        <p class="feature-edit"><button type="button" class="plain" onClick={() => { state.editing.value = chosen; }}>{word("editFeature", language)}</button></p>
      )}
    </article>
  );
}
