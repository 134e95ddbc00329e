/** The element on the page: what is open, the keys, and where the focus goes. */

import { html, nothing, render } from "lit/html.js";
import { Api } from "./api.js";
import { Conversation } from "./conversation.js";
import { conversing, dialog, launcher } from "./frame.js";
import { confirming, type Panel } from "./dialogs.js";
import { kit } from "./kit.js";
import { styles } from "./styles.js";
import { preferred } from "./texts.js";
import type { Button } from "./types.js";

export interface Setup {
  base: string;
  course: string;
  token: string | undefined;
  tokenUrl: string | undefined;
  language: string | undefined;
  inline: boolean;
}

/** Rendered by Lit's templates; the element itself has no attributes to watch, so it needs no more of Lit. */
export class Chat extends HTMLElement {
  menu = false;
  /** There is more below what is in view. */
  below = false;
  readonly talk: Conversation;
  readonly inline: boolean;

  #open = false;
  #panel: Panel | null = null;
  #confirming: unknown;
  #mark: unknown;
  readonly #root = this.attachShadow({ mode: "open" });

  constructor(setup: Setup) {
    super();
    this.#root.adoptedStyleSheets = [styles];
    this.inline = setup.inline;
    const language = preferred([setup.language, ...navigator.languages]);
    this.talk = new Conversation(
      new Api(setup.base, setup), setup.course, language, () => this.update(), (kind) => void this.show(kind),
    );
  }

  connectedCallback(): void {
    addEventListener("online", this.#online);
    this.update();
  }

  disconnectedCallback(): void {
    removeEventListener("online", this.#online);
  }

  /** There is something to type in: not when only a button can answer. */
  get composing(): boolean {
    return this.talk.input.mode !== "none" && !this.talk.confirmation;
  }

  /** Show what is so now. Whoever stood on something that is gone goes on with what comes next; nobody else moves. */
  update(): void {
    const { talk } = this;
    const active = this.#root.activeElement;
    const shown = html`<section
      class="root ${this.inline ? "inline" : "floating"}"
      lang=${talk.language}
      aria-label=${talk.texts.name}
      @keydown=${this.#key}
    >
      ${this.#open ? conversing(this) : launcher(this)}
      <dialog aria-labelledby="dialog-title" aria-describedby="dialog-body" @close=${this.#dismissed}>
        ${this.#panel ? dialog(this, this.#panel) : nothing}
      </dialog>
      <div class="unseen" role="status">${talk.announcement}</div>
    </section>`;
    render(shown, this.#root);
    if (!this.#open) return;
    this.#fill();
    this.#confirm();
    if (talk.mark !== this.#mark) this.#scrollTo((this.#mark = talk.mark).key);
    const waited = active?.classList.contains("panel") && talk.loaded;
    if (active && !this.#panel && (waited || !active.isConnected)) this.#focusMain();
    this.scrolled();
  }

  // Opening and closing.

  readonly begin = (): void => {
    this.#open = true;
    this.update();
    this.#focusMain();
    if (!this.talk.loaded) void this.talk.load();
  };

  readonly end = (): void => {
    this.#open = this.menu = this.below = false;
    this.update();
    this.#find(".launch")?.focus();
  };

  readonly toggle = (): void => {
    this.menu = !this.menu;
    this.update();
  };

  /** A choice from the menu: the focus is back on the menu's button before it is carried out. */
  pick(act: () => void): void {
    this.menu = false;
    this.#find("#menu")?.focus();
    this.update();
    act();
  }

  /** A click beside the menu closes it. */
  readonly clicked = (event: Event): void => {
    const target = event.target as Element;
    if (this.menu && !target.closest(".menu, #menu")) this.toggle();
  };

  // The dialog.

  /** What is looked up now and then comes from a file of its own, so that the page need not load it. */
  async show(kind: "privacy" | "appeals" | "withdraw" | "renewed" | "age"): Promise<void> {
    const { talk } = this;
    const panel: Panel = { title: talk.texts[kind], body: html`<p>${talk.texts.loading}</p>` };
    this.ask(panel);
    try {
      const { open, sheet } = await import("./panels.js");
      const sheets = this.#root.adoptedStyleSheets;
      if (!sheets.includes(sheet)) this.#root.adoptedStyleSheets = [...sheets, sheet];
      await open[kind](this, panel, kit);
    } catch {
      panel.body = html`<p>${talk.texts.failed}</p>`;
    }
    this.update();
  }

  readonly dismiss = (): void => this.#find<HTMLDialogElement>("dialog")?.close();

  /** Close the dialog, then act. */
  leave(act: () => void): void {
    this.#panel = null;
    this.dismiss();
    act();
  }

  answer(button: Button): void {
    this.leave(() => this.talk.press(button));
  }

  ask(panel: Panel): void {
    if (this.#panel) this.#dismissed();
    this.#panel = panel;
    this.update();
    const dialog = this.#find<HTMLDialogElement>("dialog");
    if (!dialog?.open) dialog?.showModal();
  }

  /**
   * Esc on a question that the conversation waits for means no. A dialog tells late that it was closed: by then
   * another may be open.
   */
  readonly #dismissed = (): void => {
    if (this.#find<HTMLDialogElement>("dialog")?.open) return;
    const no = this.#panel?.no;
    this.#panel = null;
    this.update();
    if (no) this.talk.press(no);
  };

  // Typing and keys.

  readonly typed = (event: Event): void => {
    this.talk.draft = (event.target as HTMLTextAreaElement).value;
    this.update();
  };

  readonly typing = (event: KeyboardEvent): void => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    if (!event.repeat) this.talk.say();
  };

  readonly say = (): void => {
    this.talk.say();
    if (!this.#touch) this.#find("textarea")?.focus();
  };

  readonly #key = (event: KeyboardEvent): void => {
    if (event.isComposing || this.#panel) return;
    if (event.key === "Escape") this.#escape(event);
    else if (/^[1-9]$/.test(event.key) && !event.ctrlKey && !event.metaKey && !event.altKey && !event.repeat) {
      if (!this.#open || this.talk.draft) return;
      if (this.talk.choosing(Number(event.key))) event.preventDefault();
    }
  };

  #escape(event: KeyboardEvent): void {
    if (this.menu) {
      this.toggle();
      this.#find("#menu")?.focus();
    } else if (this.#open && !this.inline) this.end();
    else return;
    event.stopPropagation();
  }

  // Where things are.

  readonly toEnd = (): void => {
    const log = this.#find(".log");
    log?.scrollTo({ top: log.scrollHeight });
    this.#focusMain();
  };

  readonly scrolled = (): void => {
    const log = this.#find(".log");
    const below = !!log && log.scrollHeight - log.clientHeight - log.scrollTop > 48;
    if (below === this.below) return;
    this.below = below;
    this.update();
  };

  #confirm(): void {
    const { busy, unsent, confirmation } = this.talk;
    const asking = busy || unsent ? undefined : confirmation;
    if (asking === this.#confirming) return;
    this.#confirming = asking;
    if (!asking) return;
    const { text, buttons = [] } = asking.message;
    this.ask(confirming(this, text, buttons));
  }

  #scrollTo(mark: number): void {
    const log = this.#find(".log");
    const entry = this.#find(`[data-key="${mark}"]`);
    if (log && entry) log.scrollTop += entry.getBoundingClientRect().top - log.getBoundingClientRect().top - 16;
  }

  /** The composer holds the draft, and is as tall as it, up to five lines. */
  #fill(): void {
    const field = this.#find<HTMLTextAreaElement>("textarea");
    if (!field) return;
    if (field.value !== this.talk.draft) field.value = this.talk.draft;
    field.style.height = "auto";
    field.style.height = `${field.scrollHeight}px`;
  }

  /** On a touch screen the keyboard would cover what has just been said. */
  #focusMain(): void {
    const field = this.#find("textarea");
    const first = this.talk.entries.length && this.#touch ? null : field;
    (first ?? this.#find(".log[tabindex]") ?? this.#find(".panel"))?.focus({ preventScroll: true });
  }

  get #touch(): boolean {
    return matchMedia("(pointer: coarse)").matches;
  }

  /** The first that there is of these is where the reader goes on. */
  focusOn(...selectors: string[]): void {
    for (const selector of selectors) {
      const found = this.#find(selector);
      if (found) return found.focus();
    }
  }

  #find<T extends HTMLElement = HTMLElement>(selector: string): T | null {
    return this.#root.querySelector<T>(selector);
  }

  readonly #online = (): void => this.talk.online();
}
