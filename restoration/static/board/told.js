// A page that tells of a bar, a car or a pin: who pressed a button that is gone goes on
// at the answer that came instead, which may stand above the edge of a phone.
document.addEventListener("htmx:afterSettle", () => {
  if (document.activeElement !== document.body) return;
  const place = document.querySelector("#main .plan-why");
  const answer = place?.querySelector(".banner") ?? place?.querySelector("a, button");
  if (answer?.matches(".banner")) answer.tabIndex = -1;
  answer?.focus();
});
