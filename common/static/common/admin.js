/* Names for what Django's admin leaves without one: cells of a table are called as
   their column, Select2's boxes as the field they stand for. Where a table is wider than
   its window, the style sheet makes cards of its rows, each value under its name. */

const columnOf = (control) => {
  const cell = control.closest("td");
  const head = cell?.closest("table")?.tHead?.rows[0];
  return head?.cells[cell.cellIndex]?.innerText.trim() ?? "";
};

const nameOf = (control) =>
  control.getAttribute("aria-label") ?? control.labels?.[0]?.innerText.trim() ?? columnOf(control);

const nameAll = () => {
  for (const control of document.querySelectorAll("td :is(input:not([type=hidden]), select, textarea)")) {
    if (!control.labels?.length && !control.hasAttribute("aria-label")) {
      control.setAttribute("aria-label", columnOf(control));
    }
  }
  for (const select of document.querySelectorAll("select.select2-hidden-accessible")) {
    const boxes = select.nextElementSibling?.querySelectorAll("[role=combobox], [role=textbox]");
    for (const box of boxes ?? []) {
      box.setAttribute("aria-label", nameOf(select));
    }
  }
};

// Select2 stands only when jQuery is ready, a row added later comes with its own.
nameAll();
new MutationObserver(nameAll).observe(document.body, { childList: true, subtree: true });

for (const wrap of document.querySelectorAll("#content .table-wrap")) {
  const heads = [...(wrap.querySelector("thead tr")?.cells ?? [])];
  for (const cell of wrap.querySelectorAll("tbody > tr > *")) {
    cell.dataset.label ??= heads[cell.cellIndex]?.innerText.trim() ?? "";
  }
  wrap.querySelector("table").classList.remove("table--cards");
  wrap.classList.add("results");
}

const fold = () => {
  for (const list of document.querySelectorAll("#content .results")) {
    if (list.scrollWidth > list.clientWidth + 1) list.classList.add("is-wide");
  }
};
fold();
matchMedia("(width >= 768px) and (width < 1100px)").addEventListener("change", fold);

// --- Without a mouse -------------------------------------------------------------------
// A page that asks something begins in its first field, or in the first that needs
// another look; a page that answers begins at the answer, which is then read out.
const FIELD = "input:not([type=hidden], [type=checkbox]), select, textarea";

const searchField = () => document.querySelector("#content form[role=search] :is(input[type=text], input[type=search])");

const begin = () => {
  if (document.activeElement !== document.body) {
    if (document.activeElement === searchField()) searchField().select();
    return;
  }
  const form = document.querySelector("#content form.act-form, #content .act-form form");
  const faulty = document.querySelector("#content form [aria-invalid=true]");
  const answer = document.querySelector("[data-answers]:has(li)");
  const named = document.querySelector("#content [autofocus]");
  // Where nothing is to be filled in, one reads what was refused before asking again.
  const first = faulty ?? named ?? form?.querySelector(FIELD)
    ?? form?.querySelector(".problems") ?? form?.querySelector("button[type=submit]");
  const box = first?.matches(".select2-hidden-accessible")
    ? first.nextElementSibling?.querySelector("[role=combobox]")
    : first;
  // Whoever has searched reads the rows, and types the next number or goes down to them.
  const searched = new URLSearchParams(location.search).get("q") && searchField();
  if (searched && !form && !answer) searched.select();
  (box ?? answer ?? (searched || null))?.focus({ preventScroll: !box });
  // What stands there is a proposal: the first key types over it.
  if (box?.matches("input")) box.select();
};
// Select2's boxes stand when everything is loaded. What a page names itself is the
// browser's to focus, with the first picture it draws.
addEventListener("load", () => {
  if (document.querySelector("#content [autofocus]")) requestAnimationFrame(begin);
  else begin();
});

// Where the cursor stands elsewhere, the answer is read out all the same.
addEventListener("load", () => {
  const said = document.querySelector("[data-says]");
  const answers = [...document.querySelectorAll("[data-answers] li")];
  if (said && answers.length) {
    setTimeout(() => { said.textContent = answers.map((one) => one.innerText).join(" "); }, 300);
  }
});

// "/" leads to the search. A scanner types it, too, but faster than any hand.
const SLOW_MS = 200;
let pressedAt = 0;
document.addEventListener("keydown", (event) => {
  const isAlone = event.timeStamp - pressedAt > SLOW_MS;
  pressedAt = event.timeStamp;
  const types = event.target.closest("input, select, textarea, [contenteditable], [role=combobox], dialog");
  if (event.key !== "/" || !isAlone || types || event.ctrlKey || event.altKey || event.metaKey) return;
  const page = document.querySelector("a[data-search-page]");
  const field = searchField();
  event.preventDefault();
  if (field) {
    field.focus();
    field.select();
  } else if (page) {
    location.assign(page.href);
  }
});

// The arrows lead from the search to what was found, and from row to row.
document.addEventListener("keydown", (event) => {
  const way = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!way || event.ctrlKey || event.altKey || event.metaKey || event.shiftKey || event.isComposing) return;
  const rows = [...document.querySelectorAll("#result_list tbody th a, #content ul.list.card li > a:first-child")];
  const stops = [searchField(), ...rows].filter(Boolean);
  const here = stops.indexOf(document.activeElement);
  if (here < 0 || !rows.length || !stops[here + way]) return;
  event.preventDefault();
  stops[here + way].focus();
});

// A closed choice opens at the first letter, as a list of the browser's own does.
document.addEventListener("keydown", (event) => {
  const box = event.target.closest(".select2-selection");
  const isLetter = event.key.length === 1 && event.key !== " ";
  if (!box || !isLetter || event.ctrlKey || event.altKey || event.metaKey) return;
  const select = box.closest(".select2-container").previousElementSibling;
  window.django?.jQuery(select).select2("open");
  document.querySelector(".select2-container--open .select2-search__field")?.focus();
}, true);

// What is entered in a row that can be chosen is meant: its box ticks itself.
document.addEventListener("input", (event) => {
  const box = event.target.closest("[data-ticks]")?.closest("tr")?.querySelector("input[type=checkbox]");
  if (box) box.checked = true;
});
