/** Navigation between the parts of the page. */

import { word } from "../language";
import type { City } from "../page";
import * as state from "../state";
import { CoverageIcon, LayersIcon, RoadmapIcon, SitingIcon, TableIcon, TryIcon } from "./icons";
import { TokenButton } from "./TokenDialog";

function initials(title: string): string {
  return title.split(/\s+/).map((part) => part.charAt(0)).join("").slice(0, 3).toLocaleUpperCase("vi");
}

const VIEWS = [
  { id: "coverage", Icon: CoverageIcon },
  { id: "whatif", Icon: TryIcon },
  { id: "siting", Icon: SitingIcon },
  { id: "roadmap", Icon: RoadmapIcon },
  { id: "layers", Icon: LayersIcon },
  { id: "table", Icon: TableIcon },
] as const;

export function Rail({ city }: { readonly city: City }) {
  const language = state.language.value;
  return (
    <nav class="rail" aria-label={word("sections", language)}>
      <span class="logo" aria-hidden="true">{initials(city.title.vi)}</span>
      {VIEWS.map(({ id, Icon }) => (
        <button key={id} type="button" aria-pressed={state.view.value === id}
          onClick={() => state.open(id)}>
          <Icon />
          {word(id, language)}
        </button>
      ))}
      <span class="rail-space" />
      <TokenButton />
    </nav>
  );
}
