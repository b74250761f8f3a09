/** What must be known beside the answer and the map: generated data, and the notices of the study. */

import { noticeText } from "../answer";
import { numberText, word } from "../language";
import type { City } from "../page";
import * as state from "../state";

export function Notices({ city }: { readonly city: City }) {
  const language = state.language.value;
  const titles = state.shownLayers.value.filter((layer) => layer.generated).map((layer) => layer.title);
  const answer = state.answer.value;
  const isAnswerGenerated = answer.state === "ready" && answer.value?.study.generated_data === true;
  const notices = answer.state === "ready" ? (answer.value?.study.notices ?? []) : [];
  const more = notices.map((notice) => noticeText(notice, city.notices, language)).filter((text) => text !== null);
  if (!isAnswerGenerated && titles.length === 0 && more.length === 0) return null;
  return (
    <div class="notice">
      {isAnswerGenerated && <p>{word("generatedAnswer", language)}</p>}
      {titles.length > 0 && <p>{word("generatedNotice", language)} {titles.join(", ")}.</p>}
      {more.length > 0 && (
        <details>
          <summary>{word("moreNotices", language)} ({numberText(more.length, language)})</summary>
          <ul>{more.map((text) => <li key={text}>{text}</li>)}</ul>
        </details>
      )}
    </div>
  );
}
