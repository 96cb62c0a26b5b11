// Runs in <head>, before the first paint: the reader's own choice of light or dark.
(() => {
  let choice = null;
  try {
    choice = localStorage.getItem("theme");
  } catch {
    // Storage may be closed to us; the system's choice then holds.
  }
  if (choice === "light" || choice === "dark") {
    document.documentElement.dataset.theme = choice;
  }
  document.documentElement.classList.add("js");
})();
