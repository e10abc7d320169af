// The one search box as a combobox: arrows move, Enter opens, Escape closes. The form works without this.
const input = document.querySelector("#find");
const found = document.querySelector("#found");

const options = () => [...found.querySelectorAll("[role=option]")];
const active = () => found.querySelector("[aria-selected=true]");

function choose(option) {
  options().forEach((one) => one.setAttribute("aria-selected", String(one === option)));
  input.setAttribute("aria-activedescendant", option?.id ?? "");
  option?.scrollIntoView({ block: "nearest" });
}

function show(open) {
  found.hidden = !open || !found.childElementCount;
  input.setAttribute("aria-expanded", String(!found.hidden));
  if (found.hidden) input.removeAttribute("aria-activedescendant");
}

if (input && found) {
  found.addEventListener("htmx:afterSwap", () => show(document.activeElement === input));
  input.addEventListener("focus", () => show(true));
  input.addEventListener("keydown", (event) => {
    const all = options();
    if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      if (!found.hidden) show(false); else input.blur();
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (!all.length) return;
      event.preventDefault();
      show(true);
      const step = event.key === "ArrowDown" ? 1 : -1;
      choose(all[(all.indexOf(active()) + step + all.length) % all.length]);
    } else if (event.key === "Enter" && active()) {
      event.preventDefault();
      active().click();
    }
  });
  document.addEventListener("click", (event) => { if (!event.target.closest(".search")) show(false); });
  input.closest("form").addEventListener("focusout", (event) => {
    if (!event.relatedTarget || !event.relatedTarget.closest(".search")) setTimeout(() => show(document.activeElement === input), 150);
  });
}
