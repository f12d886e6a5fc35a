// The little that HTML cannot do: toasts that leave, the theme, and the keys of the review desk.
(() => {
  const root = document.documentElement, kept = localStorage.getItem("theme");
  if (kept) root.dataset.theme = kept;
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-theme-switch]")) {
      const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
      root.dataset.theme = dark ? "light" : "dark";
      localStorage.setItem("theme", root.dataset.theme);
    }
  });
  const fade = () => document.querySelectorAll(".toast:not([data-seen])").forEach((toast) => {
    toast.dataset.seen = "1";
    setTimeout(() => toast.remove(), toast.classList.contains("error") ? 9000 : 4000);
  });
  document.addEventListener("DOMContentLoaded", fade);
  document.addEventListener("htmx:afterSettle", fade);
  document.addEventListener("htmx:configRequest", (event) => {
    const token = document.querySelector("meta[name=csrf]");
    if (token) event.detail.headers["X-CSRFToken"] = token.content;
  });
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.xhr.status >= 400 && event.detail.xhr.getResponseHeader("HX-Retarget")) event.detail.shouldSwap = true;
  });

  // Review desk: the current candidate is the pressed thumbnail; every key presses a button that is on the page.
  const desk = () => document.querySelector("[data-desk]");
  const thumbs = () => [...document.querySelectorAll("[data-candidate]")];
  const show = (button) => {
    if (!button) return;
    thumbs().forEach((other) => other.setAttribute("aria-pressed", String(other === button)));
    document.querySelectorAll("[data-look]").forEach((panel) => { panel.hidden = panel.dataset.look !== button.dataset.candidate; });
    button.scrollIntoView({ block: "nearest", inline: "nearest" });
  };
  const step = (by) => {
    const all = thumbs(), at = all.findIndex((b) => b.getAttribute("aria-pressed") === "true");
    show(all[(at + by + all.length) % all.length]);
  };
  const press = (name) => document.querySelector(`[data-look]:not([hidden]) [data-key="${name}"]`)?.click();
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-candidate]");
    if (button) show(button);
    if (event.target.closest("[data-zoom]")) event.target.closest("[data-zoom]").classList.toggle("zoom");
  });
  document.addEventListener("keydown", (event) => {
    if (!desk() || event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input, textarea, select")) return;
    const key = event.key.toLowerCase();
    if (key === "arrowright") step(1);
    else if (key === "arrowleft") step(-1);
    else if (/^[1-5]$/.test(key)) press(key);
    else if (["a", "s", "x", "u"].includes(key)) press(key);
    else if (key === "z") document.querySelector("[data-look]:not([hidden]) [data-zoom]")?.classList.toggle("zoom");
    else if (key === "n") document.querySelector("[data-next]")?.click();
    else return;
    event.preventDefault();
  });
})();
