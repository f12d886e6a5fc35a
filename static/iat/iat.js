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
    if (!desk() || document.querySelector("[data-compare][open]") || event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input, textarea, select")) return;
    const key = event.key.toLowerCase();
    if (key === "arrowright") step(1);
    else if (key === "arrowleft") step(-1);
    else if (/^[1-5]$/.test(key)) press(key);
    else if (key === "u") (document.querySelector("[data-look]:not([hidden]) [data-key=u]") || document.querySelector(`[data-look="${desk().dataset.last}"] [data-key=u]`))?.click();
    else if (["a", "s", "x"].includes(key)) press(key);
    else if (key === "c") document.querySelector("[data-compare-open]")?.click();
    else if (key === "h") heat();
    else if (key === "z") document.querySelector("[data-look]:not([hidden]) [data-zoom]")?.classList.toggle("zoom");
    else if (key === "n") document.querySelector("[data-next]")?.click();
    else return;
    event.preventDefault();
  });

  const heat = () => {
    const on = desk().classList.toggle("hot");
    document.querySelectorAll("[data-heat]").forEach((img) => { if (on && !img.src) img.src = img.dataset.heat; img.hidden = !on; });
  };

  // Two pictures, four ways to look at them. Blinking is by hand where motion is unwanted.
  document.addEventListener("DOMContentLoaded", () => {
    const box = document.querySelector("[data-compare]");
    if (!box) return;
    const side = (name) => box.querySelector(`[data-side=${name}]`), pair = box.querySelector("[data-pair]"), slide = box.querySelector("[data-slide]");
    const fill = () => ["a", "b"].forEach((name) => { box.querySelector(`[data-img=${name}]`).src = side(name).value; });
    const way = (name) => {
      pair.dataset.pair = name;
      slide.hidden = name !== "slider";
      box.querySelectorAll("[data-way]").forEach((b) => b.setAttribute("aria-pressed", String(b.dataset.way === name)));
    };
    document.querySelector("[data-compare-open]").addEventListener("click", () => {
      const now = document.querySelector("[data-candidate][aria-pressed=true]")?.dataset.candidate, pick = document.querySelector("[data-candidate] .pick")?.closest("[data-candidate]").dataset.candidate;
      const choose = (select, index) => { const found = [...select.options].find((o) => o.dataset.index === index); if (found) select.value = found.value; };
      choose(side("a"), now);
      if (pick !== now) choose(side("b"), pick); else side("b").selectedIndex = [...side("b").options].findIndex((o) => o.dataset.index !== now);
      fill();
      box.showModal();
    });
    box.addEventListener("change", fill);
    box.addEventListener("click", (event) => { const button = event.target.closest("[data-way]"); if (button) way(button.dataset.way); });
    slide.addEventListener("input", () => pair.style.setProperty("--cut", `${slide.value}%`));
    box.addEventListener("keydown", (event) => {
      const found = ["side", "slider", "blink", "difference"][Number(event.key) - 1];
      if (found) way(found);
      else if (event.key === " " && pair.dataset.pair === "blink") pair.classList.toggle("other");
      else return;
      event.preventDefault();
    });
  });
  document.addEventListener("keydown", (event) => {
    const which = { ArrowLeft: "left", ArrowRight: "right" }[event.key], button = which && document.querySelector(`[data-duel=${which}]`);
    if (button) { event.preventDefault(); button.click(); }
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
