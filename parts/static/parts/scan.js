// A scanner types fast and ends with Enter, wherever the reader's hand has left the
// focus. What it typed goes into the page's scan field, to the row whose label it is, or
// else to the scan page. Its Enter never presses a button or sends a half-filled form.

const FASTEST_HAND_MS = 45;
const SHORTEST_CODE = 2;
const LABEL = /\/s\/([a-z]+)\/(\d+)\/?$/;

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

// What the scanner typed into another field does not stay there.
function takeBack() {
  if (startedIn?.isConnected && "value" in startedIn) startedIn.value = startValue;
}

function rowOf(code) {
  const label = code.match(LABEL);
  return label && document.querySelector(`[data-labelled="${label[1]}-${label[2]}"]`);
}

// A quantity may come from a quick hand. Serial numbers are scanned one below the other;
// only a place's label leads on.
function belongsThere(place, code) {
  if (place.matches("[type=number], [inputmode=decimal]") && /^[\d.,]{1,6}$/.test(code)) return true;
  return place.matches("textarea") && !/^[bl]$/.test(code.match(LABEL)?.[1] ?? "");
}

function goOn(place) {
  const every = [...place.form.elements].filter(
    (one) => one.matches("input:not([type=hidden]), select, textarea, button") && one.checkVisibility(),
  );
  every[every.indexOf(place) + 1]?.focus();
}

// A bin's label or code chooses the bin, in a list and in a field with suggestions.
function choose(place, code) {
  const label = code.match(LABEL);
  const isIt = (option) => option.text === code || (label?.[1] === "b" && option.value === label[2]);
  if (place.list) {
    const known = label && place.list.querySelector(`[data-label="${label[1]}-${label[2]}"]`);
    if (known) place.value = known.value;
    return null;
  }
  for (const list of place.form.querySelectorAll("select:is([name=bin], [name$=_bin])")) {
    const option = [...list.options].find(isIt);
    if (option) {
      takeBack();
      list.value = option.value;
      list.dispatchEvent(new Event("change", { bubbles: true }));
      return list;
    }
  }
  return null;
}

// Returns whether Enter has been answered.
function take(code) {
  const place = document.activeElement;
  const row = rowOf(code);
  if (row) {
    takeBack();
    row.querySelector("[data-scan-into]")?.focus();
    row.querySelector("[data-scan-into]")?.select();
  } else if (place === field || belongsThere(place, code)) {
    return false;
  } else if (form) {
    takeBack();
    send(code);
  } else if (place.form?.method === "post") {
    const chosen = choose(place, code);
    // What is no quantity and no bin is not entered, and the hand stays where it was.
    // A label's address is no reason and no name either.
    const isOther = place.matches("[type=number], [inputmode=decimal], [type=date], select")
      || (LABEL.test(code) && !place.list);
    if (!chosen && isOther) takeBack();
    else if (chosen ?? place.matches("input")) goOn(chosen ?? place);
  } else if (place.matches("[type=number]")) {
    takeBack();
  } else if (place.matches("input, textarea, select") && !LABEL.test(code)) {
    return false;
  } else {
    // In a search, too, a label leads to its thing; a number is looked for.
    const page = document.querySelector("a[data-scan-page]");
    if (!page) return false;
    takeBack();
    location.assign(`${page.href}?code=${encodeURIComponent(code)}`);
  }
  return true;
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
  // The instant of the key, not of this answer: a busy page answers late.
  const now = event.timeStamp;
  const isFast = now - before < FASTEST_HAND_MS;
  before = now;
  if (event.key === "Enter") {
    if (isFast && typed.length >= SHORTEST_CODE && take(typed)) event.preventDefault();
    typed = "";
    return;
  }
  // A hand that goes on to the next field has ended what it typed; no scanner does that
  // within a code, as it does press Shift.
  if (event.key === "Tab") typed = "";
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
