/** The page beside the map: navigation, search, and the panel with the answer first. */

import { word } from "../language";
import type { City } from "../page";
import * as state from "../state";
import { AnswerPart } from "./Answer";
import { Curve } from "./Curve";
import { FeatureTable } from "./FeatureTable";
import { Header } from "./Header";
import { LayerList } from "./LayerList";
import { Legend } from "./Legend";
import { LayerNotices, Notices } from "./Notices";
import { QuestionPart } from "./Question";
import { Rail } from "./Rail";
import { Sheet } from "./Sheet";
import { UnitTable } from "./UnitTable";
import { WhyCard } from "./WhyCard";

function Coverage({ city, reload }: Props) {
  if (!state.question.value) return <p class="quiet">{word("noAnswer", state.language.value)}</p>;
  return (
    <>
      {state.isPhone.value && state.why.value && <WhyCard />}
      <QuestionPart city={city} />
      <AnswerPart city={city} retry={() => { state.attempt.value += 1; }} />
      <Curve />
      <Notices city={city} />
      {state.isPhone.value && <Legend />}
      <UnitTable showUnit={reload.showUnit} />
    </>
  );
}

/** The ways to ask again for what failed, and to move the map. */
export interface Reload {
  readonly layers: () => void;
  readonly layer: (id: string) => void;
  readonly goTo: (at: state.Position) => void;
  readonly showUnit: (id: string) => void;
}

interface Props {
  readonly city: City;
  readonly reload: Reload;
}

export function App({ city, reload }: Props) {
  const view = state.view.value;
  return (
    <>
      <Rail city={city} />
      <div class="column">
        <Header city={city} reload={reload} />
        <Sheet>
          {view === "coverage" && <Coverage city={city} reload={reload} />}
          {view !== "coverage" && <LayerNotices />}
          {view === "layers" && <LayerList city={city} retry={reload.layers} retryLayer={reload.layer} />}
          {view === "table" && <FeatureTable />}
        </Sheet>
      </div>
    </>
  );
}
