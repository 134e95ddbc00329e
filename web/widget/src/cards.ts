/** One card for each type of message. Text is always rendered as text. */

import { html, nothing, type TemplateResult } from "lit/html.js";
import { icon, type Icon } from "./icons.js";
import { fill } from "./texts.js";
import type { Conversation } from "./conversation.js";
import { isAbout, openQuestion, type Entry, type Heard, type Own } from "./entries.js";
import type {
  Button, CaseMessage, GradeMessage, LessonMessage, Option, QuestionMessage, ReceiptMessage, RulingMessage, TextMessage,
} from "./types.js";

type Shown = TemplateResult | typeof nothing;

export function card(entry: Entry, talk: Conversation): Shown {
  if (entry.kind === "own") return own(entry, talk);
  if (entry.kind === "note") return html`<p class="note">${entry.text}</p>`;
  const { message } = entry;
  switch (message.type) {
    case "text":
      return text(message, entry, talk);
    case "lesson":
      return lesson(message, talk);
    case "question":
      return question(message, entry, talk);
    case "grade":
      return grade(message, entry, talk);
    case "receipt":
      return receipt(message, entry, talk);
    case "case":
    case "ruling":
      return news(message, entry, talk);
    default:
      return nothing;
  }
}

export function paragraphs(text: string): TemplateResult[] {
  return text.split(/\n+/).map((line) => html`<p>${line}</p>`);
}

function own(entry: Own, talk: Conversation): TemplateResult {
  const t = talk.texts;
  if (entry.state === "replaced" || entry.state === "withdrawn")
    return html`<p class="own gone">${t[entry.state]}</p>`;
  return html`
    <p class="own ${entry.state}"><span class="unseen">${t.you} </span>${entry.text}</p>
    ${entry.state === "unsent"
      ? html`<div class="trouble">
          <p><strong>${t.unsent}</strong> ${entry.error}</p>
          <div class="buttons">
            <button class="solid" @click=${() => talk.resend()}>${t.sendAgain}</button>
            <button @click=${() => talk.takeBack()}>${entry.typed ? t.change : t.drop}</button>
          </div>
        </div>`
      : nothing}
  `;
}

/** Buttons with a question stay while its card stands; others belong to the moment of their reply. */
function buttons(list: readonly Button[] | undefined, entry: Heard, talk: Conversation, extra: Shown = nothing): Shown {
  const live = (list ?? []).filter((button) => (entry.fresh ? talk.input.mode !== "confirm" : lasting(button)));
  if (!live.length && extra === nothing) return nothing;
  return html`<div class="buttons">
    ${extra}
    ${live.map((button) => html`<button @click=${() => talk.press(button)}>${button.title}</button>`)}
  </div>`;
}

function lasting(button: Button): boolean {
  return button.about !== undefined && (button.command === "appeal" || button.command === "again");
}

function text(message: TextMessage, entry: Heard, talk: Conversation): TemplateResult {
  const links = message.links?.map(
    ({ title, path }) => html`<p><a href=${talk.address(path)} target="_blank" rel="noopener">${title}</a></p>`,
  );
  return html`<div class="plain">${paragraphs(message.text)}${links}</div>
    ${buttons(message.buttons, entry, talk)}`;
}

function lesson(message: LessonMessage, talk: Conversation): TemplateResult {
  return html`<section class="card lesson">
    <p class="eyebrow">${talk.texts.lesson}</p>
    <h3>${message.title}</h3>
    ${paragraphs(message.text)}
  </section>`;
}

function question(message: QuestionMessage, entry: Heard, talk: Conversation): TemplateResult {
  const { number, total, options: list } = message;
  const open = openQuestion(talk.entries) === entry && talk.input.mode === "choice";
  return html`<section class="card question">
    <p class="eyebrow">${fill(talk.texts.question, { number, total }, talk.language)}</p>
    <h3 id="question-${entry.key}">${message.text}</h3>
    ${message.flagged_notice
      ? html`<p class="flagged">${icon("eye")} <span>${message.flagged_notice}</span></p>`
      : nothing}
    ${list ? (open ? options(message.question, list, entry, talk) : choices(list)) : nothing}
  </section>`;
}

function options(question: string, list: Option[], entry: Heard, talk: Conversation): TemplateResult {
  return html`<div class="options" role="group" aria-labelledby="question-${entry.key}">
    <p class="small">${talk.texts.options}</p>
    ${list.map(
      ({ key, text }, place) => html`<button @click=${() => talk.choose(question, key, text)}>
        <span class="digit" aria-hidden="true">${place + 1}</span><span>${text}</span>
      </button>`,
    )}
  </div>`;
}

function choices(list: Option[]): TemplateResult {
  return html`<ol class="choices">${list.map((option) => html`<li>${option.text}</li>`)}</ol>`;
}

const ICONS: Record<GradeMessage["outcome"], Icon> = {
  passed: "check", not_passed: "dash", undecided: "person", again: "ask", noted: "note",
};

function grade(message: GradeMessage, entry: Heard, talk: Conversation): TemplateResult {
  const t = talk.texts;
  const { question, outcome } = message;
  const lines = talk.whys.get(question);
  const appealed = talk.appealed.has(question);
  const why =
    outcome === "again" || outcome === "noted"
      ? nothing
      : html`<button aria-expanded=${!!lines} @click=${() => talk.why(question)}>${t.why}</button>`;
  return html`<section class="card grade ${outcome}">
    <h3>${icon(ICONS[outcome])} <span>${message.title}</span></h3>
    ${paragraphs([message.reading, message.why].filter(Boolean).join("\n"))}
    ${appealed ? html`<p class="small">${t.appealed}</p>` : nothing}
    ${buttons(message.buttons?.filter(({ command }) => !appealed || command !== "appeal"), entry, talk, why)}
    ${lines ? html`<div class="why">${paragraphs(lines.filter(Boolean).join("\n"))}</div>` : nothing}
  </section>`;
}

function receipt(message: ReceiptMessage, entry: Heard, talk: Conversation): TemplateResult {
  return html`<section class="card">
    <p class="eyebrow">${icon("note")} ${fill(talk.texts.receipt, { number: message.number }, talk.language)}</p>
    <p>${message.text}</p>
    ${buttons(message.buttons, entry, talk)}
  </section>`;
}

/** News about a case, a decision or not: alike whatever it says. Only the last card about it has buttons. */
function news(message: CaseMessage | RulingMessage, entry: Heard, talk: Conversation): TemplateResult {
  const { number, question, about, title, text } = message;
  const ruled = message.type === "ruling";
  const good = ruled && ["overturned", "passed", "expired"].includes(message.result);
  const last = talk.entries.findLast((other) => isAbout(other) && other.message.question === question);
  const { ruling, case: news } = talk.texts;
  return html`<section class="card grade ${good ? "passed" : ""}">
    <p class="eyebrow">${icon("person")} ${fill(number ? (ruled ? ruling : news) : talk.texts.news, { number: number ?? "" }, talk.language)}</p>
    <h3>${ruled ? icon(good ? "check" : "dash") : nothing} <span>${title}</span></h3>
    ${ruled ? html`<p>${message.reason}</p>` : nothing} ${paragraphs(text)}
    ${about ? html`<p class="small">${talk.texts.about} ${about}</p>` : nothing}
    ${last === entry ? buttons(message.buttons, entry, talk) : nothing}
    ${ruled ? html`<p class="small">${message.complaint}</p>` : nothing}
  </section>`;
}
