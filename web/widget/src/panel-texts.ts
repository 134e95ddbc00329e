/** Every word of the panels; what comes from the api is shown as it is. Dutch is written first. */

import type { Language } from "./types.js";

const nl = {
  noAppeals: "Je hebt geen bezwaren, en er ligt niets bij een mens.",
  steps: "Hoe ver het is",
  extended: "Waarom het langer duurt",
  asked: "De beoordelaar vraagt",
  statement: "Jouw uitleg",
  replied: "Jouw reactie",
  ruling: "Het besluit",
  send: "Versturen",
  reply: "Je reactie is bij de beoordelaar.",
  add: "Je uitleg is bewaard.",
  withdraw: "Je bezwaar is ingetrokken.",
  escalate: "Een tweede mens gaat kijken.",

  employer: "Wat je werkgever ziet",
  employerNothing: "Nu geen enkel antwoord van je.",
  looks: "Wie er heeft gekeken",
  looksNone: "Nog niemand.",
  consented: "Toestemming gegeven op {date}, voor versie {policy}.",
  choices: "Wat jij kiest",
  byPerson: "Een mens beoordeelt al mijn antwoorden, de computer niet.",
  byPersonMeans: "Je wacht dan langer op je punten. Verder verandert er niets. Het geldt vanaf je volgende antwoord.",
  contact: "Mail over je bezwaren",
  contactMeans: "Dan krijg je ook een mail als er nieuws is. Je antwoorden staan daar nooit in. Het hoeft niet: je leest het nieuws altijd hier.",
  contactKnown: "Nieuws gaat naar {address}.",
  email: "E-mailadres",
  save: "Bewaren",
  remove: "Adres wissen",
};

const en: typeof nl = {
  noAppeals: "You have no appeals, and nothing is with a person.",
  steps: "How far it is",
  extended: "Why it takes longer",
  asked: "The reviewer asks",
  statement: "Your explanation",
  replied: "Your reply",
  ruling: "The decision",
  send: "Send",
  reply: "The reviewer has your reply.",
  add: "Your explanation is kept.",
  withdraw: "Your appeal is withdrawn.",
  escalate: "A second person will look.",

  employer: "What your employer sees",
  employerNothing: "None of your answers now.",
  looks: "Who has looked",
  looksNone: "Nobody yet.",
  consented: "Consent given on {date}, for version {policy}.",
  choices: "What you choose",
  byPerson: "A person grades all my answers, not the computer.",
  byPersonMeans: "You then wait longer for your points. Nothing else changes. It counts from your next answer on.",
  contact: "Mail about your appeals",
  contactMeans: "Then you also get a mail when there is news. Your answers are never in it. You need not: you can always read the news here.",
  contactKnown: "News goes to {address}.",
  email: "E-mail address",
  save: "Keep",
  remove: "Wipe address",
};

export const words: Record<Language, typeof nl> = { nl, en };
