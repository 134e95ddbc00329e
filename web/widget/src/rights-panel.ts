/** What the learner does with all that is kept of them: take it along, pass it on, stop, have it erased. */

import type { TemplateResult } from "lit/html.js";
import type { Problem } from "./api.js";
import type { Chat } from "./chat.js";
import type { Kit } from "./kit.js";
import { words } from "./panel-texts.js";
import type { Privacy } from "./types.js";

type Report = { erased: boolean; stays: string[] };

export class Rights {
  #said = "";
  #made = "";
  #asking = false;
  #busy = false;

  constructor(
    private readonly chat: Chat,
    private readonly kit: Kit,
    private readonly again: () => Promise<void>,
  ) {}

  get #t() {
    return words[this.chat.talk.language];
  }

  shown(data: Privacy): TemplateResult {
    const { html, nothing, fill } = this.kit;
    const { talk } = this.chat;
    const t = this.#t;
    return html`<h4>${t.mine}</h4>
      <div class="buttons">
        <button id="json" @click=${() => this.#do("#json", this.#json)}>${t.json}</button>
        <button id="page" @click=${() => this.#do("#page", this.#page)}>${t.page}</button>
      </div>
      <p class="said" role="status">${this.#said}</p>
      <h4>${t.pass}</h4>
      <p class="small">${t.passMeans}</p>
      ${this.#made
        ? html`<div class="act">
            <label for="made">${t.link}</label>
            <div class="mail">
              <input id="made" type="text" readonly .value=${this.#made} @focus=${(event: Event) => (event.target as HTMLInputElement).select()} />
              <button id="copy" @click=${() => this.#do("#copy", this.#copy)}>${t.copy}</button>
            </div>
          </div>`
        : nothing}
      <div class="buttons">
        <button id="pass" @click=${() => this.#do("#made", () => this.#make("export"))}>${t.passMake}</button>
        ${data.takes_part
          ? html`<button id="reach" @click=${() => this.#do("#made", () => this.#make("choices"))}>${t.choicesMake}</button>`
          : nothing}
      </div>
      ${data.links.length
        ? html`<p>${t.links}</p>
            <ul>
              ${data.links.map(({ id, purpose, until }) => {
                const text = fill(purpose === "export" ? t.exportLink : t.choicesLink, { until }, talk.language);
                return html`<li>
                  <span id=${id}>${text}</span>
                  <div class="buttons">
                    <button aria-describedby=${id} @click=${() => this.#do("#pass", () => this.#end(id))}>${t.end}</button>
                  </div>
                </li>`;
              })}
            </ul>`
        : nothing}
      <h4>${t.ending}</h4>
      ${this.#asking
        ? this.#confirm(data)
        : html`<div class="buttons">
            ${data.consented_at
              ? html`<button @click=${() => void this.chat.show("withdraw")}>${talk.texts.withdraw}</button>`
              : nothing}
            <button id="erase" @click=${() => this.#do("#keep", async () => void (this.#asking = true))}>${t.eraseAll}</button>
          </div>`}`;
  }

  #confirm(data: Privacy): TemplateResult {
    const { html } = this.kit;
    const t = this.#t;
    return html`<div class="act" role="group" aria-label=${t.eraseAll}>
      <p id="erasing">${t.erasing}</p>
      <p>${t.stays}</p>
      <ul>
        ${data.erasing.map((line) => html`<li>${line}</li>`)}
      </ul>
      <div class="buttons">
        <button class="solid" aria-describedby="erasing" @click=${() => this.#do("#erase", this.#erase)}>${t.eraseYes}</button>
        <button id="keep" @click=${() => this.#do("#erase", async () => void (this.#asking = false))}>${t.keep}</button>
      </div>
    </div>`;
  }

  /** One at a time: then show how it went, with the focus where the reader goes on. */
  async #do(focus: string, act: () => Promise<void>): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    this.#said = "";
    try {
      await act();
      await this.again();
      this.chat.focusOn(focus, "#pass");
    } catch (problem) {
      this.#said = (problem as Problem).detail || this.chat.talk.texts.failed;
      await this.again().catch(() => 0);
    } finally {
      this.#busy = false;
    }
  }

  readonly #json = async (): Promise<void> => {
    const made = await this.chat.talk.reach<object>("GET", "export");
    this.#save(JSON.stringify(made, null, 2), "json", "application/json");
  };

  readonly #page = async (): Promise<void> => {
    const { html } = await this.chat.talk.reach<{ html: string }>("GET", "export/page");
    this.#save(html, "html", "text/html");
  };

  #save(text: string, form: string, type: string): void {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type: `${type};charset=utf-8` }));
    link.download = `wederhoor.${form}`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
    this.#said = this.#t.downloaded;
  }

  async #make(purpose: "export" | "choices"): Promise<void> {
    this.#made = (await this.chat.talk.reach<{ url: string }>("POST", `${purpose}/link`)).url;
    this.#said = this.#t.made;
  }

  readonly #copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(this.#made);
    this.#said = this.#t.copied;
  };

  async #end(id: string): Promise<void> {
    await this.chat.talk.reach("DELETE", `links/${id}`);
    this.#made = "";
    this.#said = this.#t.ended;
  }

  readonly #erase = async (): Promise<void> => {
    const { erased, stays } = await this.chat.talk.reach<Report>("DELETE", "me?sure=yes");
    this.#asking = false;
    const t = this.#t;
    const { html } = this.kit;
    const title = erased ? t.erased : t.notErased;
    // What was said is gone from the log, too: the conversation is back at the question for consent.
    await this.chat.talk.load();
    const body = html`<p>${t.stays}</p>
      <ul>
        ${stays.map((line) => html`<li>${line}</li>`)}
      </ul>
      <div class="buttons"><button id="done" class="solid" @click=${this.chat.dismiss}>${this.chat.talk.texts.close}</button></div>`;
    this.chat.ask({ title, body });
    this.chat.focusOn("#done");
  };
}
