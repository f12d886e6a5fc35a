// The kit sheet: drop files, look at the plan, correct it, write it. The server decides what fits.
(() => {
  const sheet = document.querySelector(".sheet");
  if (!sheet) return;
  const base = `/admin/spaces/avatarkit/${sheet.dataset.kit}/`, preview = document.getElementById("preview"), drop = document.getElementById("drop");
  const token = document.querySelector("[name=csrfmiddlewaretoken]").value;
  let files = [], read = "";
  const send = (path, body, progress) => new Promise((done) => {
    const xhr = new XMLHttpRequest();
    xhr.open("POST", base + path);
    xhr.setRequestHeader("X-CSRFToken", token);
    if (progress) xhr.upload.onprogress = (event) => { progress.hidden = false; progress.max = event.total; progress.value = event.loaded; };
    xhr.onloadend = () => done(xhr);
    xhr.send(body);
  });
  const pile = () => {
    const form = new FormData();
    files.forEach((file) => form.append("file", file, file.name));
    form.append("pattern", document.getElementById("pattern")?.value || "");
    return form;
  };
  const complain = (xhr) => { let text = `The server answered ${xhr.status}.`; try { text = JSON.parse(xhr.responseText).error || text; } catch { /* not ours */ } return text; };
  const look = async (list) => {
    files = [...list];
    if (!files.length) return;
    read = document.getElementById("pattern")?.value || "";
    preview.textContent = "Reading …";
    const xhr = await send("files/preview", pile());
    if (xhr.status === 200) preview.innerHTML = xhr.responseText; else preview.textContent = complain(xhr);
  };
  preview.addEventListener("click", async (event) => {
    if (event.target.closest("[data-forget]")) { files = []; preview.replaceChildren(); }
    const button = event.target.closest("[data-write]");
    if (!button) return;
    button.disabled = true;
    const plan = [...preview.querySelectorAll("[data-place]")].map((row) => ({ ...JSON.parse(row.dataset.place),
      asset_type: row.querySelector("[name=asset_type]").value, expression: row.querySelector("[name=expression]").value, outfit: row.querySelector("[name=outfit]").value }));
    const form = pile();
    form.append("plan", JSON.stringify(plan));
    const xhr = await send("files", form, preview.querySelector("progress"));
    if (xhr.status === 201) location.reload(); else { preview.querySelector("[data-error]").textContent = complain(xhr); button.disabled = false; }
  });
  document.getElementById("pick")?.addEventListener("change", (event) => look(event.target.files));
  if (drop) {
    ["dragover", "dragenter"].forEach((name) => drop.addEventListener(name, (event) => { event.preventDefault(); drop.classList.add("over"); }));
    ["dragleave", "drop"].forEach((name) => drop.addEventListener(name, () => drop.classList.remove("over")));
    drop.addEventListener("drop", (event) => { event.preventDefault(); look(event.dataTransfer.files); });
  }

  document.getElementById("pattern")?.addEventListener("change", (event) => { if (event.target.value !== read) look(files); });

  // Pictures asked for: the API takes the order, the page follows it and comes back when it is done.
  const api = async (path, body) => {
    const answer = await fetch(`/api/${path}`, { method: body ? "POST" : "GET", headers: { "Content-Type": "application/json", "X-CSRFToken": token }, body: body && JSON.stringify(body) });
    return { ok: answer.ok, told: await answer.json().catch(() => ({})) };
  };
  document.querySelector("[data-generate]")?.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-ask]"), place = event.currentTarget;
    if (!button) return;
    const told = place.querySelector("[data-told]"), bar = place.querySelector("progress");
    let order = await api(`avatar-kits/${sheet.dataset.kit}/generate-${button.dataset.ask}`, {});
    if (!order.ok) { told.textContent = order.told.detail || "The server did not take it."; return; }
    place.querySelectorAll("button").forEach((other) => { other.disabled = true; });
    bar.hidden = false;
    while (["planned", "running"].includes(order.told.status)) {
      bar.max = order.told.total; bar.value = order.told.done;
      told.textContent = `${order.told.done} of ${order.told.total}`;
      await new Promise((done) => setTimeout(done, 700));
      order = await api(order.told.poll.replace("/api/", ""));
    }
    const errors = [...new Set((order.told.items || []).map((item) => item.error).filter(Boolean))];
    if (errors.length) { told.textContent = errors.join(" "); bar.hidden = true; if (order.told.status === "failed") return; await new Promise((done) => setTimeout(done, 2500)); }
    location.reload();
  });

  // Proposals by keys.
  const proposals = () => [...document.querySelectorAll("[data-proposal]")];
  document.addEventListener("keydown", (event) => {
    const here = event.target.closest?.("[data-proposal]"), all = proposals(), at = all.indexOf(here), key = event.key.toLowerCase();
    if (!here || event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input, select, textarea")) return;
    if (key === "arrowright") all[(at + 1) % all.length].focus();
    else if (key === "arrowleft") all[(at - 1 + all.length) % all.length].focus();
    else if (key === "a" || key === "r") { sessionStorage.setItem("proposal", at); here.querySelector(`[data-key=${key}]`)?.click(); } else return;
    event.preventDefault();
  });
  const before = sessionStorage.getItem("proposal");
  sessionStorage.removeItem("proposal");
  if (before !== null && proposals().length) proposals()[Math.min(before, proposals().length - 1)].focus();

  // Crop: a rectangle by pointer or by numbers, as shares of the picture.
  const dialog = document.getElementById("crop");
  if (!dialog) return;
  const frame = dialog.querySelector(".frame"), image = frame.querySelector("img"), box = frame.querySelector(".box"), edge = (name) => dialog.querySelector(`[name=${name}]`);
  let picture = "", start = null;
  const paint = () => {
    box.hidden = false;
    box.style.left = `${edge("left").value}%`; box.style.top = `${edge("top").value}%`;
    box.style.width = `${edge("right").value - edge("left").value}%`; box.style.height = `${edge("bottom").value - edge("top").value}%`;
  };
  sheet.addEventListener("click", (event) => {
    const button = event.target.closest("[data-crop]");
    if (!button) return;
    picture = button.dataset.crop;
    image.src = `/api/assets/${button.dataset.asset}/content`;
    [["left", 0], ["top", 0], ["right", 100], ["bottom", 100]].forEach(([name, value]) => { edge(name).value = value; });
    dialog.querySelector("[data-error]").textContent = "";
    paint();
    dialog.showModal();
  });
  const at = (event) => {
    const around = frame.getBoundingClientRect(), share = (v, size) => Math.round(Math.max(0, Math.min(1, v / size)) * 1000) / 10;
    return [share(event.clientX - around.left, around.width), share(event.clientY - around.top, around.height)];
  };
  frame.addEventListener("pointerdown", (event) => { start = at(event); frame.setPointerCapture(event.pointerId); event.preventDefault(); });
  frame.addEventListener("pointermove", (event) => {
    if (!start) return;
    const now = at(event);
    edge("left").value = Math.min(start[0], now[0]); edge("right").value = Math.max(start[0], now[0]);
    edge("top").value = Math.min(start[1], now[1]); edge("bottom").value = Math.max(start[1], now[1]);
    paint();
  });
  frame.addEventListener("pointerup", () => { start = null; });
  dialog.addEventListener("input", paint);
  dialog.querySelector("[data-crop-do]").addEventListener("click", async () => {
    const told = await api(`avatar-kits/${sheet.dataset.kit}/assets/${picture}/crop`, {
      box: ["left", "top", "right", "bottom"].map((name) => Number(edge(name).value) / 100), asset_type: edge("asset_type").value, expression: edge("expression").value });
    if (told.ok) location.reload(); else dialog.querySelector("[data-error]").textContent = told.told.detail || "The server did not take it.";
  });
})();
