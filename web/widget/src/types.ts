/** What the api sends and takes, as the widget reads it. */

export type Language = "nl" | "en";
export type Command =
  | "start" | "appeal" | "again" | "repeat" | "stop" | "help" | "privacy" | "language" | "reset" | "status" | "skip"
  | "next" | "affirm" | "deny";

export interface Button {
  title: string;
  command?: Command;
  kind?: "answer";
  about?: string;
}

export interface TextMessage {
  type: "text";
  text: string;
  buttons?: Button[];
  /** Pages of the api, by their path. */
  links?: { title: string; path: string }[];
  /** All answers of this course have been erased: whatever is still shown of them has to go. */
  wiped?: true;
}

export interface LessonMessage {
  type: "lesson";
  title: string;
  text: string;
}

export interface Option {
  key: string;
  text: string;
}

export interface QuestionMessage {
  type: "question";
  question: string;
  number: number;
  total: number;
  text: string;
  kind: "stance" | "choice" | "open";
  flagged: boolean;
  flagged_notice: string | null;
  options?: Option[];
}

export interface GradeMessage {
  type: "grade";
  question: string;
  outcome: "passed" | "not_passed" | "undecided" | "again" | "noted";
  title: string;
  reading: string | null;
  why: string | null;
  points: number;
  max_points: number;
  maker: "model" | "person";
  buttons?: Button[];
}

export interface ReceiptMessage {
  type: "receipt";
  number: string;
  question: string;
  due: string;
  text: string;
  buttons?: Button[];
}

/** News about a case that is no decision. */
export interface CaseMessage {
  type: "case";
  kind: "asked" | "replied" | "extended" | "remedied";
  /** None where the learner had not appealed. */
  number: string | null;
  question: string;
  about: string | null;
  title: string;
  text: string;
  buttons?: Button[];
}

export interface RulingMessage {
  type: "ruling";
  number: string;
  question: string;
  about: string;
  result: "overturned" | "upheld" | "passed" | "not_passed" | "expired";
  title: string;
  text: string;
  reason: string;
  complaint: string;
  buttons?: Button[];
}

export type Message =
  | TextMessage | LessonMessage | QuestionMessage | GradeMessage | ReceiptMessage | CaseMessage | RulingMessage;

export interface Progress {
  answered: number;
  total: number;
  points: number;
  max_points: number;
  open_appeals: number;
  finished: boolean;
}

export interface Input {
  mode: "text" | "choice" | "statement" | "confirm" | "none";
  placeholder: string;
  max: number;
}

export interface Notice {
  policy: string;
  paragraphs: string[];
  /** What consent is asked for; nothing where another ground holds, which `ground` tells. */
  purposes: { key: string; text: string }[];
  ground: string[] | null;
  /** Where the young need a parent: whether to ask, or that the parent has not answered yet. */
  age: "ask" | "waiting" | null;
}

export interface View {
  /** `not_asked`: they began on another ground. */
  consent: "given" | "missing" | "not_asked";
  language: Language;
  languages: Language[];
  revision: number;
  course: { slug: string; title: string; summary: string };
  notice: Notice | null;
  /** There is a new version of the policy to read; consent stays. */
  renewed: boolean;
  progress: Progress | null;
  messages: Message[];
  input: Input;
}

export interface Reply {
  turn: string;
  revision: number;
  language: Language;
  progress: Progress;
  messages: Message[];
  input: Input;
}

export interface Turn {
  turn: string;
  course: string;
  seen: number;
  kind: "text" | "answer" | "command" | "choice";
  text?: string;
  command?: Command;
  choice?: string;
  about?: string;
}

export interface Explanation {
  text: string[];
  model?: string | null;
  changed_by?: string | null;
}

export type Act = "reply" | "add" | "withdraw" | "escalate";

/** A case of the learner. What is in words is in their language. */
export interface Appeal {
  number: string;
  question: string | null;
  open: boolean;
  steps: { when: "done" | "now" | "next"; text: string }[];
  statement: string | null;
  extended: string | null;
  asked: string | null;
  reply: string | null;
  /** What the learner changes by `add`. */
  adds: "statement" | "reply";
  ruling: { title: string; reason: string; text: string } | null;
  /** What can be done now, and what that does. */
  can: { act: Act; title: string; text: string }[];
}

export interface Privacy {
  notice: string[];
  employer_sees: { question: string; state: string; result: string | null }[];
  /** What was agreed beside answers, in words. */
  employer_counts: string[];
  /** `when` is in the words of the learner's language. */
  looks: { who: string; when: string; question: string }[];
  /** There is something kept about this learner. */
  known: boolean;
  policy: string;
  /** What is new in it, as long as the learner has not said that they read it. */
  renewed: string[] | null;
  /** They consented, or began on the ground that stands in its place. */
  takes_part: boolean;
  consented_at: string | null;
  ground: string[] | null;
  /** A person grades all answers. */
  by_person: boolean;
  /** Everything stands still. */
  restricted: boolean;
  /** The learner's own links that work now. */
  links: { id: string; purpose: "export" | "choices"; until: string }[];
  /** What an erasure leaves, and why. */
  erasing: string[];
  /** Where news about appeals is mailed, masked; absent where no mail is sent. */
  contact?: { address: string; confirmed: boolean } | null;
  /** What they asked for of news about trainings; absent where no mail is sent. */
  news?: { address: string; confirmed: boolean } | null;
  /** Purposes that nothing depends on. */
  optional: { key: string; text: string; allowed: boolean }[];
  /** Who else gets something, as the organisation and the installation are set now. */
  leaves: string[];
  complaint: string;
  page: string;
}
