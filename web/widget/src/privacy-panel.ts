/** What is kept and who sees it, and what the learner chooses. */

import type { TemplateResult } from "lit/html.js";
import type { Problem } from "./api.js";
import type { Chat } from "./chat.js";
import type { Panel } from "./dialogs.js";
import type { Kit } from "./kit.js";
import { Rights } from "./rights-panel.js";
import { words } from "./panel-texts.js";
import type { Privacy } from "./types.js";

export async function privacy(chat: Chat, panel: Panel, kit: Kit): Promise<void> {
  const rights = new Rights(chat, kit, show);
  async function show(): Promise<void> {
    const data = await chat.talk.reach<Privacy>("GET", "privacy");
    panel.body = shown(data, rights, chat, show, kit);
    chat.update();
  }
  await show();
}

function shown(data: Privacy, rights: Rights, chat: Chat, again: () => Promise<void>, kit: Kit): TemplateResult {
  const { talk } = chat;
  const { language } = talk;
  const { html, nothing, paragraphs, fill, statement } = kit;
  const t = words[language];
  const list = (lines: string[], none: string) =>
    lines.length ? html`<ul>${lines.map((line) => html`<li>${line}</li>`)}</ul>` : html`<p>${none}</p>`;
  const { consented_at: since, takes_part: inIt, policy } = data;
  return html`
    ${data.notice.map(paragraphs)}
    <h4>${t.employer}</h4>
    ${list([...data.employer_counts, ...data.employer_sees.map((seen) => `${seen.question} (${[seen.state, seen.result].filter(Boolean).join(", ")})`)], t.employerNothing)}
    <h4>${t.looks}</h4>
    ${list(data.looks.map((look) => [`${look.who}, ${look.when}`, look.question].filter(Boolean).join(": ")), t.looksNone)}
    <h4>${t.leaves}</h4>
    ${list(data.leaves, t.leavesNothing)}
    ${data.known ? html`<h4>${t.choices}</h4>` : nothing}
    ${inIt
      ? html`${box(chat, kit, "choices/by-person", data.by_person, t.byPerson, t.byPersonMeans)}
          ${data.optional.map(({ key, text, allowed }) => box(chat, kit, `consent/${key}`, allowed, text))}`
      : nothing}
    ${data.known ? box(chat, kit, "restriction", data.restricted, t.restrict, t.restrictMeans) : nothing}
    ${inIt && data.contact !== undefined ? mail("contact", data.contact, chat, again, kit) : nothing}
    ${inIt && data.news !== undefined ? mail("news", data.news, chat, again, kit) : nothing}
    ${data.known ? rights.shown(data) : nothing}
    <h4>${talk.texts.privacy}</h4>
    ${since ? html`<p>${fill(t.consented, { date: since, policy }, language)}</p>` : nothing}
    ${data.ground ? list(data.ground, "") : nothing}
    <p>${data.complaint}</p>
    <p>${statement(talk, data.page)}</p>
  `;
}

/** A choice that is kept as soon as it is made; when it could not be, the box goes back and that is said. */
function box(chat: Chat, { html, nothing }: Kit, path: string, on: boolean, text: string, means = ""): TemplateResult {
  const choose = async ({ target }: Event) => {
    const ticked = target as HTMLInputElement;
    try {
      await chat.talk.reach(ticked.checked ? "PUT" : "DELETE", path);
    } catch {
      ticked.checked = !ticked.checked;
      refuse(ticked, chat.talk.texts.failed);
    }
  };
  return html`<div class="choice">
    <label class="allow">
      <input type="checkbox" .checked=${on} aria-describedby=${means ? path : nothing} @change=${choose} />
      <span>${text}</span>
    </label>
    ${means ? html`<p class="small" id=${path}>${means}</p>` : nothing}
  </div>`;
}

/** An address, to be confirmed from its mailbox: for news about appeals, or, apart from that, about trainings. */
function mail(
  about: "contact" | "news", known: Privacy["contact"], chat: Chat, again: () => Promise<void>, kit: Kit,
): TemplateResult {
  const { html, nothing, fill } = kit;
  const { talk } = chat;
  const t = words[talk.language];
  const [means, label, keep, wipe] = about === "news"
    ? [t.newsMeans, t.newsEmail, t.newsSave, t.newsRemove]
    : [t.contactMeans, known ? t.change : t.email, t.save, t.remove];
  const change = async (method: string, field: HTMLElement, body?: { email: string }) => {
    try {
      await talk.reach(method, about, body);
      if (field instanceof HTMLInputElement) field.value = "";
      await again();
      chat.focusOn(`#${about}`);
    } catch (problem) {
      refuse(field, (problem as Problem).detail || talk.texts.failed);
    }
  };
  const save = (event: Event) => {
    const field = (event.target as HTMLElement).parentElement?.querySelector("input");
    if (field?.reportValidity()) void change("PUT", field, { email: field.value.trim() });
  };
  return html`<h4 id=${about} tabindex="-1">${t[about]}</h4>
    ${known ? html`<p>${fill(known.confirmed ? t.contactKnown : t.unconfirmed, { address: known.address }, talk.language)}</p>` : nothing}
    <p class="small" id="${about}-means">${means}</p>
    <label for="${about}-email">${label}</label>
    <div class="mail">
      <input id="${about}-email" type="email" required maxlength="254" autocomplete="email" aria-describedby="${about}-means" />
      <button @click=${save}>${keep}</button>
    </div>
    ${known
      ? html`<div class="buttons">
          <button @click=${(event: Event) => void change("DELETE", event.target as HTMLElement)}>${wipe}</button>
        </div>`
      : nothing}`;
}

/** The browser's own bubble beside what was touched, read out too. */
function refuse(field: HTMLElement, why: string): void {
  if (!(field instanceof HTMLInputElement || field instanceof HTMLButtonElement)) return;
  field.setCustomValidity(why);
  field.reportValidity();
  field.setCustomValidity("");
}
