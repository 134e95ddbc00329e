/** A new version of the policy that keeps consent: what is different, and that it was read. */

import type { Chat } from "./chat.js";
import type { Panel } from "./dialogs.js";
import type { Kit } from "./kit.js";
import { words } from "./panel-texts.js";
import type { Privacy } from "./types.js";

export async function renewed(chat: Chat, panel: Panel, kit: Kit): Promise<void> {
  const { talk } = chat;
  const { html } = kit;
  const { policy, renewed, page } = await talk.reach<Privacy>("GET", "privacy");
  const t = words[talk.language];
  const read = async () => {
    await talk.reach("POST", "acceptance", { policy });
    chat.dismiss();
  };
  panel.body = html`<p>${t.renewedMeans}</p>
    <ul>
      ${(renewed ?? []).map((line) => html`<li>${line}</li>`)}
    </ul>
    <p>${kit.statement(talk, page)}</p>
    <div class="buttons"><button class="solid" id="read" @click=${() => void read()}>${t.read}</button></div>`;
  chat.update();
  chat.focusOn("#read");
}
