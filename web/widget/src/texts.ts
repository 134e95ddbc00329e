/** Every word that the widget itself says outside its panels (`panel-texts.ts`); what comes from the api is shown as it is. Dutch is written first. */

import type { Language } from "./types.js";

const nl = {
  name: "Leerchat",
  launch: "Leerchat openen",
  close: "Sluiten",
  menu: "Menu",
  log: "Gesprek",
  you: "Jij:",
  invitation: "Leer in een gesprek. Je praat met een computer, en een mens kijkt mee als jij dat wilt.",
  computer: "Je praat met een computer. Die kan zich vergissen.",

  progress: "{answered} van {total}",
  point: "{n} punt",
  points: "{n} punten",
  progressLabel: "Voortgang",
  finished: "Klaar",

  loading: "Even laden…",
  reading: "Je antwoord wordt gelezen…",
  slow: "Het duurt langer dan normaal. Je kunt wachten, of stoppen en het straks opnieuw versturen. Je tekst blijft staan.",
  stopWaiting: "Niet langer wachten",

  consent: "Voordat je begint",
  purposes: "Hiervoor vragen we je toestemming:",
  ground: "Hierom mag het:",
  agree: "Ik ga akkoord",
  begin: "Gelezen, begin",
  notNow: "Niet nu",
  declining: "Kies je Niet nu, dan wordt er niets bewaard.",
  statement: "De hele privacyverklaring",
  newWindow: "(nieuw venster)",

  question: "Vraag {number} van {total}",
  options: "Kies een antwoord, of typ het nummer.",
  lesson: "Les",
  why: "Waarom?",
  model: "Gelezen door model {model}.",
  appealed: "Bezwaar ingediend",
  receipt: "Ontvangstbewijs {number}",
  ruling: "Besluit op {number}",
  case: "Nieuws over {number}",
  news: "Nieuws over je antwoord",
  about: "Het gaat om:",
  replaced: "Vervangen door een nieuw antwoord",
  withdrawn: "Bezwaar ingetrokken, toelichting gewist",

  answer: "Je antwoord",
  explain: "Je toelichting",
  hint: "Enter verstuurt. Shift en Enter begint een nieuwe regel.",
  send: "Versturen",
  counter: "{n} van {max} tekens",
  tooLong: "{n} tekens te lang",
  toEnd: "Verder lezen",

  unsent: "Niet verstuurd.",
  unreachable: "Er is geen verbinding.",
  failed: "Dit lukte niet.",
  noEntry: "Aanmelden lukte niet. Ververs de pagina.",
  sendAgain: "Opnieuw versturen",
  change: "Aanpassen",
  drop: "Laat maar",
  firstUnsent: "Verstuur eerst je vorige bericht opnieuw, of pas het aan.",
  online: "Je bent weer online.",
  tryAgain: "Opnieuw proberen",

  help: "Hulp",
  appeals: "Mijn bezwaren",
  privacy: "Privacy",
  reset: "Voortgang wissen",
  withdraw: "Toestemming intrekken",
  stop: "Stoppen",
  renewed: "De privacyverklaring is vernieuwd",
  age: "Hoe oud ben je?",

  sure: "Weet je het zeker?",
};

const en: typeof nl = {
  name: "Learning chat",
  launch: "Open learning chat",
  close: "Close",
  menu: "Menu",
  log: "Conversation",
  you: "You:",
  invitation: "Learn in a conversation. You talk to a computer, and a person looks when you want that.",
  computer: "You are talking to a computer. It can be wrong.",

  progress: "{answered} of {total}",
  point: "{n} point",
  points: "{n} points",
  progressLabel: "Progress",
  finished: "Finished",

  loading: "Loading…",
  reading: "Your answer is being read…",
  slow: "It takes longer than usual. You can wait, or stop and send it again later. Your text stays here.",
  stopWaiting: "Stop waiting",

  consent: "Before you begin",
  purposes: "We ask your consent for this:",
  ground: "Why it is allowed:",
  agree: "I agree",
  begin: "I have read this, begin",
  notNow: "Not now",
  declining: "If you choose Not now, nothing is kept.",
  statement: "The whole privacy statement",
  newWindow: "(new window)",

  question: "Question {number} of {total}",
  options: "Choose an answer, or type its number.",
  lesson: "Lesson",
  why: "Why?",
  model: "Read by model {model}.",
  appealed: "Appeal sent",
  receipt: "Receipt {number}",
  ruling: "Decision on {number}",
  case: "News about {number}",
  news: "News about your answer",
  about: "It is about:",
  replaced: "Replaced by a new answer",
  withdrawn: "Appeal withdrawn, explanation wiped",

  answer: "Your answer",
  explain: "Your explanation",
  hint: "Enter sends. Shift and Enter starts a new line.",
  send: "Send",
  counter: "{n} of {max} characters",
  tooLong: "{n} characters too long",
  toEnd: "Read on",

  unsent: "Not sent.",
  unreachable: "There is no connection.",
  failed: "That did not work.",
  noEntry: "Signing in did not work. Reload the page.",
  sendAgain: "Send again",
  change: "Change",
  drop: "Never mind",
  firstUnsent: "First send your previous message again, or change it.",
  online: "You are online again.",
  tryAgain: "Try again",

  help: "Help",
  appeals: "My appeals",
  privacy: "Privacy",
  reset: "Wipe progress",
  withdraw: "Withdraw consent",
  stop: "Stop",
  renewed: "The privacy statement is new",
  age: "How old are you?",

  sure: "Are you sure?",
};

export type Texts = typeof nl;
export const texts: Record<Language, Texts> = { nl, en };
export const names: Record<Language, string> = { nl: "Nederlands", en: "English" };

const LOCALES: Record<Language, string> = { nl: "nl-NL", en: "en-GB" };

/** The reader's own notation, where the browser names a country for the language. */
export function locale(language: Language): string {
  return navigator.languages.find((tag) => tag.startsWith(`${language}-`)) ?? LOCALES[language];
}

/** The text with `{name}` filled in; numbers in the reader's notation. */
export function fill(text: string, values: Record<string, string | number>, language: Language): string {
  return text.replace(/\{(\w+)\}/g, (_, key: string) => values[key]?.toLocaleString(locale(language)) ?? "");
}

/** The first language asked for that we have; Dutch when there is none. */
export function preferred(asked: readonly (string | undefined)[]): Language {
  const codes = asked.map((tag) => tag?.slice(0, 2).toLowerCase());
  return codes.find((code): code is Language => code === "nl" || code === "en") ?? "nl";
}
