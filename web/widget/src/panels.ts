/** What opens in the native dialog: what is kept and who sees it, the appeals, and what is confirmed first. */

import { html, nothing, type TemplateResult } from "lit/html.js";
import { paragraphs } from "./cards.js";
import type { Chat } from "./chat.js";
import type { Conversation } from "./conversation.js";
import { fill } from "./texts.js";
import type { Appeal, Button, Privacy } from "./types.js";

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

export function withdrawing(chat: Chat): Panel {
  const t = chat.talk.texts;
  const body = html`${paragraphs(t.withdrawing)}
    <div class="buttons">
      <button class="solid" @click=${() => chat.leave(() => void chat.talk.withdrawConsent())}>${t.withdrawYes}</button>
      <button @click=${chat.dismiss}>${t.keep}</button>
    </div>`;
  return { title: t.withdraw, body };
}

export function privacy(data: Privacy, talk: Conversation): TemplateResult {
  const { texts: t, language } = talk;
  const list = (lines: string[], none: string) =>
    lines.length ? html`<ul>${lines.map((line) => html`<li>${line}</li>`)}</ul>` : html`<p>${none}</p>`;
  const { consented_at: since, policy } = data;
  return html`
    ${data.notice.map(paragraphs)}
    <h4>${t.employer}</h4>
    ${list(data.employer_sees.map((seen) => `${seen.question} (${[seen.state, seen.result].filter(Boolean).join(", ")})`), t.employerNothing)}
    <h4>${t.looks}</h4>
    ${list(data.looks.map((look) => [`${look.who}, ${look.when}`, look.question].filter(Boolean).join(": ")), t.looksNone)}
    <h4>${t.privacy}</h4>
    ${since ? html`<p>${fill(t.consented, { date: since, policy }, language)}</p>` : nothing}
    <p>${data.complaint}</p>
    <p>${statement(talk, data.page)}</p>
  `;
}

export function appeals(data: Appeal[], chat: Chat): TemplateResult {
  const { talk } = chat;
  const t = talk.texts;
  if (!data.length) return html`<p>${t.noAppeals}</p>`;
  return html`<ul>
    ${data.map(
      (appeal) => html`<li class="card">
        <p>${appeal.text}</p>
        ${appeal.open && appeal.mine
          ? html`<div class="buttons">
              <button
                aria-label="${t.withdrawAppeal} ${appeal.number}"
                @click=${() => chat.leave(() => void talk.withdrawAppeal(appeal.number))}
              >${t.withdrawAppeal}</button>
            </div>`
          : nothing}
      </li>`,
    )}
  </ul>`;
}
