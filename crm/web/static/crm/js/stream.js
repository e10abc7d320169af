// What is seen hears of changes at once and asks for its fragments again; without the stream it polls as ever.
// One connection while the page is seen, so that a browser full of tabs does not use up its connections.
const url = document.body.dataset.liveUrl;
const SHORTEST_MS = 1000;
const LONGEST_MS = 60000;
const SILENT_MS = 40000;
const SCATTER_MS = 400;

let source = null;
let listening = "";
let wait = SHORTEST_MS;
let again = 0;
let watchdog = 0;

const elements = () => [...document.querySelectorAll("[data-live]")];
const topics = () => [...new Set(elements().map((one) => one.dataset.live))].sort();

function heard() {
  clearTimeout(watchdog);
  watchdog = setTimeout(lost, SILENT_MS);
}

function leave() {
  clearTimeout(watchdog);
  clearTimeout(again);
  again = 0;
  source?.close();
  source = null;
  delete document.body.dataset.streaming;
}

function lost() {
  leave();
  const half = wait / 2;
  again = setTimeout(() => { again = 0; listen(); }, half + Math.random() * half);
  wait = Math.min(wait * 2, LONGEST_MS);
}

function refresh(changed) {
  for (const element of elements()) {
    if (!changed || changed.includes(element.dataset.live)) {
      setTimeout(() => element.isConnected && window.htmx?.trigger(element, "live"), Math.random() * SCATTER_MS);
    }
  }
}

function listen() {
  if (!url || document.hidden || source || again) return;
  const wanted = topics();
  if (!wanted.length) return;
  listening = wanted.join();
  const address = new URL(url, location.href);
  for (const topic of wanted) address.searchParams.append("topic", topic);
  source = new EventSource(address, { withCredentials: true });
  source.addEventListener("ready", () => {
    const missed = wait > SHORTEST_MS;
    wait = SHORTEST_MS;
    document.body.dataset.streaming = "yes";
    heard();
    if (missed) refresh();
  });
  source.addEventListener("beat", heard);
  source.addEventListener("changed", (event) => { heard(); refresh(JSON.parse(event.data).topics); });
  source.addEventListener("error", lost);
  heard();
}

document.addEventListener("visibilitychange", () => {
  if (document.hidden) { leave(); return; }
  wait = SHORTEST_MS;
  refresh();
  listen();
});
// A swap may bring other topics, or take the last one away.
document.body.addEventListener("htmx:afterSettle", () => {
  if (source && topics().join() !== listening) leave();
  listen();
});
window.addEventListener("pagehide", leave);
window.addEventListener("pageshow", listen);
listen();
