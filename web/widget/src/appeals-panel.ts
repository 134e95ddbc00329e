/** How the learner's cases stand, and what they can do about each: one form open at a time. */

import type { TemplateResult } from "lit/html.js";
import type { Problem } from "./api.js";
import type { Chat } from "./chat.js";
import type { Panel } from "./dialogs.js";
import type { Icon } from "./icons.js";
import type { Kit } from "./kit.js";
import { words } from "./panel-texts.js";
import type { Act, Appeal } from "./types.js";

const LONGEST = 2000;
const ICONS: Record<Appeal["steps"][number]["when"], Icon> = { done: "check", now: "person", next: "dash" };

export async function appeals(chat: Chat, panel: Panel, kit: Kit): Promise<void> {
  const list = new Appeals(chat, panel, kit);
  await list.load();
}

class Appeals {
  #rows: Appeal[] = [];
  #complaint = "";
  #open: { number: string; act: Act } | null = null;
  #draft = "";
  #said = "";
  #busy = false;

  constructor(
    private readonly chat: Chat,
    private readonly panel: Panel,
    private readonly kit: Kit,
  ) {}

  get #t() {
    return words[this.chat.talk.language];
  }

  async load(): Promise<void> {
    const found = await this.chat.talk.reach<{ appeals: Appeal[]; complaint: string }>("GET", "appeals");
    this.#rows = found.appeals;
    this.#complaint = found.complaint;
    this.#show();
  }

  #show(...focus: string[]): void {
    const { html } = this.kit;
    this.panel.body = html`<p class="said" role="status">${this.#said}</p>
      ${this.#rows.length ? html`<ol>${this.#rows.map((row) => this.#case(row))}</ol>` : html`<p>${this.#t.noAppeals}</p>`}
      <p class="small">${this.#complaint}</p>`;
    this.chat.update();
    if (focus.length) this.chat.focusOn(...focus);
  }

  #case(row: Appeal): TemplateResult {
    const { html, nothing, icon, paragraphs } = this.kit;
    const t = this.#t;
    const { number, question, steps, extended, asked, reply, statement, ruling } = row;
    const part = (title: string, text: string | null) =>
      text ? html`<div class="part"><p class="small">${title}</p>${paragraphs(text)}</div>` : nothing;
    // What a first person decided comes before what is asked since.
    const decided = part(t.ruling, ruling && [ruling.title, ruling.reason, ruling.text].filter(Boolean).join("\n"));
    const form = row.can.find(({ act }) => this.#open?.number === number && this.#open.act === act);
    return html`<li class="card case">
      <p class="eyebrow">${number}</p>
      <h4 id=${number} tabindex="-1">${question}</h4>
      <ol class="steps" aria-label=${t.steps}>
        ${steps.map(
          ({ when, text }) => html`<li class=${when} aria-current=${when === "now" ? "step" : nothing}>
            ${icon(ICONS[when])} <span>${text}</span>
          </li>`,
        )}
      </ol>
      ${row.open ? decided : nothing} ${part(t.extended, extended)} ${part(t.statement, statement)} ${part(t.asked, asked)}
      ${part(t.replied, reply)}
      ${row.open ? nothing : decided}
      ${form
        ? this.#form(row, form)
        : html`<div class="buttons">
            ${row.can.map(
              ({ act, title }) => html`<button
                class=${act === "reply" ? "solid" : ""}
                data-act="${act} ${number}"
                aria-describedby=${number}
                @click=${() => this.#begin(row, act)}
              >${title}</button>`,
            )}
          </div>`}
    </li>`;
  }

  #form(row: Appeal, { act, title, text }: Appeal["can"][number]): TemplateResult {
    const { html, nothing } = this.kit;
    const typed = takesText(act);
    return html`<div class="act" role="group" aria-label=${title}>
      <p id="act">${text}</p>
      ${typed
        ? html`<textarea
            rows="4"
            aria-label=${title}
            aria-describedby="act"
            maxlength=${LONGEST}
            .value=${this.#draft}
            @input=${(event: Event) => (this.#draft = (event.target as HTMLTextAreaElement).value)}
          ></textarea>`
        : nothing}
      <div class="buttons">
        <button class="solid" aria-describedby="act" @click=${() => void this.#do(row, act)}>${typed ? this.#t.send : title}</button>
        <button @click=${() => this.#cancel(row, act)}>${this.chat.talk.texts.drop}</button>
      </div>
    </div>`;
  }

  #begin(row: Appeal, act: Act): void {
    this.#open = { number: row.number, act };
    this.#draft = act === "add" ? (row[row.adds] ?? "") : "";
    this.#said = "";
    this.#show(".act textarea", ".act .solid");
  }

  #cancel({ number }: Appeal, act: Act): void {
    this.#open = null;
    this.#show(`[data-act="${act} ${number}"]`);
  }

  async #do({ number }: Appeal, act: Act): Promise<void> {
    const text = this.#draft.trim();
    if (this.#busy || (takesText(act) && !text)) return;
    this.#busy = true;
    const { talk } = this.chat;
    try {
      if (act === "withdraw") await talk.withdrawAppeal(number).then((done) => done || Promise.reject(new Error()));
      else if (act === "escalate") await talk.reach("POST", `appeals/${number}/escalate`);
      else await talk.reach("POST", `appeals/${number}/statement`, { text });
      this.#open = null;
      this.#said = this.#t[act];
      await this.load();
      this.#show(`#${number}`);
    } catch (problem) {
      this.#said = (problem as Problem).detail || talk.texts.failed;
      this.#show();
    } finally {
      this.#busy = false;
    }
  }
}

function takesText(act: Act): boolean {
  return act === "add" || act === "reply";
}
