/* Wenshu: suggestions while typing, copying, filtering, filling in messages. No framework. */
"use strict";
(function () {
  const $ = (selector, root) => (root || document).querySelector(selector);
  const $$ = (selector, root) => Array.from((root || document).querySelectorAll(selector));
  const say = (text) => { const live = $("#live"); if (live) { live.textContent = ""; setTimeout(() => { live.textContent = text; }, 30); } };

  /* Copy: data-copy holds the text, data-copy-from the id of what holds it, data-copy-link an anchor. */
  async function copy(text) {
    try { await navigator.clipboard.writeText(text); return true; } catch (_) {
      const area = document.createElement("textarea");
      area.value = text; area.setAttribute("readonly", ""); area.className = "visually-hidden";
      document.body.append(area); area.select();
      const done = document.execCommand("copy"); area.remove(); return done;
    }
  }
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy],[data-copy-from],[data-copy-link]");
    if (button) {
      event.preventDefault();
      const from = button.dataset.copyFrom && document.getElementById(button.dataset.copyFrom);
      const text = button.dataset.copyLink ? new URL(button.dataset.copyLink, location.href).href : from ? from.textContent : button.dataset.copy;
      const done = await copy(text);
      const before = button.textContent;
      button.textContent = done ? "已复制" : "请手动复制";
      say(done ? "已复制到剪贴板" : "浏览器不允许复制，请手动选中后复制");
      setTimeout(() => { button.textContent = before; }, 1600);
    }
    const printer = event.target.closest("[data-print]");
    if (printer) window.print();
    const all = event.target.closest("[data-check-all]");
    if (all) { const boxes = $$("input[type=checkbox]", document.getElementById(all.dataset.checkAll)).filter((box) => !box.closest("[hidden]")); const on = boxes.some((box) => !box.checked); boxes.forEach((box) => { box.checked = on; }); count(); }
  });

  /* "/" goes to the search box. */
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName)) return;
    const box = $("input[type=search]"); if (box) { event.preventDefault(); box.focus(); box.select(); }
  });

  /* Suggestions: a combobox as the ARIA practices have it. */
  $$("input[data-suggest]").forEach((input) => {
    const list = document.getElementById(input.getAttribute("aria-controls"));
    let items = [], at = -1, timer = 0, asked = 0, shown = "";
    const close = () => { list.hidden = true; input.setAttribute("aria-expanded", "false"); input.removeAttribute("aria-activedescendant"); at = -1; };
    const choose = (item) => { input.value = item.text; close(); if (item.id && item.kind === "title") location.href = input.dataset.document + encodeURI(item.id); else input.form.requestSubmit(); };
    const move = (to) => {
      at = (to + items.length) % items.length;
      $$("li", list).forEach((li, i) => li.setAttribute("aria-selected", String(i === at)));
      const li = list.children[at]; input.setAttribute("aria-activedescendant", li.id); li.scrollIntoView({ block: "nearest" });
    };
    const show = (found, kinds) => {
      items = found; list.replaceChildren(...found.map((item, i) => {
        const li = document.createElement("li"); li.id = list.id + "-" + i; li.setAttribute("role", "option"); li.setAttribute("aria-selected", "false");
        const text = document.createElement("span"); text.textContent = item.text; const kind = document.createElement("small"); kind.textContent = kinds[item.kind] || "";
        li.append(text, kind); li.addEventListener("mousedown", (event) => { event.preventDefault(); choose(item); }); return li;
      }));
      at = -1; list.hidden = !found.length; input.setAttribute("aria-expanded", String(!!found.length));
      if (found.length) say(found.length + " 条建议，用上下键选择");
    };
    const ask = async () => {
      const typed = input.value.trim(); if (typed === shown) return; shown = typed;
      if (!typed) return close();
      const number = ++asked;
      try {
        const answer = await fetch(input.dataset.suggest + "?q=" + encodeURIComponent(typed), { headers: { Accept: "application/json" } });
        if (!answer.ok || number !== asked || document.activeElement !== input) return;
        show((await answer.json()).suggestions, { query: "常查", title: "文档", position: "岗位", heading: "章节", word: "词语" });
      } catch (_) { close(); }
    };
    let composing = false;
    input.addEventListener("compositionstart", () => { composing = true; });
    input.addEventListener("compositionend", () => { composing = false; clearTimeout(timer); timer = setTimeout(ask, 60); });
    input.addEventListener("input", () => { if (composing) return; clearTimeout(timer); timer = setTimeout(ask, 90); });
    input.addEventListener("keydown", (event) => {
      if (composing || list.hidden) return;
      if (event.key === "ArrowDown") { event.preventDefault(); move(at + 1); }
      else if (event.key === "ArrowUp") { event.preventDefault(); move(at < 0 ? items.length - 1 : at - 1); }
      else if (event.key === "Escape") { event.preventDefault(); close(); }
      else if (event.key === "Enter" && at >= 0) { event.preventDefault(); choose(items[at]); }
    });
    input.addEventListener("blur", close);
  });

  /* Filter a list by what is typed: data-filter names the list; each item has data-text. */
  $$("input[data-filter]").forEach((input) => {
    const list = document.getElementById(input.dataset.filter);
    const filter = () => {
      const wanted = input.value.trim().toLowerCase(); let left = 0;
      $$("[data-text]", list).forEach((item) => { const hit = item.dataset.text.toLowerCase().includes(wanted); item.hidden = !hit; left += hit ? 1 : 0; });
      $$(".group", list).forEach((group) => { group.hidden = !$$("[data-text]", group).some((item) => !item.hidden); });
      const none = $("[data-none]", list); if (none) none.hidden = left > 0;
      say("剩 " + left + " 项");
    };
    input.addEventListener("input", filter); if (input.value) filter();
    input.addEventListener("keydown", (event) => { if (event.key === "Enter") { event.preventDefault(); const first = $$("[data-text]", list).find((item) => !item.hidden); const link = first && $("a", first); if (link) link.click(); } });
  });

  /* How many are ticked. */
  function count() { $$("[data-count]").forEach((place) => { const n = $$("input[type=checkbox]:checked", document.getElementById(place.dataset.count)).length; place.textContent = String(n); $$("[data-needs]").forEach((button) => { button.disabled = n === 0; }); }); }
  document.addEventListener("change", (event) => { if (event.target.matches("input[type=checkbox]")) count(); const auto = event.target.closest("[data-submit]"); if (auto) auto.form.requestSubmit(); });
  count();

  /* Messages: each field fills its slots in the text below it; what is typed never becomes markup. */
  $$("[data-scene]").forEach((scene) => {
    const text = $(".scene-text", scene), counter = $(".scene-count", scene);
    const template = text.textContent;
    const draw = () => {
      const values = new Map($$("input[data-slot]", scene).map((input) => [input.dataset.slot, input.value]));
      text.replaceChildren(...template.split(/(〔[^〔〕]+〕)/).map((piece) => {
        const name = /^〔(.+)〕$/.exec(piece); if (!name) return document.createTextNode(piece);
        const span = document.createElement("span"), value = values.get(name[1]); span.className = value ? "filled" : "slot"; span.textContent = value || piece; return span;
      }));
      const length = Array.from(text.textContent).length; const parts = length <= 70 ? 1 : Math.ceil(length / 67);
      counter.textContent = length + " 字，" + parts + " 条短信" + ($(".slot", text) ? "，还有未填的内容" : "");
    };
    scene.addEventListener("input", draw); draw();
  });

  /* Pieces of a page that come when the reader gets near: at its end, so that nothing jumps. */
  async function bring(place) {
    try { const answer = await fetch(place.dataset.fetch); if (answer.ok && !answer.redirected) place.innerHTML = await answer.text(); } catch (_) { /* the page is whole without it */ }
  }
  const near = "IntersectionObserver" in window && new IntersectionObserver((entries) => entries.forEach((entry) => { if (entry.isIntersecting) { near.unobserve(entry.target); bring(entry.target); } }), { rootMargin: "400px" });
  $$("[data-fetch]").forEach((place) => { if (near) near.observe(place); else bring(place); });

  /* The outline follows the reader. */
  const links = new Map($$(".outline a").map((a) => [decodeURIComponent(a.hash.slice(1)), a]));
  if (links.size && "IntersectionObserver" in window) {
    const seen = new IntersectionObserver((entries) => entries.forEach((entry) => { if (entry.isIntersecting) { $$(".outline a.here").forEach((a) => a.classList.remove("here")); links.get(entry.target.id)?.classList.add("here"); } }), { rootMargin: "0px 0px -75% 0px" });
    links.forEach((_, id) => { const target = document.getElementById(id); if (target) seen.observe(target); });
  }

  /* Leaving with unsaved changes asks first. */
  $$("form[data-guard]").forEach((form) => {
    let dirty = false; form.addEventListener("input", () => { dirty = true; }); form.addEventListener("submit", () => { dirty = false; });
    window.addEventListener("beforeunload", (event) => { if (dirty) event.preventDefault(); });
  });
  $$("[data-confirm]").forEach((button) => button.addEventListener("click", (event) => { if (!window.confirm(button.dataset.confirm)) event.preventDefault(); }));

  /* The editor's buttons put marks where the cursor is. */
  $$("[data-insert]").forEach((button) => button.addEventListener("click", () => {
    const area = document.getElementById(button.dataset.for); const piece = button.dataset.insert.replace(/\\n/g, "\n");
    area.focus(); area.setRangeText(piece, area.selectionStart, area.selectionEnd, "end"); area.dispatchEvent(new Event("input", { bubbles: true }));
  }));
})();
