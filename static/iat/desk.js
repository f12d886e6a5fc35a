// The kit sheet: drop files, look at the plan, correct it, write it. The server decides what fits.
(() => {
  const sheet = document.querySelector(".sheet");
  if (!sheet) return;
  const base = `/admin/spaces/avatarkit/${sheet.dataset.kit}/`, preview = document.getElementById("preview"), drop = document.getElementById("drop");
  const token = document.querySelector("[name=csrfmiddlewaretoken]").value;
  let files = [];
  const send = (path, body, progress) => new Promise((done) => {
    const xhr = new XMLHttpRequest();
    xhr.open("POST", base + path);
    xhr.setRequestHeader("X-CSRFToken", token);
    if (progress) xhr.upload.onprogress = (event) => { progress.hidden = false; progress.max = event.total; progress.value = event.loaded; };
    xhr.onloadend = () => done(xhr);
    xhr.send(body);
  });
  const pile = () => { const form = new FormData(); files.forEach((file) => form.append("file", file, file.name)); return form; };
  const complain = (xhr) => { let text = `The server answered ${xhr.status}.`; try { text = JSON.parse(xhr.responseText).error || text; } catch { /* not ours */ } return text; };
  const look = async (list) => {
    files = [...list];
    if (!files.length) return;
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
})();
