/** The one tag on a site's page: `<script type="module" src=".../widget.js" data-course="..." data-token-url="...">`. */

import { Chat } from "./chat.js";

if (!customElements.get("wederhoor-chat")) customElements.define("wederhoor-chat", Chat);

for (const script of document.querySelectorAll<HTMLScriptElement>("script[data-course]")) {
  if (script.src !== import.meta.url) continue;
  const { course, token, tokenUrl, mode, target, language } = script.dataset;
  const inline = mode === "inline";
  const base = new URL(import.meta.url).origin;
  const chat = new Chat({ base, course: course ?? "", token, tokenUrl, language, inline });
  const place = target ? document.querySelector(target) : null;
  if (place) place.append(chat);
  else if (inline) script.after(chat);
  else document.body.append(chat);
}
