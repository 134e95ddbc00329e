/** What opens in the native dialog: here what is confirmed first; what is looked up is in `panels.ts`. */

import { html, type TemplateResult } from "lit/html.js";
import { paragraphs } from "./cards.js";
import type { Chat } from "./chat.js";
import type { Conversation } from "./conversation.js";
import type { Button } from "./types.js";

/** `no`: what closing it means, where something waits for the answer. */
export interface Panel {
  title: string;
  body: TemplateResult;
  no?: Button | undefined;
}

/** The page with the whole statement, in another window: this conversation stays. */
export function statement(talk: Conversation, page: string): TemplateResult {
  const t = talk.texts;
  return html`<a href=${talk.address(page)} target="_blank" rel="noopener">${t.statement}</a> ${t.newWindow}`;
}

export function confirming(chat: Chat, text: string, buttons: Button[]): Panel {
  const body = html`${paragraphs(text)}
    <div class="buttons">
      ${buttons.map(
        (button) => html`<button class=${button.command === "affirm" ? "solid" : ""} @click=${() => chat.answer(button)}>
          ${button.title}
        </button>`,
      )}
    </div>`;
  return { title: chat.talk.texts.sure, body, no: buttons.find((button) => button.command === "deny") };
}
