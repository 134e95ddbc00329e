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

document.addEventListener("keydown", (event) => {
  const { key, target } = event;
  if (key === "Enter" && event.ctrlKey && target.matches("textarea")) return target.form.requestSubmit();
  if (key === "Escape" && target.matches("textarea")) return target.blur();
  if (event.ctrlKey || event.metaKey || event.altKey || typing(target) || document.querySelector("dialog[open]")) return;
  if (key === "j") return step(1);
  if (key === "k") return step(-1);
  if (key === "?") return document.querySelector("#keys")?.showModal();
  const pressed = document.querySelector(`[data-key="${CSS.escape(key)}"]`);
  if (!pressed) return;
  event.preventDefault();
  press(pressed);
});

// Browsers that do not know `command` yet.
for (const button of document.querySelectorAll("[commandfor]")) {
  if (!("command" in button)) {
    button.addEventListener("click", () => document.getElementById(button.getAttribute("commandfor")).showModal());
  }
}
