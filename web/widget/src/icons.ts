/** The icons, drawn on a grid of 24; always beside a word or inside a control that has a name. */

import { html, svg, type SVGTemplateResult, type TemplateResult } from "lit/html.js";

const paths = {
  chat: svg`<path d="M4 5.5h16v11h-8.5L7 20v-3.5H4z"/><path d="M8 9.5h8M8 12.7h5"/>`,
  menu: svg`<path d="M5 7h14M5 12h14M5 17h14"/>`,
  close: svg`<path d="m6 6 12 12M18 6 6 18"/>`,
  send: svg`<path d="M12 19V5M6 11l6-6 6 6"/>`,
  check: svg`<circle cx="12" cy="12" r="9"/><path d="m8 12.4 2.8 2.8L16 9.6"/>`,
  dash: svg`<circle cx="12" cy="12" r="9"/><path d="M8 12h8"/>`,
  person: svg`<circle cx="12" cy="8" r="3.5"/><path d="M5 20c.6-4 3.4-6 7-6s6.4 2 7 6"/>`,
  ask: svg`<circle cx="12" cy="12" r="9"/><path d="M9.5 9.6c.2-1.5 1.2-2.3 2.6-2.3 1.5 0 2.6.9 2.6 2.3 0 1.9-2.7 2.1-2.7 4M12 16.7v.1"/>`,
  note: svg`<path d="M6 3.5h9l3.5 3.5v13.5H6z"/><path d="M9 11h6M9 15h6"/>`,
  eye: svg`<path d="M2.5 12c2.3-4 5.5-6 9.5-6s7.2 2 9.5 6c-2.3 4-5.5 6-9.5 6s-7.2-2-9.5-6z"/><circle cx="12" cy="12" r="2.8"/>`,
} satisfies Record<string, SVGTemplateResult>;

export type Icon = keyof typeof paths;

export function icon(name: Icon): TemplateResult {
  return html`<svg viewBox="0 0 24 24" aria-hidden="true">${paths[name]}</svg>`;
}
