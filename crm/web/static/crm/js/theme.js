// Runs before the first paint, so that a dark desk never flashes white. Without it the page follows the system.
(() => {
  const root = document.documentElement;
  const system = matchMedia("(prefers-color-scheme: dark)");
  const asked = new URLSearchParams(location.search).get("theme");
  const wanted = () => localStorage.getItem("theme") || (system.matches ? "dark" : "light");
  const apply = (theme) => { root.dataset.bsTheme = theme === "dark" ? "dark" : "light"; };
  apply(asked || wanted());
  system.addEventListener("change", () => apply(wanted()));
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-theme-toggle]")) return;
    const next = root.dataset.bsTheme === "dark" ? "light" : "dark";
    localStorage.setItem("theme", next);
    apply(next);
  });
})();
