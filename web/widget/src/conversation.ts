/** The conversation as the learner has it: what was said, what can be said now, what is on its way. Memory only. */

import { Problem, type Api } from "./api.js";
import { empty, hear, isConfirmation, openQuestion, spoken, type Entry, type Heard, type Own } from "./entries.js";
import { fill, texts, type Texts } from "./texts.js";
import type {
  Button, Command, Explanation, Input, Language, Notice, Progress, Reply, TextMessage, Turn, View,
} from "./types.js";

const QUICK = 300;
const SLOW = 5_000;

type Said = Pick<Turn, "kind" | "text" | "command" | "choice" | "about">;

export class Conversation {
  languages: Language[] = [];
  title = "";
  notice: Notice | null = null;
  /** There is a consent that can be taken back. */
  consented = false;
  progress: Progress | null = null;
  input: Input = { mode: "none", placeholder: "", max: 4000 };
  entries: Entry[] = [];
  /** What is in the composer, and why it was not taken. */
  draft = "";
  refusal = "";
  loaded = false;
  /** Why the view could not be loaded. */
  failure = "";
  busy = false;
  /** What is being waited for, once that takes a while; `slow` when it takes long. */
  waiting = "";
  slow = false;
  /** For the status line that is read out. */
  announcement = "";
  /** The entry to bring into view; another object each time that it has to be. */
  mark = { key: 0 };
  /** The explanations that are open, by question. */
  readonly whys = new Map<string, string[]>();
  /** The number of the appeal that was sent from here, by question. */
  readonly appealed = new Map<string, string>();

  #key = 0;
  #revision = 0;
  #unsent: { turn: Turn; own: Own } | null = null;
  /** The number of the appeal that may be explained now. */
  #stated: string | undefined;
  #stop = new AbortController();

  constructor(
    private readonly api: Api,
    private readonly course: string,
    public language: Language,
    private readonly changed: () => void,
    /** Show what has a better place than the log. */
    private readonly follow: (kind: "appeals" | "renewed") => void,
  ) {}

  get texts(): Texts {
    return texts[this.language];
  }

  get unsent(): boolean {
    return !!this.#unsent;
  }

  get #which(): URLSearchParams {
    return new URLSearchParams({ course: this.course });
  }

  /** An address at the api. */
  address(path: string): string {
    return new URL(path, this.api.base).href;
  }

  /** What must be confirmed or denied before anything else. */
  get confirmation(): Heard<TextMessage> | undefined {
    return this.input.mode === "confirm" ? this.entries.findLast(isConfirmation) : undefined;
  }

  /** Fetch where the learner is. */
  load(language = this.language): Promise<boolean> {
    this.language = language;
    return this.#see("GET", `/v1/conversation?${new URLSearchParams({ course: this.course, language })}`);
  }

  /** From now on in another language; kept where there is something to keep it with. */
  async speak(language: Language): Promise<void> {
    if (!this.notice) await this.reach("PUT", "me", { language }).catch(() => 0);
    await this.load(language);
  }

  async consent({ policy, purposes }: Notice, more = {}): Promise<void> {
    const { course, language } = this;
    await this.#see("POST", "/v1/consent", { course, language, policy, purposes: purposes.map(({ key }) => key), ...more });
  }

  async withdrawConsent(): Promise<void> {
    await this.#see("DELETE", `/v1/consent?${this.#which}`);
  }

  /** A request beside the conversation; what goes wrong is the caller's to tell. */
  reach<T>(method: string, path: string, body?: unknown): Promise<T> {
    return this.api.ask(method, `/v1/${path}${path.includes("?") ? "&" : "?"}${this.#which}`, this.language, body);
  }

  /** Did it succeed? */
  async withdrawAppeal(number: string): Promise<boolean> {
    if (!(await this.#see("POST", `/v1/appeals/${number}/withdraw?${this.#which}`))) return false;
    empty(this.entries, "withdrawn", (own) => own.appeal === number);
    for (const [question, appeal] of this.appealed) if (appeal === number) this.appealed.delete(question);
    this.changed();
    return true;
  }

  /** Send what is in the composer. */
  say(): void {
    const text = this.draft.trim();
    if (!text || [...text].length > this.input.max || this.#blocked()) return;
    this.draft = "";
    this.#begin({ kind: "text", text }, text, true);
  }

  choose(question: string, choice: string, title: string): void {
    if (!this.#blocked()) this.#begin({ kind: "choice", choice, about: question }, title);
  }

  /** The choice that the keys 1-9 make now, if any. */
  choosing(digit: number): boolean {
    const { question = "", options } = openQuestion(this.entries)?.message ?? {};
    const option = this.input.mode === "choice" && options?.[digit - 1];
    if (option) this.choose(question, option.key, option.text);
    return !!option;
  }

  command(command: Command, title: string, about?: string): void {
    if (this.#blocked()) return;
    this.#begin({ kind: "command", command, ...(about && { about }) }, title);
  }

  press({ command, title, about }: Button): void {
    if (command === "status") return this.follow("appeals");
    if (command) return this.command(command, title, about);
    const said = this.entries.findLast((entry): entry is Own => entry.kind === "own" && entry.typed && !!entry.text);
    if (said && !this.#blocked()) void this.#take({ kind: "answer", text: said.text }, said);
  }

  /** Send again what was lost: the same turn, so that it counts once. */
  resend(): void {
    const unsent = this.#unsent;
    this.#unsent = null;
    if (unsent) void this.#take(unsent.turn, unsent.own);
  }

  /** Take back what was not sent: a text returns to the composer. */
  takeBack(): void {
    if (this.#unsent) this.#restore(this.#unsent.own);
    this.changed();
  }

  stopWaiting(): void {
    this.#stop.abort();
  }

  online(): void {
    if (this.#unsent) this.#announce(this.texts.online);
  }

  /** Open or close the explanation of a grade. */
  async why(question: string): Promise<void> {
    if (this.whys.delete(question)) return this.changed();
    const show = (lines: string[]) => {
      if (lines[0] !== this.texts.loading && !this.whys.has(question)) return;
      this.whys.set(question, lines);
      this.#announce(lines.join(" "));
    };
    show([this.texts.loading]);
    try {
      const { text, changed_by: changed, model } = await this.reach<Explanation>("GET", `questions/${question}/explanation`);
      show([...text, changed ?? "", model ? fill(this.texts.model, { model }, this.language) : ""]);
    } catch (error) {
      show([this.reason(error as Problem)]);
    }
  }

  #blocked(): boolean {
    if (this.#unsent) this.#announce(this.texts.firstUnsent);
    return this.busy || this.unsent;
  }

  #begin(said: Said, text: string, typed = false): void {
    const own: Own = { kind: "own", key: ++this.#key, language: this.language, text, typed, state: "sending" };
    this.entries = [...this.entries, own];
    this.mark = { key: own.key };
    void this.#take(said, own);
  }

  async #take(said: Said | Turn, own: Own): Promise<void> {
    const turn: Turn = { turn: crypto.randomUUID(), course: this.course, seen: this.#revision, ...said };
    const { loading, reading } = this.texts;
    own.state = "sending";
    this.refusal = "";
    try {
      const reply = await this.#during(turn.command ? loading : reading, this.#ask<Reply>("POST", "/v1/turns", turn));
      own.state = "sent";
      if (reply.messages.some((message) => message.type === "text" && message.wiped)) this.#forget();
      else this.#settle(reply, turn, own);
      this.#show(reply);
    } catch (error) {
      this.#lost(error as Problem, turn, own);
    }
    this.changed();
  }

  #ask<T>(method: string, path: string, body?: unknown): Promise<T> {
    this.#stop = new AbortController();
    return this.api.ask<T>(method, path, this.language, body, this.#stop.signal);
  }

  /** Wait for the api, and say so when it takes long. */
  async #during<T>(doing: string, work: Promise<T>): Promise<T> {
    this.busy = true;
    this.changed();
    const show = (slow: boolean) => {
      this.waiting = slow ? this.texts.slow : doing;
      this.slow = slow;
      this.#announce(this.waiting);
    };
    const timers = [setTimeout(show, QUICK, false), setTimeout(show, SLOW, true)];
    try {
      return await work;
    } finally {
      timers.forEach(clearTimeout);
      this.waiting = "";
      this.slow = this.busy = false;
    }
  }

  /** What the reply means for what was said before: a new answer takes the place of the old one. */
  #settle({ messages }: Reply, turn: Turn, own: Own): void {
    for (const message of messages) {
      if (message.type === "grade" && !turn.command) {
        const { question } = message;
        empty(this.entries, "replaced", (other) => other !== own && other.question === question);
        own.question = question;
        this.whys.delete(question);
        this.appealed.delete(question);
      } else if (message.type === "receipt") {
        this.appealed.set(message.question, message.number);
        this.#stated = message.number;
      } else if (message.type === "case" && message.kind === "replied" && message.number) own.appeal = message.number;
    }
    if (this.input.mode === "statement" && own.typed && this.#stated) own.appeal ??= this.#stated;
  }

  #lost(problem: Problem, turn: Turn, own: Own): void {
    const reason = this.reason(problem);
    if (problem.passing) {
      own.state = "unsent";
      own.error = reason;
      this.#unsent = { turn, own };
      return this.#announce(`${this.texts.unsent} ${reason}`);
    }
    this.#restore(own);
    if (problem.view) {
      this.#note(reason);
      this.#showView(problem.view);
    } else {
      this.refusal = reason;
      this.#announce(reason);
    }
  }

  /** Out of the log; a typed text goes back into the composer, before what was typed since. */
  #restore(own: Own): void {
    this.#unsent = null;
    this.entries = this.entries.filter((entry) => entry !== own);
    if (own.typed) this.draft = [own.text, this.draft].filter(Boolean).join("\n");
  }

  /** An act that answers with the whole view: did it succeed? */
  async #see(method: string, path: string, body?: unknown): Promise<boolean> {
    if (this.busy) return false;
    this.failure = "";
    try {
      this.#showView(await this.#during(this.texts.loading, this.#ask<View>(method, path, body)));
      return true;
    } catch (error) {
      const reason = this.reason(error as Problem);
      if (!this.loaded || this.notice) this.failure = reason;
      else this.#note(reason);
      this.#announce(reason);
      return false;
    }
  }

  #showView(view: View): void {
    this.notice = view.notice;
    this.consented = view.consent === "given";
    if (view.notice) this.#forget();
    this.loaded = true;
    this.title = view.course.title;
    this.languages = view.languages;
    this.#show(view);
    if (view.renewed) this.follow("renewed");
  }

  #show({ revision, language, progress, input, messages }: View | Reply): void {
    Object.assign(this, { language, progress, input });
    this.#revision = revision;
    const last = this.entries.at(-1);
    this.mark = { key: last && last.kind !== "heard" ? last.key : this.#key + 1 };
    this.entries = hear(this.entries, messages, language, () => ++this.#key);
    this.#announce(messages.map(spoken).join(" "));
  }

  #note(text: string): void {
    this.mark = { key: ++this.#key };
    this.entries = [...this.entries, { kind: "note", key: this.mark.key, language: this.language, text }];
  }

  /** Why it did not work, in words. */
  reason({ status, code, detail }: Problem): string {
    const { unreachable, noEntry, failed } = this.texts;
    return detail || (status === 0 ? unreachable : code === "token_missing" ? noEntry : failed);
  }

  #forget(): void {
    this.entries = [];
    this.#unsent = null;
    this.whys.clear();
    this.appealed.clear();
  }

  /** The same text twice in a row is still read out twice. */
  #announce(text: string): void {
    this.announcement = text === this.announcement ? `${text}\u00a0` : text;
    this.changed();
  }
}
