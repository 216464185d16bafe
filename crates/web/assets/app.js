// Comfort only: every page works without this file. No inline code anywhere, so the strict content policy holds.
"use strict";

document.documentElement.classList.replace("no-script", "script");

// Words that change on a button come from its data attributes, already translated.
function flashLabel(button, text) {
  const label = button.querySelector("[data-label]") || button;
  const before = label.textContent;
  label.textContent = text;
  setTimeout(() => { label.textContent = before; }, 1600);
}

function copyText(button) {
  const source = document.getElementById(button.dataset.copy);
  if (!source) return;
  const text = "value" in source ? source.value : source.textContent;
  navigator.clipboard.writeText(text).then(() => flashLabel(button, button.dataset.done || "✓"));
}

// Browsers that lack invoker commands get the two that are used here.
function runCommand(button) {
  if ("commandForElement" in HTMLButtonElement.prototype) return;
  const target = document.getElementById(button.getAttribute("commandfor"));
  if (!target) return;
  if (button.getAttribute("command") === "show-modal") target.showModal();
  if (button.getAttribute("command") === "close") target.close();
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  if (button.dataset.copy) copyText(button);
  if (button.hasAttribute("commandfor")) runCommand(button);
  if (button.classList.contains("side-toggle")) {
    const open = button.closest(".side").classList.toggle("open");
    button.setAttribute("aria-expanded", String(open));
  }
});

// A filter that changes sends its form, as the button beside it would.
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-submit]")) event.target.form.requestSubmit();
});

// A form that spends money or starts work is sent once; one that only gives a file may be sent again at once.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || "repeatable" in form.dataset || (form.getAttribute("method") || "").toLowerCase() !== "post") return;
  if (form.dataset.sent === "yes") { event.preventDefault(); return; }
  form.dataset.sent = "yes";
  setTimeout(() => { delete form.dataset.sent; }, 4000);
});

// Fields that belong to one choice are shown with it.
function showDependents() {
  for (const part of document.querySelectorAll("[data-shown-by]")) {
    const [name, values] = part.dataset.shownBy.split("=");
    const wanted = values.split(",");
    const form = part.closest("form");
    const controls = form ? [...form.elements].filter((control) => control.name === name) : [];
    if (controls.length === 0) continue;
    const chosen = controls.some((control) =>
      control.type === "radio" || control.type === "checkbox"
        ? control.checked && wanted.includes(control.value)
        : wanted.includes(control.value));
    part.hidden = !chosen;
    for (const control of part.querySelectorAll("input, select, textarea")) control.disabled = !chosen;
  }
}
document.addEventListener("change", showDependents);
document.addEventListener("htmx:after:swap", showDependents);
showDependents();
