// Copies what a field holds; without a clipboard it is selected, to be copied by hand.
for (const button of document.querySelectorAll("[data-copy]")) {
  button.addEventListener("click", async () => {
    const field = document.getElementById(button.dataset.copy);
    field.select();
    try {
      await navigator.clipboard.writeText(field.value);
      document.querySelector("[data-copied]").hidden = false;
    } catch {
      // It stays selected.
    }
  });
}
