/** Taking consent back: what that does, before it is done. */

import type { Chat } from "./chat.js";
import type { Panel } from "./dialogs.js";
import type { Kit } from "./kit.js";
import { words } from "./panel-texts.js";

export async function withdraw(chat: Chat, panel: Panel, { html, paragraphs }: Kit): Promise<void> {
  const t = words[chat.talk.language];
  panel.body = html`${paragraphs(t.withdrawing)}
    <div class="buttons">
      <button class="solid" @click=${() => chat.leave(() => void chat.talk.withdrawConsent())}>${t.withdrawYes}</button>
      <button id="keep" @click=${chat.dismiss}>${t.keep}</button>
    </div>`;
  chat.update();
  chat.focusOn("#keep");
}
