/** The page: navigation, the panel with the answer first, the map with what belongs on it. */

import type { City } from "../page";
import * as state from "../state";
import { AnswerPart } from "./Answer";
import { FeatureTable } from "./FeatureTable";
import { Header } from "./Header";
import { LayerList } from "./LayerList";
import { Legend } from "./Legend";
import { Notices } from "./Notices";
import { Rail } from "./Rail";
import { Sheet } from "./Sheet";

export function App({ city, reload }: { readonly city: City; readonly reload: Reload }) {
  return (
    <>
      <Rail city={city} />
      <Sheet>
        <Header city={city} />
        <AnswerPart retry={reload.answer} />
        <Legend />
        <Notices city={city} />
        {state.view.value === "layers"
          ? <LayerList city={city} retry={reload.layers} retryLayer={reload.layer} />
          : <FeatureTable />}
      </Sheet>
    </>
  );
}

/** The ways to ask again for what failed. */
export interface Reload {
  readonly answer: () => void;
  readonly layers: () => void;
  readonly layer: (id: string) => void;
}
