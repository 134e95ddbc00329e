/** What the log shows, and how it changes: pure. A text that no longer counts is taken out of memory, not hidden. */

import type {
  CaseMessage, GradeMessage, Language, Message, QuestionMessage, ReceiptMessage, RulingMessage, TextMessage,
} from "./types.js";

/** What the learner said or pressed. `question`: what it turned out to answer; `appeal`: what it is the statement of. */
export interface Own {
  kind: "own";
  key: number;
  language: Language;
  text: string;
  typed: boolean;
  state: "sending" | "unsent" | "sent" | "replaced" | "withdrawn";
  question?: string;
  appeal?: string;
  error?: string;
}

/** What was said to the learner. `fresh`: belongs to the latest reply, so that its buttons still mean something. */
export interface Heard<M extends Message = Message> {
  kind: "heard";
  key: number;
  language: Language;
  message: M;
  fresh: boolean;
}

/** What the widget itself has to say. */
export interface Note {
  kind: "note";
  key: number;
  language: Language;
  text: string;
}

export type Entry = Own | Heard | Note;

/** Add what the api says now: a grade takes the place of an earlier one and of all that was said about that; moments
    that have passed lose their buttons. */
export function hear(entries: Entry[], messages: readonly Message[], language: Language, key: () => number): Entry[] {
  const graded = messages.map((message) => message.type === "grade" && message.question);
  for (const entry of entries) if (entry.kind === "heard") entry.fresh = false;
  return [
    ...entries.filter((entry) => !(isAbout(entry) && graded.includes(entry.message.question))),
    ...messages.map((message): Heard => ({ kind: "heard", key: key(), language, message, fresh: true })),
  ];
}

/** Take the texts that fit out of memory; the log says why they are gone. */
export function empty(entries: Entry[], state: "replaced" | "withdrawn", fits: (own: Own) => boolean): void {
  for (const entry of entries) if (entry.kind === "own" && fits(entry)) Object.assign(entry, { state, text: "" });
}

/** Is it about an answer: its grade, or a case on it? */
export function isAbout(entry: Entry): entry is Heard<GradeMessage | ReceiptMessage | CaseMessage | RulingMessage> {
  return entry.kind === "heard" && ["grade", "receipt", "case", "ruling"].includes(entry.message.type);
}

export function isConfirmation(entry: Entry): entry is Heard<TextMessage> {
  return entry.kind === "heard" && entry.fresh && entry.message.type === "text" && !!entry.message.buttons;
}

/** The question that is open now: the last one shown. */
export function openQuestion(entries: readonly Entry[]): Heard<QuestionMessage> | undefined {
  return entries.findLast(
    (entry): entry is Heard<QuestionMessage> => entry.kind === "heard" && entry.message.type === "question",
  );
}

type Words = Partial<Record<"title" | "reading" | "why" | "reason" | "text" | "flagged_notice", string | null>>;

/** A message as one text, for those who hear it; nothing twice. */
export function spoken(message: Message): string {
  const { title, reading, why, reason, text, flagged_notice: notice }: Words = message;
  const options = message.type === "question" ? message.options?.map((option, place) => `${place + 1}: ${option.text}`) : [];
  return [...new Set([title, reading, reason, text, why, notice, ...(options ?? [])])].filter(Boolean).join(" ");
}
