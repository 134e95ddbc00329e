/** What stands around the log: launcher, header with its menu, the notice before the start, composer, dialog. */

import { html, nothing, type TemplateResult } from "lit/html.js";
import { card, paragraphs } from "./cards.js";
import type { Chat } from "./chat.js";
import { icon } from "./icons.js";
import { statement, type Panel } from "./dialogs.js";
import { fill, names } from "./texts.js";
import type { Notice } from "./types.js";

export function launcher(chat: Chat): TemplateResult {
  const t = chat.talk.texts;
  if (!chat.inline)
    return html`<button class="launch launcher solid" aria-haspopup="dialog" @click=${chat.begin}>
      ${icon("chat")} <span>${t.launch}</span>
    </button>`;
  return html`<div class="invitation">
    <h2>${chat.talk.title || t.name}</h2>
    <p>${t.invitation}</p>
    <button class="launch solid" @click=${chat.begin}>${t.launch}</button>
  </div>`;
}

export function conversing(chat: Chat): TemplateResult {
  const { talk } = chat;
  const ready = talk.loaded && !talk.notice;
  return html`<div
    class="panel"
    role=${chat.inline ? "group" : "dialog"}
    aria-labelledby="title"
    tabindex="-1"
    @click=${chat.clicked}
  >
    ${header(chat)}
    <div class="middle">
      ${ready ? log(chat) : before(chat)}
      ${chat.below
        ? html`<button class="more" @click=${chat.toEnd}>${talk.texts.toEnd}</button>`
        : nothing}
    </div>
    ${ready
      ? html`<footer>
          ${chat.composing ? composer(chat) : nothing}
          <p class="small">${talk.texts.computer}</p>
        </footer>`
      : nothing}
  </div>`;
}

function header(chat: Chat): TemplateResult {
  const { texts: t, progress, language, loaded, title: course } = chat.talk;
  const points = progress && fill(progress.points === 1 ? t.point : t.points, { n: progress.points }, language);
  const count = progress && fill(t.progress, { answered: progress.answered, total: progress.total }, language);
  return html`<header>
      <div>
        <h2 id="title">${course || t.name}</h2>
        ${progress ? html`<p class="small">${progress.finished ? `${t.finished} · ` : ""}${count} · ${points}</p>` : nothing}
      </div>
      ${loaded
        ? html`<button
              class="icon"
              id="menu"
              aria-label=${t.menu}
              aria-expanded=${chat.menu ? "true" : "false"}
              @click=${chat.toggle}
            >${icon("menu")}</button>
            ${chat.menu ? menu(chat) : nothing}`
        : nothing}
      ${chat.inline ? nothing : close(chat, chat.end)}
    </header>
    ${progress
      ? html`<progress aria-label=${t.progressLabel} max=${progress.total} value=${progress.answered}></progress>`
      : nothing}`;
}

function menu(chat: Chat): TemplateResult {
  const { talk } = chat;
  const t = talk.texts;
  const item = (text: string, act: () => void, apart = false) =>
    html`<li class=${apart ? "apart" : ""}><button @click=${() => chat.pick(act)}>${text}</button></li>`;
  const others = talk.languages.filter((language) => language !== talk.language);
  return html`<ul class="menu">
    ${others.map(
      (language) => html`<li>
        <button lang=${language} @click=${() => chat.pick(() => void talk.speak(language))}>${names[language]}</button>
      </li>`,
    )}
    ${talk.notice
      ? item(t.privacy, () => chat.show("privacy"))
      : [
          item(t.help, () => talk.command("help", t.help)),
          item(t.appeals, () => chat.show("appeals")),
          item(t.privacy, () => chat.show("privacy")),
          item(t.reset, () => talk.command("reset", t.reset), true),
          talk.consented ? item(t.withdraw, () => chat.show("withdraw")) : nothing,
          item(t.stop, () => talk.command("stop", t.stop), true),
        ]}
  </ul>`;
}

/** Before there is a conversation: loading, what went wrong, or what is asked first. */
function before(chat: Chat): TemplateResult {
  const { talk } = chat;
  const { texts: t, notice, failure } = talk;
  const again = html`<button class="solid" @click=${() => void talk.load()}>${t.tryAgain}</button>`;
  return html`<div class="log" tabindex="0" role="group" aria-labelledby="title">
    <div class="notice">
      ${notice ? asking(chat, notice) : html`<p>${talk.waiting}</p>`} ${failure ? html`<p class="note">${failure}</p>` : nothing}
      <div class="buttons">
        ${notice
          ? html`<button class="solid" @click=${() => void (notice.age ? chat.show("age") : talk.consent(notice))}>${notice.ground ? t.begin : t.agree}</button>
              <button @click=${chat.end}>${t.notNow}</button>`
          : failure
            ? again
            : nothing}
      </div>
      ${notice ? html`<p class="small">${t.declining} ${statement(talk, "/privacy")}</p>` : nothing}
    </div>
  </div>`;
}

function asking(chat: Chat, notice: Notice): TemplateResult {
  const t = chat.talk.texts;
  return html`<h3>${t.consent}</h3>
    <div>${notice.paragraphs.map(paragraphs)}</div>
    <p><strong>${notice.ground ? t.ground : t.purposes}</strong></p>
    <ul class="card">
      ${(notice.ground ?? notice.purposes.map(({ text }) => text)).map((line) => html`<li>${line}</li>`)}
    </ul>`;
}

function log(chat: Chat): TemplateResult {
  const { talk } = chat;
  const t = talk.texts;
  return html`<div class="log" role="log" aria-live="off" aria-label=${t.log} tabindex="0" @scroll=${chat.scrolled}>
    <ol>
      ${talk.entries.map((entry) => html`<li data-key=${entry.key} lang=${entry.language}>${card(entry, talk)}</li>`)}
      ${talk.waiting
        ? html`<li class="waiting">
            <p>${talk.waiting}</p>
            ${talk.slow
              ? html`<div class="buttons"><button @click=${() => talk.stopWaiting()}>${t.stopWaiting}</button></div>`
              : nothing}
          </li>`
        : nothing}
    </ol>
  </div>`;
}

function composer(chat: Chat): TemplateResult {
  const { texts: t, input, draft, language, refusal, busy, unsent } = chat.talk;
  const used = [...draft.trim()].length;
  const over = used - input.max;
  const counted = over > 0 ? fill(t.tooLong, { n: over }, language) : fill(t.counter, { n: used, max: input.max }, language);
  return html`${refusal ? html`<p class="trouble" id="refusal">${refusal}</p>` : nothing}
    <div class="composer">
      <textarea
        rows="1"
        aria-label=${input.mode === "statement" ? t.explain : t.answer}
        aria-describedby="hint counter refusal"
        aria-invalid=${over > 0 ? "true" : "false"}
        placeholder=${input.placeholder}
        autocomplete="off"
        enterkeyhint="send"
        @input=${chat.typed}
        @keydown=${chat.typing}
      ></textarea>
      <button
        class="icon send"
        aria-label=${t.send}
        aria-disabled=${busy || unsent || !used || over > 0 ? "true" : "false"}
        @click=${chat.say}
      >${icon("send")}</button>
    </div>
    <p class="unseen" id="hint">${t.hint}</p>
    ${used >= input.max * 0.8
      ? html`<p class="small counter ${over > 0 ? "over" : ""}" id="counter">${counted}</p>`
      : nothing}`;
}

export function dialog(chat: Chat, { title, body, no }: Panel): TemplateResult {
  return html`<div class="head">
      <h3 id="dialog-title">${title}</h3>
      ${no ? nothing : close(chat, chat.dismiss)}
    </div>
    <div id="dialog-body">${body}</div>`;
}

function close(chat: Chat, act: () => void): TemplateResult {
  return html`<button class="icon" aria-label=${chat.talk.texts.close} @click=${act}>${icon("close")}</button>`;
}
