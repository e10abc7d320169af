// Polling with ETag while the page is seen, panels that fail alone, errors beside their field.
const etags = new Map();
const askedAt = new Map();
const CALM_MS = 28000;
let touchedAt = Date.now();
const keyOf = (detail) => `${detail.path ?? detail.pathInfo?.requestPath}`;

// What polls by itself, not a link within it that somebody pressed.
const asker = (event) => event.target.matches?.("[data-poll]") ? event.target : null;

// Whoever touches nothing for long does something else meanwhile.
for (const use of ["keydown", "pointerdown", "pointermove", "wheel", "touchmove"]) {
  document.addEventListener(use, () => { touchedAt = Date.now(); }, { passive: true });
}

// Rows as they stand here, so that the answer holds only those that read otherwise by now.
const shownRows = () => [...document.querySelectorAll("[data-row]")].map((row) => row.dataset.row).join();

// While the stream tells what changes, the poll is only its safety net.
function early(polled, detail) {
  const told = document.body.dataset.streaming && polled.dataset.live && detail.triggeringEvent?.type !== "live";
  return told && Date.now() - (askedAt.get(polled.id) ?? 0) < CALM_MS;
}

document.body.addEventListener("htmx:configRequest", (event) => {
  const polled = asker(event);
  if (!polled) return;
  if (document.hidden || early(polled, event.detail)) { event.preventDefault(); return; }
  askedAt.set(polled.id, Date.now());
  const kept = etags.get(keyOf(event.detail));
  if (kept) event.detail.headers["If-None-Match"] = kept;
  if (polled.hasAttribute("data-tells-use")) event.detail.headers["X-Idle"] = String(Math.round((Date.now() - touchedAt) / 1000));
  if (polled.hasAttribute("data-tells-rows")) event.detail.parameters.shown = shownRows();
});

document.body.addEventListener("htmx:afterRequest", (event) => {
  if (!asker(event)) return;
  const etag = event.detail.xhr?.getResponseHeader("ETag");
  if (etag) etags.set(keyOf(event.detail), etag);
});

function fail(event) {
  const panel = event.target.closest?.("[data-panel]");
  const blank = panel?.querySelector("template[data-failed]");
  if (blank) { panel.querySelector("[data-panel-body]").replaceChildren(blank.content.cloneNode(true)); return; }
  if (asker(event) || event.target.closest?.("form[data-sends]")) return;
  const text = document.body.dataset.failed;
  const { xhr } = event.detail;
  const broken = event.type === "htmx:responseError" && xhr.status >= 500 && !xhr.getResponseHeader("HX-Retarget");
  if (text && (broken || event.type === "htmx:sendError")) say(text);
}

function say(text) {
  const toast = document.createElement("div");
  toast.className = "toast-x error";
  toast.dataset.toast = "";
  toast.dataset.unanswered = "";
  toast.textContent = text;
  document.querySelector("#alerts")?.append(toast);
}

// Whoever is writing keeps what they had read: their answer is held against it when they send.
document.body.addEventListener("htmx:oobBeforeSwap", (event) => {
  const kept = event.detail.target;
  if (kept.id === "seen" && kept.form?.querySelector("textarea")?.value.trim()) event.preventDefault();
});

// A row that changed in place is still the one that was chosen or ticked; what was said once is not said again.
document.body.addEventListener("htmx:oobBeforeSwap", (event) => {
  const { target, fragment } = event.detail;
  if (target.getAttribute("role") === "status" && target.textContent === fragment.textContent) event.preventDefault();
  if (!target.matches("[data-row]")) return;
  fragment.firstElementChild.classList.toggle("sel", target.classList.contains("sel"));
  const box = fragment.querySelector("input[type=checkbox]");
  if (box) box.checked = target.querySelector("input[type=checkbox]")?.checked ?? false;
});

// The next thing somebody asks for is answered: that there was no answer is over.
document.body.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.successful && !asker(event)) document.querySelectorAll("[data-unanswered]").forEach((one) => one.remove());
});

document.body.addEventListener("htmx:responseError", fail);
document.body.addEventListener("htmx:sendError", fail);

// A refused request carries its sentence as HTML for #toasts, even with an error status.
document.body.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.xhr.getResponseHeader("HX-Retarget") === "#toasts") {
    event.detail.shouldSwap = true;
    event.detail.isError = false;
  }
});

document.body.addEventListener("field-refused", (event) => {
  const form = event.target.closest("form") ?? document;
  const field = form.querySelector(`[name="${CSS.escape(event.detail.field)}"]`);
  if (!field) return;
  const id = `${field.id || field.name}-refused`;
  document.getElementById(id)?.remove();
  const line = document.createElement("p");
  line.className = "field-err";
  line.id = id;
  line.textContent = event.detail.message;
  field.setAttribute("aria-invalid", "true");
  field.setAttribute("aria-describedby", id);
  field.after(line);
  field.focus();
});

// What somebody unfolded stays unfolded when its fragment comes anew.
let unfolded = [];
document.body.addEventListener("htmx:beforeSwap", (event) => {
  unfolded = [...event.detail.target?.querySelectorAll?.("details[id][open]") ?? []].map((one) => one.id);
});
document.body.addEventListener("htmx:afterSettle", () => {
  for (const id of unfolded) document.getElementById(id)?.setAttribute("open", "");
});

// A fragment that brings a new heading may ask for the focus; everything else leaves it where it was.
document.body.addEventListener("htmx:afterSwap", (event) => {
  event.detail.target?.querySelector?.("[data-focus]")?.focus();
});

// A clock that runs now counts down between polls: by the minute, in its last minute by the second.
function tick() {
  for (const element of document.querySelectorAll("[data-left]")) {
    element.dataset.readAt ??= String(Date.now());
    const rest = Math.floor(Number(element.dataset.left) - (Date.now() - Number(element.dataset.readAt)) / 1000);
    if (rest <= 0) continue;
    const [hours, minutes, seconds] = element.dataset.words.split("|");
    const words = rest < 60 ? seconds : rest < 3600 ? minutes : hours;
    const minute = Math.floor((rest % 3600) / 60);
    const text = words.replace("{h}", String(Math.floor(rest / 3600)))
      .replace(/\s*\{mm\}/, (found) => minute ? found.replace("{mm}", String(minute).padStart(2, "0")) : "")
      .replace("{m}", String(minute)).replace("{s}", String(rest));
    if (element.textContent !== text) element.textContent = text;
  }
}
setInterval(tick, 1000);

// What was refused is in sight, with the cursor where it has to be put right.
const wrong = document.querySelector("main .form-errors")?.closest("form");
if (wrong) {
  wrong.closest(".dropdown-menu")?.classList.add("show");
  wrong.scrollIntoView({ block: "center" });
  wrong.querySelector("[aria-invalid=true]")?.focus({ preventScroll: true });
}

// A filter form sends itself; without script its button does.
document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-submit-on-change]");
  if (form) form.requestSubmit();
});
