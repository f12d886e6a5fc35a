// The little that HTML cannot do: toasts that leave, the theme, and the keys of the review desk.
(() => {
  const root = document.documentElement;
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-theme-switch]")) {
      const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
      root.dataset.theme = dark ? "light" : "dark";
      document.cookie = `theme=${root.dataset.theme};path=/;max-age=31536000;samesite=lax`;
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

  // Proposals on a sheet: the focused one is decided by A or R; arrows go to its neighbours.
  document.addEventListener("keydown", (event) => {
    const here = event.target.closest?.("[data-proposal]");
    if (!document.querySelector("[data-proposals]") || event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input, textarea, select, summary")) return;
    const all = [...document.querySelectorAll("[data-proposal]")], at = all.indexOf(here), key = event.key.toLowerCase();
    if (key === "arrowright") all[(at + 1) % all.length].focus();
    else if (key === "arrowleft") all[(at - 1 + all.length) % all.length].focus();
    else if (here && (key === "a" || key === "r")) {
      sessionStorage.setItem("proposal", at);
      here.querySelector(`[data-key=${key}]`)?.click();
    } else return;
    event.preventDefault();
  });
  document.addEventListener("DOMContentLoaded", () => {
    const at = sessionStorage.getItem("proposal"), all = document.querySelectorAll("[data-proposal]");
    sessionStorage.removeItem("proposal");
    if (at !== null && all.length) all[Math.min(at, all.length - 1)].focus();
  });

  // The lineage tree: arrows walk the boxes, every key presses a link that is on the page.
  document.addEventListener("keydown", (event) => {
    const tree = document.querySelector("[data-tree]");
    if (!tree || event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input, textarea, select")) return;
    const nodes = [...tree.querySelectorAll("[data-node]")], here = event.target.closest?.("[data-node]"), at = nodes.indexOf(here);
    const fold = here && tree.querySelector(`[data-fold="${here.id}"]`);
    if (event.key === "/") document.querySelector("[data-find]")?.focus();
    else if (event.key === "ArrowDown") nodes[Math.min(at + 1, nodes.length - 1)]?.focus();
    else if (event.key === "ArrowUp") nodes[Math.max(at - 1, 0)]?.focus();
    else if (event.key === "ArrowRight" && fold?.dataset.folded) window.htmx.trigger(fold, "click");
    else if (event.key === "ArrowLeft" && fold && !fold.dataset.folded) window.htmx.trigger(fold, "click");
    else if (event.key === "ArrowLeft" && here) document.getElementById(here.dataset.parent)?.focus();
    else if (event.key.toLowerCase() === "f" && here) document.querySelector(`[data-focus="${here.id}"]`)?.click();
    else return;
    event.preventDefault();
  });
  let walked = "";
  document.addEventListener("htmx:beforeRequest", () => { walked = document.activeElement?.closest?.("[data-node]")?.id || ""; });
  document.addEventListener("htmx:afterSettle", () => { if (walked) document.getElementById(walked)?.focus(); });
})();
