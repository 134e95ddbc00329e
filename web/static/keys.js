// Keys for reviewers. Everything works without them, and they are never heard while somebody types.
const typing = (element) => element.matches("input:not([type=radio], [type=checkbox]), textarea, select");
const rows = () => [...document.querySelectorAll("[data-case] a")];

const step = (by) => {
  const all = rows();
  const now = all.indexOf(document.activeElement);
  all[Math.min(Math.max(now + by, 0), all.length - 1)]?.focus();
  return all.length > 0;
};

// A button or link is pressed, a dialog opened; what unfolds is opened, and its field is ready to type in.
const press = (target) => {
  if (target.matches("dialog")) return target.showModal();
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
  const target = document.querySelector(key === "?" ? "#keys" : `[data-key="${CSS.escape(key)}"]`);
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
let moved = false;
document.addEventListener("keydown", (event) => {
  const { key, target } = event;
  if (key === "Enter" && event.ctrlKey && target.matches("textarea")) return target.form.requestSubmit();
  if (key === "Escape" && target.matches("textarea")) return target.blur();
  if (event.ctrlKey || event.metaKey || event.altKey || typing(target) || document.querySelector("dialog[open]")) return;
  if (!early) {
    if (act(key)) event.preventDefault();
  } else if (key === "Tab") moved = true; // then Enter is for what was gone to
  else if (key === "Enter" && early.length && !moved) {
    event.preventDefault();
    early.push(key);
  } else if (/^\S$/.test(key)) early.push(key);
});

const hear = () => {
  const keys = early;
  early = null;
  let pressed = false;
  for (const key of keys) {
    // What follows are letters, or keys of the dialog.
    if (typing(document.activeElement) || document.querySelector("dialog[open]")) return;
    if (key !== "Enter") pressed = act(key);
    else if (pressed) enter();
  }
};

document.addEventListener("DOMContentLoaded", () => {
  // The browser first goes to what the address points at.
  if (document.hidden) hear();
  else requestAnimationFrame(hear);
  // Browsers that do not know `command` yet.
  for (const button of document.querySelectorAll("[commandfor]")) {
    if (!("command" in button)) {
      button.addEventListener("click", () => document.getElementById(button.getAttribute("commandfor")).showModal());
    }
  }
});
