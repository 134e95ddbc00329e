/** One constructable sheet: it passes a strict content security policy, and no page rule reaches it. */

import base from "./base.css?inline";
import cards from "./cards.css?inline";
import frame from "./frame.css?inline";

export const styles = new CSSStyleSheet();
styles.replaceSync(base + frame + cards);
