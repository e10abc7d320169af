// Small help in forms; each works without it too, only with more presses.
const picks = (all) => [...all.form?.querySelectorAll(`[name="${CSS.escape(all.dataset.all)}"]`) ?? []];

// One box stands for every row of the page: ticked, half or not, as they are.
function follow(form) {
  for (const all of form?.querySelectorAll("[data-all]") ?? []) {
    const rows = picks(all);
    const n = rows.filter((row) => row.checked).length;
    all.checked = n > 0 && n === rows.length;
    all.indeterminate = n > 0 && n < rows.length;
  }
}

document.addEventListener("change", ({ target }) => {
  if (target.matches("[data-all]")) for (const row of picks(target)) row.checked = target.checked;
  if (target.matches("[type=checkbox]")) follow(target.form);
});
document.addEventListener("htmx:load", ({ target }) => {
  for (const all of document.querySelectorAll("[data-all]")) if (all.form?.contains(target)) follow(all.form);
});

// A style can't see whether a date is filled; nothing that is filled may hide.
document.addEventListener("input", ({ target }) => {
  if (target.matches("[type=date]")) target.toggleAttribute("data-filled", Boolean(target.value));
});
