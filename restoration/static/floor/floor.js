// The floor's own: the poll waits while someone decides, and the pad knows a minus.

document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.target.matches("[data-day]") && document.querySelector("dialog[open]")) {
    event.preventDefault();
  }
});

document.addEventListener("click", (event) => {
  const key = event.target.closest("[data-sign]");
  if (!key) return;
  const input = document.getElementById(key.dataset.sign);
  input.value = input.value.startsWith("-") ? input.value.slice(1) : `-${input.value}`;
  input.dispatchEvent(new Event("input", { bubbles: true }));
});

// A refusal is read first.
document.getElementById("refusal")?.focus();
