/** Every request to the api. The token lives in memory only; nothing is stored and no cookie is sent to the api. */

import { locale } from "./texts.js";
import type { Language, View } from "./types.js";

const PATIENCE = 30_000;

export interface Access {
  token: string | undefined;
  tokenUrl: string | undefined;
}

/** A request that had no good end. `status` 0: the api was not reached. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly code = "",
    readonly detail = "",
    readonly view?: View,
  ) {
    super(code);
  }

  /** The same request may succeed later: lost on the way, too many at once, or the service is down. */
  get passing(): boolean {
    return this.status === 0 || this.status === 401 || this.status === 429 || this.status >= 500;
  }
}

export class Api {
  #token: string | undefined;

  constructor(
    readonly base: string,
    private readonly access: Access,
  ) {
    this.#token = access.token;
  }

  /** The answer of the api; a refused token is replaced by a new one, once. */
  async ask<T>(method: string, path: string, language: Language, body?: unknown, stop?: AbortSignal): Promise<T> {
    const fresh = !this.#token;
    this.#token ??= await this.#newToken();
    let answer = await this.#send(method, path, language, body, stop);
    if (answer.status === 401 && !fresh && this.access.tokenUrl) {
      this.#token = await this.#newToken();
      answer = await this.#send(method, path, language, body, stop);
    }
    if (answer.status === 401) this.#token = this.access.token;
    if (!answer.ok) throw problem(answer);
    if (answer.body === null) throw new Problem(0);
    return answer.body as T;
  }

  #send(method: string, path: string, language: Language, body: unknown, stop?: AbortSignal): Promise<Answer> {
    const headers: Record<string, string> = { Authorization: `Bearer ${this.#token}`, "Accept-Language": locale(language) };
    if (body) headers["Content-Type"] = "application/json";
    return reach(this.base + path, {
      method, headers, body: body ? JSON.stringify(body) : null, credentials: "omit",
    }, stop);
  }

  async #newToken(): Promise<string> {
    const { tokenUrl } = this.access;
    if (!tokenUrl) throw new Problem(401, "token_missing");
    const ask = (method: string) =>
      reach(tokenUrl, { method, headers: { Accept: "application/json" }, credentials: "same-origin" });
    let answer = await ask("POST");
    // Some sites answer only GET here, or guard every POST against forgery.
    if ([403, 404, 405, 501].includes(answer.status)) answer = await ask("GET");
    const token = answer.ok ? (answer.body as { token?: string } | null)?.token : undefined;
    if (!token) throw new Problem(401, "token_missing");
    return token;
  }
}

interface Answer {
  ok: boolean;
  status: number;
  body: unknown;
}

async function reach(url: string, init: RequestInit, stop?: AbortSignal): Promise<Answer> {
  const ends = [AbortSignal.timeout(PATIENCE), ...(stop ? [stop] : [])];
  try {
    const answer = await fetch(url, { ...init, cache: "no-store", signal: AbortSignal.any(ends) });
    const text = await answer.text();
    return { ok: answer.ok, status: answer.status, body: read(text) };
  } catch {
    throw new Problem(0);
  }
}

function read(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function problem(answer: Answer): Problem {
  const { code, detail, view } = (answer.body ?? {}) as { code?: string; detail?: string; view?: View };
  return new Problem(answer.status, code, detail, view);
}
