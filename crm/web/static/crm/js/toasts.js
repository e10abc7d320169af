// A toast stays ten seconds, longer while it is hovered or holds the focus. Without script it stays until the next page.
const STAY_MS = 10000;

function watch(toast) {
  if (toast.dataset.watched) return;
  toast.dataset.watched = "yes";
  let timer = 0;
  const start = () => { clearTimeout(timer); timer = setTimeout(() => toast.remove(), STAY_MS); };
  const stop = () => clearTimeout(timer);
  for (const name of ["mouseenter", "focusin"]) toast.addEventListener(name, stop);
  for (const name of ["mouseleave", "focusout"]) toast.addEventListener(name, start);
  start();
}

const watchAll = () => document.querySelectorAll("[data-toast]").forEach(watch);
new MutationObserver(watchAll).observe(document.body, { childList: true, subtree: true });
watchAll();

document.addEventListener("click", (event) => {
  event.target.closest("[data-dismiss-toast]")?.closest("[data-toast]")?.remove();
});
