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
