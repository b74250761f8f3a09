/** Something that a card reads when it is opened: on its way, failed, not for this reader, or here. */

import { useEffect, useState } from "preact/hooks";

import { read, Refusal } from "../api";
import * as state from "../state";
import { LOADING, type Loaded } from "../state";

/** Read a path of the API, anew when the path, the language or the reader changes; null asks for nothing yet. */
export function useFetched<T>(path: string | null): readonly [Loaded<T>, () => void] {
  const [loaded, setLoaded] = useState<Loaded<T>>(LOADING);
  const [attempt, setAttempt] = useState(0);
  const [language, reader] = [state.language.value, state.reader.value];
  useEffect(() => {
    if (path === null) return;
    setLoaded(LOADING);
    const stop = new AbortController();
    read<T>(path, language, stop.signal)
      .then((value) => setLoaded({ state: "ready", value }))
      .catch((reason: unknown) => {
        if (stop.signal.aborted) return;
        const status = reason instanceof Refusal ? { status: reason.status } : {};
        setLoaded({ state: "failed", reason: String((reason as Error).message), ...status });
      });
    return () => stop.abort();
  }, [path, language, reader, attempt]);
  return [loaded, () => setAttempt(attempt + 1)];
}
