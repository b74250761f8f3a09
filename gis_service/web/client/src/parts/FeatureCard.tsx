/** One feature's attributes as text, in a pop-up. */

import { useEffect, useState } from "preact/hooks";

import { nameOf, readFeature, rowsOf } from "../features";
import { word } from "../language";
import * as state from "../state";
import { LOADING, type Loaded, type Selection } from "../state";

type Properties = Readonly<Record<string, unknown>>;

function useProperties(chosen: Selection): Loaded<Properties> {
  const [loaded, setLoaded] = useState<Loaded<Properties>>(LOADING);
  const language = state.language.value;
  useEffect(() => {
    const stop = new AbortController();
    readFeature(chosen.layer, chosen.fid, language, stop.signal)
      .then((feature) => setLoaded({ state: "ready", value: feature.properties ?? {} }))
      .catch((reason: unknown) => {
        if (!stop.signal.aborted) setLoaded({ state: "failed", reason: String((reason as Error).message) });
      });
    return () => stop.abort();
  }, [chosen.layer, chosen.fid, language]);
  return loaded;
}

export function FeatureCard({ chosen }: { readonly chosen: Selection }) {
  const language = state.language.value;
  const loaded = useProperties(chosen);
  const layer = state.readyLayers.value.find((one) => one.id === chosen.layer);
  if (!layer) return null;
  const properties = loaded.state === "ready" ? loaded.value : {};
  return (
    <article class="feature" aria-busy={loaded.state === "loading"}>
      <p class="feature-layer">{layer.title}{layer.generated ? ` · ${word("generated", language)}` : ""}</p>
      <button class="feature-close" type="button" aria-label={word("close", language)}
        onClick={() => { state.selection.value = null; }}>×</button>
      {loaded.state === "failed" && <p class="failed" role="alert">{loaded.reason}</p>}
      {loaded.state === "ready" && <h2>{nameOf(layer, chosen.fid, properties)}</h2>}
      <dl>
        {rowsOf(layer, properties, language).map((row) => (
          <div key={row.label}><dt>{row.label}</dt><dd>{row.value}</dd></div>
        ))}
      </dl>
    </article>
  );
}
