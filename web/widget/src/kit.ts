/** What the panels are built with. They are given it, and share no module with the main file but by name: a page that
    was loaded before an upgrade can then still open them. */

import { html, nothing } from "lit/html.js";
import { paragraphs } from "./cards.js";
import { statement } from "./dialogs.js";
import { icon } from "./icons.js";
import { fill } from "./texts.js";

export const kit = { html, nothing, paragraphs, statement, icon, fill };
export type Kit = typeof kit;
