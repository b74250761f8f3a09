/** Something could not be fetched: what, why, and a way to try again. */

import { word } from "../language";
import * as state from "../state";

interface Props {
  readonly what: string;
  readonly why?: string;
  readonly retry: () => void;
}

export function Failed({ what, why, retry }: Props) {
  return (
    <div class="failed" role="alert">
      <p>{what}{why && why !== what ? ` ${why}` : ""}</p>
      <button type="button" class="plain" onClick={retry}>{word("retry", state.language.value)}</button>
    </div>
  );
}
