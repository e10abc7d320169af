// What is sent stands in the conversation at once, as "Sending…"; if it can't be sent, it is back in the box, and that is said.
const sends = (event) => event.target.matches?.("form[data-sends]") ? event.target : null;
let kept = null;

function show(form, text) {
  const place = document.querySelector(form.dataset.sends);
  const blank = form.querySelector("template[data-sending]");
  if (!place || !blank) return null;
  place.append(blank.content.cloneNode(true));
  const pending = place.lastElementChild;
  pending.querySelector("[data-said]").textContent = text;
  pending.classList.toggle("note", form.querySelector("[name=kind]:checked")?.value === "note");
  pending.scrollIntoView({ block: "nearest" });
  return pending;
}

document.body.addEventListener("htmx:beforeRequest", (event) => {
  const form = sends(event);
  const box = form?.querySelector("textarea");
  if (!box?.value.trim()) return;
  kept = { box, text: box.value, pending: show(form, box.value) };
  box.value = "";
  box.readOnly = true;
});

function takeBack() {
  kept.pending?.remove();
  kept.box.readOnly = false;
  kept.box.value = kept.text;
  kept.box.focus();
}

document.body.addEventListener("htmx:afterRequest", (event) => {
  const form = sends(event);
  if (!form || !kept) return;
  // A refusal brings the box itself, with everything typed; only what never arrived is put back here.
  // A refusal said as a toast counts as answered for htmx; nothing of it arrived.
  const { xhr } = event.detail;
  if (event.detail.successful && xhr.status < 400) { kept.box.readOnly = false; document.querySelectorAll("#alerts > *").forEach((one) => one.remove()); }
  else if (xhr.status === 422) kept.pending?.remove();
  else {
    takeBack();
    if (!xhr.getResponseHeader("HX-Retarget") && xhr.status !== 401) tell(form.dataset.unsent);
  }
  kept = null;
});

// Why the chosen way is open stands beneath the box, also when another is chosen.
document.addEventListener("change", (event) => {
  if (!event.target.matches("form[data-sends] [name=channel]")) return;
  for (const said of event.target.form.querySelectorAll("[data-way]")) said.hidden = said.dataset.way !== event.target.value;
});

function tell(text) {
  const toast = document.createElement("div");
  toast.className = "toast-x error";
  toast.dataset.toast = "";
  toast.textContent = text;
  document.querySelector("#alerts")?.append(toast);
}
