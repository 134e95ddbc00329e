// Keys for reviewers. Everything works without them, and they are never heard while somebody types.
const typing = (element) => element.matches("input:not([type=radio], [type=checkbox]), textarea, select");
const rows = () => [...document.querySelectorAll("[data-case] a")];

const step = (by) => {
  const all = rows();
  const now = all.indexOf(document.activeElement);
  all[Math.min(Math.max(now + by, 0), all.length - 1)]?.focus();
};

// A button or link is pressed; what unfolds is opened, and its field is ready to type in.
const press = (target) => {
  if (target.matches("summary")) {
    target.parentElement.open = true;
    (target.parentElement.querySelector("textarea") ?? target).focus();
    return;
  }
  target.focus();
  target.click();
};

// Whether there was something to do for this key.
const act = (key) => {
  if (key === "j") return step(1);
  if (key === "k") return step(-1);
  if (key === "?") return document.querySelector("#keys")?.showModal();
  const target = document.querySelector(`[data-key="${CSS.escape(key)}"]`);
  if (target) press(target);
  return Boolean(target);
};

// What the browser does for Enter itself.
const enter = () => {
  const now = document.activeElement;
  if (now.matches("input")) now.form.requestSubmit();
  else now.click();
};

// Heard before the page is whole: a key that comes early waits for what it presses and for the page's other scripts,
// and so does the Enter that follows it.
let early = [];
document.addEventListener("keydown", (event) => {
  const { key, target } = event;
  if (key === "Enter" && event.ctrlKey && target.matches("textarea")) return target.form.requestSubmit();
  if (key === "Escape" && target.matches("textarea")) return target.blur();
  if (event.ctrlKey || event.metaKey || event.altKey || typing(target) || document.querySelector("dialog[open]")) return;
  if (early) {
    if (key === "Enter" && early.length) event.preventDefault();
    if (key !== "Enter" || early.length) early.push(key);
  } else if (act(key)) event.preventDefault();
});

const hear = () => {
  const keys = early;
  early = null;
  for (const key of keys) {
    if (typing(document.activeElement)) break; // what follows are letters
    if (key === "Enter") enter();
    else act(key);
  }
};

document.addEventListener("DOMContentLoaded", () => {
  // The browser first goes to what the address points at.
  requestAnimationFrame(hear);
  // Browsers that do not know `command` yet.
  for (const button of document.querySelectorAll("[commandfor]")) {
    if (!("command" in button)) {
      button.addEventListener("click", () => document.getElementById(button.getAttribute("commandfor")).showModal());
    }
  }
});
