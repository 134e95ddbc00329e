// Keeps the waiting line up to date in place: rows that stay are not touched where the focus is, nothing jumps.
const line = document.querySelector("#line");
const news = document.querySelector("#news");

// The page as a document that runs nothing; strings of HTML are refused here, by our own security policy.
const load = () =>
  new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("GET", location.href);
    request.responseType = "document";
    request.onload = () => {
      const fresh = request.status === 200 && request.responseXML.querySelector("#line");
      fresh ? resolve(fresh) : reject();
    };
    request.onerror = reject;
    request.send();
  });

const looks = () => [...line.querySelectorAll("[data-case]")].map((row) => `${row.dataset.case} ${row.dataset.as}`).join();
const focused = (element) => element.contains(document.activeElement);
const put = (old, fresh) => old.isEqualNode(fresh) || focused(old) || old.replaceWith(fresh);

const renew = (kept, row) => {
  kept.dataset.as = row.dataset.as;
  const cells = [...row.cells];
  [...kept.cells].forEach((cell, place) => put(cell, cells[place]));
};

const merge = (body, fresh) => {
  const kept = new Map([...body.rows].map((row) => [row.dataset.case, row]));
  const wanted = new Set([...fresh.rows].map((row) => row.dataset.case));
  const place = [...body.rows].findIndex(focused);
  const at = body.rows[place]?.dataset.case;
  for (const [number, row] of kept) wanted.has(number) || row.remove();
  let next = body.firstElementChild;
  for (const row of [...fresh.rows]) {
    const old = kept.get(row.dataset.case);
    if (old) renew(old, row);
    if (old && old === next) next = next.nextElementSibling;
    else body.insertBefore(old ?? row, next);
  }
  if (place < 0 || focused(body)) return;
  const row = [...body.rows].find((one) => one.dataset.case === at) ?? body.rows[Math.min(place, body.rows.length - 1)];
  row?.querySelector("a").focus({ preventScroll: true });
};

const show = (fresh) => {
  const [body, newer] = [line, fresh].map((one) => one.querySelector("tbody"));
  if (body && newer) merge(body, newer);
  else {
    const had = focused(line);
    line.querySelector("#rows").replaceWith(fresh.querySelector("#rows"));
    if (had && !focused(line)) document.querySelector("#h-line").focus();
  }
  for (const part of ["#count", "#pages"]) put(line.querySelector(part), fresh.querySelector(part));
};

const say = (words) => {
  news.textContent = "";
  setTimeout(() => (news.textContent = words), 100);
};

let busy = false;
let again = false;
const refresh = async () => {
  if (busy) return (again = true);
  busy = true;
  const before = looks();
  try {
    show(await load());
    if (looks() !== before) say(`${line.dataset.changed} ${line.querySelector("#count").textContent}`);
  } catch {
    say(line.dataset.stopped);
  }
  busy = false;
  if (again) {
    again = false;
    refresh();
  }
};

// Only a page that is looked at listens: browsers allow few connections to one site.
let source;
const listen = () => {
  source?.close();
  if (document.hidden) return;
  source = new EventSource("/review/events");
  source.addEventListener("open", refresh);
  source.addEventListener("line", refresh);
  source.addEventListener("error", () => source.readyState === EventSource.CLOSED && say(line.dataset.stopped));
};
document.addEventListener("visibilitychange", listen);
window.addEventListener("pagehide", () => source?.close());
window.addEventListener("pageshow", (event) => event.persisted && listen());
listen();
