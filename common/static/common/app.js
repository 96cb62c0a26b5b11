// What every face needs of JavaScript, and no more. Pages work without it.
// Hooks are data attributes, documented in docs/design.md.

const root = document.documentElement;

// --- htmx: an error page meant for a place in the page is shown there -----------------
if (window.htmx) {
  window.htmx.config.responseHandling = [
    { code: "(204|304)", swap: false },
    { code: "[23]..", swap: true },
    { code: "4(00|03|04|09|12|22)", swap: true, error: true },
    { code: "[45]..", swap: false, error: true },
  ];
}

// --- Theme ------------------------------------------------------------------------------
const dark = window.matchMedia("(prefers-color-scheme: dark)");

function currentTheme() {
  return root.dataset.theme ?? (dark.matches ? "dark" : "light");
}

function showTheme() {
  for (const button of document.querySelectorAll("[data-theme-switch]")) {
    button.hidden = false;
    button.setAttribute("aria-pressed", String(currentTheme() === "dark"));
  }
}

function switchTheme() {
  const next = currentTheme() === "dark" ? "light" : "dark";
  root.dataset.theme = next;
  try {
    localStorage.setItem("theme", next);
  } catch {
    // The choice then lasts for this page.
  }
  showTheme();
}

// --- Toasts -----------------------------------------------------------------------------
const TOAST_STAYS_MS = 8000;

function dismissLater(toast) {
  if (toast.dataset.level === "error" || toast.querySelector("form, a")) return;
  let timer;
  const start = () => { timer = setTimeout(() => toast.remove(), TOAST_STAYS_MS); };
  toast.addEventListener("mouseenter", () => clearTimeout(timer));
  toast.addEventListener("focusin", () => clearTimeout(timer));
  toast.addEventListener("mouseleave", start);
  start();
}

// A response may say {"HX-Trigger": {"toast": {"text": "...", "level": "success"}}}.
function showToast({ text, level = "info" }) {
  const template = document.getElementById("toast-template");
  const place = document.querySelector("[data-toasts]");
  if (!template || !place) return;
  const toast = template.content.firstElementChild.cloneNode(true);
  toast.dataset.level = level;
  toast.querySelector(".toast__text").textContent = text;
  place.append(toast);
  dismissLater(toast);
}

// --- Clicks: one listener for the whole page ----------------------------------------------
function step(button) {
  const input = button.closest(".stepper").querySelector("input");
  if (button.dataset.step === "up") input.stepUp();
  else input.stepDown();
  input.dispatchEvent(new Event("input", { bubbles: true }));
  input.dispatchEvent(new Event("change", { bubbles: true }));
}

function press(key) {
  const input = document.getElementById(key.closest("[data-keypad]").dataset.keypad);
  const typed = key.dataset.key;
  input.value = typed === "back" ? input.value.slice(0, -1) : input.value + typed;
  input.dispatchEvent(new Event("input", { bubbles: true }));
}

function checkAll(button) {
  for (const box of document.querySelectorAll(`${button.dataset.checkAll} input[type=checkbox]`)) {
    box.checked = button.dataset.value !== "none";
    box.dispatchEvent(new Event("change", { bubbles: true }));
  }
}

const CLICKS = {
  "[data-theme-switch]": switchTheme,
  "[data-open]": (button) => document.getElementById(button.dataset.open)?.showModal(),
  "[data-close]": (button) => button.closest("dialog, .toast, .banner").matches("dialog")
    ? button.closest("dialog").close()
    : button.closest(".toast, .banner").remove(),
  "[data-step]": step,
  "[data-key]": press,
  "[data-check-all]": checkAll,
  "[data-print]": () => window.print(),
};

// Paper cannot be unfolded: what is folded on the screen is printed open.
window.addEventListener("beforeprint", () => {
  for (const folded of document.querySelectorAll("main details:not([open])")) {
    folded.open = true;
    folded.dataset.folded = "";
  }
});
window.addEventListener("afterprint", () => {
  for (const folded of document.querySelectorAll("details[data-folded]")) {
    folded.open = false;
    delete folded.dataset.folded;
  }
});

document.addEventListener("click", (event) => {
  for (const [hook, act] of Object.entries(CLICKS)) {
    const found = event.target.closest(hook);
    if (found) act(found, event);
  }
  if (event.target.matches("dialog[open]")) event.target.close();
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

// --- Inputs -------------------------------------------------------------------------------
document.addEventListener("input", (event) => {
  const { target } = event;
  if (target.matches("[data-compare]")) {
    target.closest(".compare").querySelector(".compare__frame")
      .style.setProperty("--cut", `${target.value}%`);
  }
  if (target.matches("[data-filters]")) {
    const select = document.getElementById(target.dataset.filters);
    const wanted = target.value.normalize("NFKC").toLowerCase();
    for (const option of select.options) {
      option.hidden = !option.text.normalize("NFKC").toLowerCase().includes(wanted);
    }
  }
});

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-submits]")) event.target.form.requestSubmit();
  if (event.target.closest("[data-counts]")) countChecked(event.target.closest("[data-counts]"));
});

// "Approve 3 lines": the number in the button is the number of ticked boxes.
function countChecked(form) {
  const count = form.querySelectorAll("input[type=checkbox][data-line]:checked").length;
  for (const place of form.querySelectorAll("[data-count]")) place.textContent = String(count);
}

// A form sent twice by an impatient thumb is sent once.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method === "dialog" || form.matches("[hx-post],[hx-get]")) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  if (form.method === "post") form.dataset.sent = "yes";
});

// --- Timers: <span data-timer="ISO instant" data-seconds="clocked before"> -----------------
function tick() {
  for (const place of document.querySelectorAll("[data-timer]")) {
    const running = (Date.now() - Date.parse(place.dataset.timer)) / 1000;
    const total = Math.max(0, Math.floor(running + Number(place.dataset.seconds ?? 0)));
    const [h, m, s] = [total / 3600, (total / 60) % 60, total % 60].map(Math.floor);
    place.textContent = `${h}:${String(m).padStart(2, "0")}:${String(s).padStart(2, "0")}`;
  }
}

// --- Start, and again for whatever htmx brings ----------------------------------------------
function prepare(scope) {
  showTheme();
  for (const toast of scope.querySelectorAll(".toast")) dismissLater(toast);
  for (const form of scope.querySelectorAll("[data-counts]")) countChecked(form);
}

// On a phone the tab one stands on may lie beyond the edge.
for (const here of document.querySelectorAll(".tabs [aria-current]")) {
  here.parentElement.closest(".tabs").scrollLeft = here.offsetLeft - here.parentElement.offsetLeft - 24;
}

// Who was refused goes on at the first field that needs another look.
if (document.activeElement === document.body) {
  document.querySelector("#main [aria-invalid=true]")?.focus();
}

prepare(document);
tick();
setInterval(tick, 1000);
dark.addEventListener("change", showTheme);
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});
document.addEventListener("htmx:load", (event) => prepare(event.target));
document.addEventListener("toast", (event) => showToast(event.detail));
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target?.id === "panel-body") document.getElementById("panel").showModal();
});
for (const kind of ["htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(kind, () => showToast({ text: root.dataset.offline, level: "error" }));
}
document.addEventListener("htmx:responseError", (event) => {
  if (event.detail.xhr.status >= 500) showToast({ text: root.dataset.failed, level: "error" });
});
