/** The page beside the map: navigation, search, and the panel with the answer first. */

import type { Box } from "../box";
import { word } from "../language";
import type { City } from "../page";
import * as state from "../state";
import { AnswerPart } from "./Answer";
import { Curve } from "./Curve";
import { FeatureCard } from "./FeatureCard";
import { FeatureTable } from "./FeatureTable";
import { Header } from "./Header";
import { Later, type Part } from "./Later";
import { Legend } from "./Legend";
import { LayerNotices, Notices } from "./Notices";
import { OfflineLink } from "./OfflineLink";
import { QuestionPart } from "./Question";
import { Rail } from "./Rail";
import { Sheet } from "./Sheet";
import { UnitTable } from "./UnitTable";
import { WhatIfPart } from "./WhatIf";
import { WhyCard } from "./WhyCard";

const editing = async (): Promise<Part> => import("../editing/View");
const layerList = async (): Promise<Part> => import("../layerlist/View");

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
      {state.answer.value && <OfflineLink city={city} />}
    </>
  );
}

function WhatIf({ city, reload }: Props) {
  if (!state.question.value) return <p class="quiet">{word("noAnswer", state.language.value)}</p>;
  return (
    <>
      <QuestionPart city={city} />
      <WhatIfPart city={city} reload={reload} />
      {state.isPhone.value && <Legend />}
    </>
  );
}

const fetchedSiting = (): Promise<Part> => import("../siting/View");

function Siting({ city, reload }: Props) {
  if (!state.question.value) return <p class="quiet">{word("noAnswer", state.language.value)}</p>;
  return (
    <>
      <QuestionPart city={city} />
      <Later fetched={fetchedSiting} city={city} reload={reload} />
      {state.isPhone.value && <Legend />}
    </>
  );
}
const roadmap = (): Promise<Part> => import("../roadmap/View");

/** On a phone the card of a feature stands in the sheet, where it is read whole; elsewhere it is a pop-up on the map. */
function ChosenFeature() {
  const chosen = state.selection.value;
  if (!state.isPhone.value || !chosen || state.editing.value) return null;
  return <FeatureCard key={`${chosen.layer}/${chosen.fid}`} chosen={chosen} />;
}

/** The token or the session was forgotten without being told to, and single homes with it: that is said once. */
function ReaderEnded() {
  const language = state.language.value;
  const proof = state.ended.value;
  if (proof === null) return null;
  return (
    <div class="failed" role="alert">
      <p>{word(proof === "token" ? "tokenEnded" : "sessionEnded", language)}</p>
      <button type="button" class="plain" onClick={() => { state.ended.value = null; }}>{word("close", language)}</button>
    </div>
  );
}

/** The ways to ask again for what failed, and to move the map. */
export interface Reload {
  readonly layers: () => void;
  readonly layer: (id: string) => void;
  readonly goTo: (at: state.Position) => void;
  readonly showUnit: (id: string) => void;
  readonly showBox: (box: Box) => void;
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
        <Header reload={reload} />
        <Sheet>
          <ReaderEnded />
          {state.editing.value && <Later fetched={editing} city={city} reload={reload} />}
          <ChosenFeature />
          {view === "coverage" && <Coverage city={city} reload={reload} />}
          {view === "whatif" && <WhatIf city={city} reload={reload} />}
          {view === "siting" && <Siting city={city} reload={reload} />}
          {view === "roadmap" && <Later fetched={roadmap} city={city} reload={reload} />}
          {view !== "coverage" && <LayerNotices />}
          {view === "layers" && <Later fetched={layerList} city={city} reload={reload} />}
          {view === "table" && <FeatureTable key={state.reader.value} retryLayers={reload.layers} />}
        </Sheet>
      </div>
    </>
  );
}
