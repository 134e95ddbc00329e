/** What opens in the dialog to be looked up: what is kept and who sees it, and how the appeals stand. */

import { age } from "./age-panel.js";
import { appeals } from "./appeals-panel.js";
import css from "./panels.css?inline";
import { privacy } from "./privacy-panel.js";
import { renewed } from "./renewed-panel.js";
import { withdraw } from "./withdraw-panel.js";

export const sheet = new CSSStyleSheet();
sheet.replaceSync(css);

/** Each fetches what it shows and puts it into the panel, for as long as that is open. */
export const open = { privacy, appeals, renewed, withdraw, age };
