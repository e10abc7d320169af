// Single keys, driven by data-key on the element a key stands for. "G D" is a sequence; "Ctrl+Enter" a chord.
// Every element works by click and Tab too; this only presses it.
const SEQUENCE_MS = 1200;
// A box that was ticked takes no letters: keys go on working.
const typing = (element) => element?.closest?.("input:not([type=checkbox]),textarea,select,[contenteditable]");
const singles = () => document.body.dataset.singleKeys !== "off";
const shown = (element) => element.getClientRects().length > 0 || element.hasAttribute("data-key-hidden");

let first = "";
let firstAt = 0;

const find = (key) => [...document.querySelectorAll("[data-key]")]
  .find((element) => element.dataset.key.toLowerCase() === key.toLowerCase() && shown(element));

const FIELDS = "select, textarea, input:not([type=hidden]):not(.vh)";

// The first field that is still empty, so that typing goes on where something is missing.
function enter(place) {
  if (place instanceof HTMLDetailsElement) place.open = true;
  const fields = [...place?.querySelectorAll(FIELDS) ?? []].filter(shown);
  (fields.find((field) => field.type !== "checkbox" && !field.value) ?? fields[0])?.focus();
}

// What a button opens: its menu, its details, or the place its link names on this page.
const opened = (element) => element.matches("summary") ? element.parentElement
  : element.matches("a[href^='#']") ? document.querySelector(element.getAttribute("href")) : null;

function unfold(element) {
  const menu = element.closest(".dropdown-menu:not(.show)");
  if (menu?.id) document.querySelector(`[data-bs-toggle][href="#${menu.id}"]`)?.click();
}

function press(element) {
  if (element.matches("[type=radio]")) { element.click(); element.form?.querySelector("textarea")?.focus(); return; }
  if (element.matches("input,textarea,select")) { unfold(element); element.focus(); element.select?.(); return; }
  element.click();
  const place = opened(element);
  if (place && (!(place instanceof HTMLDetailsElement) || place.open || !element.matches("summary"))) enter(place);
}

function chord(event) {
  const parts = [];
  if (event.ctrlKey || event.metaKey) parts.push("Ctrl");
  if (event.altKey) parts.push("Alt");
  if (event.shiftKey && event.key.length > 1) parts.push("Shift");
  parts.push(event.key.length === 1 ? event.key.toUpperCase() : event.key);
  return parts.join("+");
}

function rows() { return [...document.querySelectorAll("[data-rows] > *")].filter(shown); }

function move(step) {
  const all = rows();
  if (!all.length) return false;
  const at = all.findIndex((row) => row.classList.contains("sel"));
  const to = Math.max(0, Math.min(all.length - 1, at + step));
  all.forEach((row, index) => row.classList.toggle("sel", index === to));
  all[to].scrollIntoView({ block: "nearest" });
  (all[to].querySelector("a[data-open]") ?? all[to].querySelector("a[href]"))?.focus({ preventScroll: true });
  return true;
}

function inList(key) {
  if (key === "J") return move(1);
  if (key === "K") return move(-1);
  // A short list of decisions needs no choosing first: its keys mean the first that is open.
  const row = document.querySelector("[data-rows] > .sel")
    ?? document.querySelector(`[data-first-row] > :has([data-row-key="${CSS.escape(key)}"])`);
  if (!row) return false;
  if (key === "Enter") { row.querySelector("a[data-open], a.cell, a[href]")?.click(); return true; }
  const target = key === "X" ? row.querySelector("input[type=checkbox]") : row.querySelector(`[data-row-key="${CSS.escape(key)}"]`);
  if (!target) return false;
  target.click();
  return true;
}

function goBack() {
  const open = document.querySelector("dialog[open]");
  if (open) return false; // the browser closes it
  const box = document.querySelector("#found:not([hidden])");
  if (box) { box.hidden = true; return true; }
  if (document.querySelector(".dropdown-menu.show, .offcanvas.show")) return false;
  const back = document.querySelector("[data-back]") ?? document.querySelector(".side a.nav[aria-current]");
  if (!back || back.pathname === location.pathname) return false;
  asLeft(back);
  back.click();
  return true;
}

// A list is found again as it was left: with its filters, its order and its page.
const leftAs = (path) => `left:${path}`;
function asLeft(link) {
  if (!link.search) link.search = sessionStorage.getItem(leftAs(link.pathname)) ?? "";
}
for (const link of document.querySelectorAll("[data-back]")) asLeft(link);
window.addEventListener("pagehide", () => {
  if (location.search) sessionStorage.setItem(leftAs(location.pathname), location.search);
  else sessionStorage.removeItem(leftAs(location.pathname));
});

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing) return;
  const pressed = chord(event);
  if (pressed === "Ctrl+K") { event.preventDefault(); find("/")?.focus(); return; }
  if (pressed === "Escape") {
    if (typing(event.target)) { event.target.blur(); return; }
    if (goBack()) event.preventDefault();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey) {
    const own = event.target.form?.querySelector(`[data-key="${CSS.escape(pressed)}"]`);
    const element = own ?? find(pressed);
    if (element) { event.preventDefault(); press(element); }
    return;
  }
  if (typing(event.target) || !singles() || document.querySelector("dialog[open]")) return;
  if (pressed === "Enter" && event.target !== document.body) return;
  const now = Date.now();
  const sequence = first && now - firstAt < SEQUENCE_MS ? `${first} ${pressed}` : "";
  const element = (sequence && find(sequence)) || find(pressed);
  first = pressed;
  firstAt = now;
  if (element) { first = ""; event.preventDefault(); press(element); return; }
  if (inList(pressed)) event.preventDefault();
});

document.addEventListener("click", async (event) => {
  const link = event.target.closest("[data-overlay]");
  const overlay = document.querySelector("#overlay");
  if (event.target === overlay || event.target.closest("[data-close-overlay]")) { overlay.close(); return; }
  if (!link || event.ctrlKey || event.metaKey || !overlay?.showModal) return;
  event.preventDefault();
  const answer = await fetch(link.href, { headers: { "HX-Request": "true" } });
  if (!answer.ok) { location.assign(link.href); return; }
  const parsed = new DOMParser().parseFromString(await answer.text(), "text/html");
  overlay.replaceChildren(...parsed.body.childNodes);
  overlay.showModal();
});
