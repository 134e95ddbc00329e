/** Old enough, or a parent is asked first. Nothing is chosen beforehand, and no birth date is asked. */

import type { Problem } from "./api.js";
import type { Chat } from "./chat.js";
import type { Panel } from "./dialogs.js";
import type { Kit } from "./kit.js";
import { words } from "./panel-texts.js";

export async function age(chat: Chat, panel: Panel, { html, nothing, fill }: Kit): Promise<void> {
  const { talk } = chat;
  const t = words[talk.language];
  const { notice } = talk;
  let [young, said] = [notice?.age === "waiting", notice?.age === "waiting" ? t.waiting : ""];

  const show = (...focus: string[]) => {
    panel.body = html`<p class="said" role="status">${said}</p>
      <p>${t.ageMeans}</p>
      <div class="buttons">
        <button id="older" @click=${older}>${t.older}</button>
        ${young ? nothing : html`<button @click=${younger}>${t.younger}</button>`}
      </div>
      ${young
        ? html`<p class="small" id="parent-means">${t.parentMeans}</p>
            <label for="parent">${t.parent}</label>
            <div class="mail">
              <input id="parent" type="email" required maxlength="254" aria-describedby="parent-means" />
              <button class="solid" @click=${byMail}>${t.askParent}</button>
            </div>
            <div class="buttons"><button @click=${() => void ask()}>${t.paper}</button></div>`
        : nothing}`;
    chat.update();
    chat.focusOn(...focus);
  };
  const older = () => chat.leave(() => notice && void talk.consent(notice, { of_age: true }));
  const younger = () => {
    young = true;
    show("#parent");
  };
  const byMail = (event: Event) => {
    const field = (event.target as HTMLElement).parentElement?.querySelector("input");
    if (field?.reportValidity()) void ask(field.value.trim());
  };
  const ask = async (email: string | null = null) => {
    try {
      const { code } = await talk.reach<{ code: string | null }>("POST", "permission", { language: talk.language, email });
      said = code ? fill(t.code, { code }, talk.language) : t.waiting;
      if (notice) notice.age = "waiting";
    } catch (problem) {
      said = (problem as Problem).detail || talk.texts.failed;
    }
    show("#parent");
  };
  show(young ? "#parent" : "#older");
}
