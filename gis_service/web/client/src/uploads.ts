/** The pages of uploads: without this script they are plain forms, with it files go out in parts. */

import { startDropping } from "./uploads/drop";
import { startPreview } from "./uploads/preview";

const main = document.querySelector<HTMLElement>("main[data-page]");
if (main?.dataset["page"] === "uploads") startDropping(main);
else if (main?.dataset["page"] === "upload") startPreview(main);
