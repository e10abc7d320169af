// What changes something is sent once: a second press before the answer does nothing.
const RELEASE_MS = 8000;
const changes = (form) => form instanceof HTMLFormElement && (form.method === "post" || form.hasAttribute("hx-post"));

// A caught submit reaches neither the browser nor htmx. The mark is a time and passes, for an answer that is a file.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!changes(form)) return;
  if (Date.now() - Number(form.dataset.sent ?? 0) < RELEASE_MS) { event.preventDefault(); event.stopImmediatePropagation(); return; }
  form.dataset.sent = Date.now();
}, true);

// Answered, it may be sent again; on the way to another page it stays shut.
document.addEventListener("htmx:afterRequest", (event) => {
  const { elt, xhr } = event.detail;
  if (elt instanceof HTMLFormElement && !xhr?.getResponseHeader("HX-Redirect")) delete elt.dataset.sent;
});
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});
