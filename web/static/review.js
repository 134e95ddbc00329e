// Keys for reviewers, and drafts of the text to the learner. Everything works without it.
const typing = (element) => element.matches("input:not([type=radio]), textarea, select");

const rows = [...document.querySelectorAll("[data-case] a")];
const step = (by) => {
  const now = rows.indexOf(document.activeElement);
  rows[Math.min(Math.max(now + by, 0), rows.length - 1)]?.focus();
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  if (event.key === "j") return step(1);
  if (event.key === "k") return step(-1);
  if (event.key === "?") return document.querySelector("#keys")?.showModal();
  const target = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
  if (!target) return;
  event.preventDefault();
  target.focus();
  target.click();
});

// A draft fills the text only while the reviewer has not written anything of their own.
const form = document.querySelector("[data-drafts]");
const text = form?.querySelector("textarea");
let draft = "";
form?.addEventListener("change", (event) => {
  const chosen = event.target.dataset.draft;
  if (chosen && (text.value === "" || text.value === draft)) text.value = draft = chosen;
});
form?.addEventListener("submit", (event) => {
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "yes";
});
window.addEventListener("beforeunload", (event) => {
  if (text && text.value && text.value !== draft && !form.dataset.sent) event.preventDefault();
});
