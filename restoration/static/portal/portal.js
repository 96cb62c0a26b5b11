// Adds up the ticked lines of an estimate; a part goes with the work it belongs to.
const form = document.querySelector("form[data-estimate]");

if (form) {
  const lines = [...form.querySelectorAll("input[data-amount]")];
  const sum = form.querySelector("[data-sum]");
  const money = new Intl.NumberFormat(document.documentElement.lang, {
    style: "currency",
    currency: form.dataset.currency,
  });

  const add = () => {
    const ticked = lines.filter((line) => line.checked);
    const total = ticked.reduce((all, line) => all + Number(line.dataset.amount), 0);
    // One yen sign everywhere: Japanese formats would take the full-width one here.
    sum.textContent = money.format(total).replace("￥", "¥");
  };

  form.addEventListener("change", (event) => {
    const changed = event.target;
    for (const line of lines) {
      if (line.dataset.parent === changed.value) line.checked = changed.checked;
      if (changed.checked && changed.dataset.parent === line.value) line.checked = true;
    }
    add();
  });
  add();
}
