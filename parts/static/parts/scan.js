// A scanner types fast and ends with Enter, wherever the reader's hand has left the
// focus. What it typed goes into the page's scan field, and the field is sent.

const FASTEST_HAND_MS = 45;
const SHORTEST_CODE = 2;

const form = document.querySelector("form[data-scan]");
const field = form?.querySelector("input[name=code]");
let typed = "";
let before = 0;
let startedIn = null;
let startValue = "";

function send(code) {
  field.value = code;
  form.requestSubmit();
}

document.addEventListener("keydown", (event) => {
  if (!form || event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
  const now = performance.now();
  const isFast = now - before < FASTEST_HAND_MS;
  before = now;
  if (event.key === "Enter") {
    const isScan = isFast && typed.length >= SHORTEST_CODE;
    if (isScan && document.activeElement !== field) {
      event.preventDefault();
      // What the scanner typed into another field does not stay there.
      if (startedIn?.isConnected && "value" in startedIn) startedIn.value = startValue;
      send(typed);
    }
    typed = "";
    return;
  }
  if (event.key.length !== 1) return;
  if (!isFast || !typed) {
    typed = "";
    startedIn = document.activeElement;
    startValue = "value" in startedIn ? startedIn.value : "";
  }
  typed += event.key;
}, true);

// The camera reads codes, too.
document.addEventListener("scanned", (event) => send(event.detail));
