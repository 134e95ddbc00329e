// What is typed on a case is kept on the server, as it is typed; and the seconds in which a ruling can be taken back.
const kept = document.querySelector("#kept");
const problem = document.querySelector("#not-kept");
const fields = [...document.querySelectorAll("[data-keep]")];
const choice = () => document.querySelector("[name=choice]:checked");

let timer;
let dirty = false;
const tell = (words, wrong) => {
  kept.textContent = wrong ? "" : words;
  problem.hidden = !wrong;
  if (problem.textContent !== wrong) problem.textContent = wrong ?? "";
};

const keep = async () => {
  clearTimeout(timer);
  if (!dirty) return;
  dirty = false;
  const body = new URLSearchParams(fields.map((field) => [field.name, field.value]));
  if (choice()) body.set("choice", choice().value);
  try {
    const reply = await fetch(kept.dataset.address, { method: "POST", body, redirect: "manual", keepalive: true });
    // A page that redirects has kept it.
    if (reply.type === "opaqueredirect") return tell(kept.dataset.kept);
    dirty = true;
    tell("", reply.status === 401 ? kept.dataset.out : reply.status === 409 ? kept.dataset.stale : kept.dataset.away);
  } catch {
    dirty = true;
    tell("", kept.dataset.away);
  }
};
const soon = () => {
  dirty = true;
  kept.textContent = "";
  clearTimeout(timer);
  timer = setTimeout(keep, 600);
};

// A draft fills the text only while the reviewer has not written anything of their own.
const text = document.querySelector("#text");
const drafts = [...document.querySelectorAll("[data-draft]")].map((one) => one.dataset.draft);
document.addEventListener("change", ({ target }) => {
  if (!target.dataset.draft) return;
  if (text.value === "" || drafts.includes(text.value)) text.value = target.dataset.draft;
  soon();
});

if (kept) {
  document.addEventListener("input", ({ target }) => fields.includes(target) && soon());
  window.addEventListener("pagehide", keep);
  window.addEventListener("beforeunload", (event) => dirty && !problem.hidden && event.preventDefault());
}

// Sent once, and then nothing is left to keep.
document.addEventListener("submit", (event) => {
  const { target: form } = event;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "yes";
  clearTimeout(timer);
  dirty = false;
});

const seconds = document.querySelector("[data-seconds]");
if (seconds) {
  const end = performance.now() + 1000 * Number(seconds.dataset.seconds);
  const bar = seconds.closest(".bar");
  const tick = setInterval(() => {
    const left = Math.ceil((end - performance.now()) / 1000);
    if (left > 0) return (seconds.textContent = left);
    clearInterval(tick);
    const had = bar.querySelector("form").contains(document.activeElement);
    bar.querySelector("form").remove();
    seconds.parentElement.textContent = seconds.parentElement.dataset.told;
    if (had) bar.querySelector("a").focus();
  }, 250);
}
