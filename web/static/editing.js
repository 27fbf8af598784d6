/* Wenshu: the editor's tools, paste from Word and WPS, rows of forms. No framework. */
"use strict";
(function () {
  const $ = (selector, root) => (root || document).querySelector(selector);
  const $$ = (selector, root) => Array.from((root || document).querySelectorAll(selector));
  const say = (text) => { const live = $("#live"); if (live) { live.textContent = ""; setTimeout(() => { live.textContent = text; }, 30); } };
  const ITEM = /^( *)(\d{1,3})\. ?/;
  const indentOf = (line) => /^ */.exec(line)[0].length;

  /* Put text in place of a stretch, so that the browser's undo knows of it. */
  function put(area, start, end, text, select) {
    area.focus(); area.setSelectionRange(start, end);
    const done = text ? document.execCommand("insertText", false, text) : start === end || document.execCommand("delete");
    if (!done) { area.setRangeText(text, start, end, "end"); area.dispatchEvent(new Event("input", { bubbles: true })); }
    if (select) { const at = start + text.indexOf(select); area.setSelectionRange(at, at + select.length); }
  }

  /* The lines of the text, and which of them hold the selection. */
  function place(area) {
    const text = area.value, lines = text.split("\n");
    const first = text.slice(0, area.selectionStart).split("\n").length - 1;
    const last = text.slice(0, area.selectionEnd).split("\n").length - 1;
    const starts = []; let at = 0; lines.forEach((line) => { starts.push(at); at += line.length + 1; });
    return { lines, first, last, starts };
  }
  /* The number of the nearest item at or above a line, -1 where there is none in its section. */
  function itemAbove(lines, at) {
    for (let i = at; i >= 0; i -= 1) { if (/^#/.test(lines[i])) return -1; if (ITEM.test(lines[i])) return i; }
    return -1;
  }
  /* One past the last line of what belongs to a line: deeper lines, and blank ones between them. */
  function blockEnd(lines, at) {
    const own = indentOf(lines[at]); let end = at + 1;
    for (let i = at + 1; i < lines.length; i += 1) { if (!lines[i].trim()) continue; if (indentOf(lines[i]) <= own || /^#/.test(lines[i])) break; end = i + 1; }
    return end;
  }
  /* Put a block behind a line, with the empty lines that it needs. */
  function insertAfter(area, where, at, piece, select, apart) {
    const line = where.lines[at], empty = !line.trim();
    const above = where.lines.slice(0, empty ? at : at + 1).reverse().find((one, i) => i >= 0 && one.trim());
    const before = above === undefined ? "" : apart ? "\n\n" : "\n";
    const end = empty ? where.starts[at] + line.length : where.starts[at] + line.length;
    const start = empty ? trimBack(area.value, where.starts[at]) : end;
    const after = where.lines.slice(at + 1).find((one) => one.trim());
    const tail = after === undefined ? "" : (apart && where.lines[at + 1] && where.lines[at + 1].trim() ? "\n" : "");
    put(area, start, end, before + piece + tail, select);
  }
  function trimBack(text, at) { let i = at; while (i > 0 && text[i - 1] === "\n") i -= 1; return i; }

  const TOOLS = {
    heading: (area, w) => insertAfter(area, w, w.last, "## 标题\n", "标题", true),
    subheading: (area, w) => insertAfter(area, w, w.last, "### 标题\n", "标题", true),
    clause: (area, w) => {
      const top = topItem(w.lines, w.last), number = top < 0 ? 1 : Number(ITEM.exec(w.lines[top])[2]) + 1;
      const end = top < 0 ? w.last : Math.max(top, blockEnd(w.lines, top) - 1);
      insertAfter(area, w, end, number + ". 条文。", "条文。", top < 0);
    },
    item: (area, w) => {
      const above = itemAbove(w.lines, w.last);
      if (above < 0) return TOOLS.clause(area, w);
      const own = indentOf(w.lines[above]), deep = own || 4;
      const number = own ? Number(ITEM.exec(w.lines[above])[2]) + 1 : 1;
      insertAfter(area, w, w.last, " ".repeat(deep) + number + ". 子项；", "子项；", false);
    },
    paragraph: (area, w) => {
      const above = itemAbove(w.lines, w.last), indent = above < 0 ? "" : " ".repeat(indentOf(w.lines[above]) + 4);
      insertAfter(area, w, w.last, indent + "文字。\n", "文字。", true);
    },
    table: (area, w) => {
      const above = itemAbove(w.lines, w.last), indent = above < 0 || !w.lines[w.last].trim() ? "" : " ".repeat(indentOf(w.lines[above]) + 4);
      const rows = ["| 项目 | 内容 | 备注 |", "|---|---|---|", "|  |  |  |", "|  |  |  |"];
      insertAfter(area, w, w.last, rows.map((row) => indent + row).join("\n") + "\n", "项目", true);
    },
    bold: (area) => {
      const from = area.selectionStart, to = area.selectionEnd, text = area.value.slice(from, to);
      if (/^\*\*[^*]+\*\*$/.test(text)) return put(area, from, to, text.slice(2, -2), text.slice(2, -2));
      put(area, from, to, "**" + (text || "文字") + "**", text || "文字");
    },
    indent: (area, w) => shift(area, w, 4),
    outdent: (area, w) => shift(area, w, -4),
    up: (area, w) => move(area, w, -1),
    down: (area, w) => move(area, w, 1),
  };
  function topItem(lines, at) { for (let i = at; i >= 0; i -= 1) { if (/^#/.test(lines[i])) return -1; const m = ITEM.exec(lines[i]); if (m && !m[1]) return i; } return -1; }
  function replaceLines(area, w, first, end, lines, from, to) {
    put(area, w.starts[first], w.starts[end - 1] + w.lines[end - 1].length, lines.join("\n"));
    const at = place(area); area.setSelectionRange(at.starts[from], at.starts[to - 1] + at.lines[to - 1].length);
  }
  function shift(area, w, by) {
    const end = Math.max(w.last + 1, blockEnd(w.lines, w.first));
    const lines = w.lines.slice(w.first, end);
    if (by < 0 && lines.some((line) => line.trim() && indentOf(line) < 4)) return say("已经是最外一级");
    if (by > 0 && /^#/.test(lines[0])) return say("标题不能降级，请改成多一个 #");
    replaceLines(area, w, w.first, end, lines.map((line) => !line.trim() ? line : by > 0 ? "    " + line : line.slice(4)), w.first, w.first + 1);
  }
  function move(area, w, step) {
    const start = w.first, own = indentOf(w.lines[start]), end = blockEnd(w.lines, start);
    if (!w.lines[start].trim()) return;
    if (step > 0) {
      let next = end; while (next < w.lines.length && !w.lines[next].trim()) next += 1;
      if (next >= w.lines.length || indentOf(w.lines[next]) !== own || /^#/.test(w.lines[next])) return say("已经是最后一条");
      const after = blockEnd(w.lines, next), gap = w.lines.slice(end, next);
      const to = start + (after - next) + gap.length;
      return replaceLines(area, w, start, after, [...w.lines.slice(next, after), ...gap, ...w.lines.slice(start, end)], to, to + 1);
    }
    let before = start - 1;
    while (before >= 0 && (!w.lines[before].trim() || indentOf(w.lines[before]) > own)) before -= 1;
    if (before < 0 || indentOf(w.lines[before]) !== own || /^#/.test(w.lines[before])) return say("已经是第一条");
    const middle = blockEnd(w.lines, before), gap = w.lines.slice(middle, start);
    replaceLines(area, w, before, end, [...w.lines.slice(start, end), ...gap, ...w.lines.slice(before, middle)], before, before + 1);
  }

  /* Enter goes on with the next number; on an empty item it ends the list. */
  function newline(area, event) {
    const at = area.selectionStart; if (at !== area.selectionEnd) return;
    const w = place(area), line = w.lines[w.first], match = ITEM.exec(line);
    if (!match || at !== w.starts[w.first] + line.length) return;
    event.preventDefault();
    if (line === match[0] || !line.slice(match[0].length).trim()) return put(area, w.starts[w.first], at, "");
    put(area, at, at, "\n" + match[1] + (Number(match[2]) + 1) + ". ");
  }

  /* Paste: what has clauses, headings or tables goes through the server; a few words do not.
     Nothing is parsed here: the content policy would count every style of the clipboard's page. */
  function structured(html) {
    const body = (/<body[^>]*>([\s\S]*)<\/body>/i.exec(html) || [html, html])[1].replace(/<(style|script|xml)[\s>][\s\S]*?<\/\1>/gi, "").replace(/\ssrc(set)?=("[^"]*"|'[^']*'|[^\s>]+)/gi, "");
    const blocks = (body.match(/<(p|li|h[1-6]|tr|div)[\s>]/gi) || []).length;
    const worth = /<(table|h[1-6]|ol|ul)[\s>]/i.test(body) || blocks > 1 || /mso-list\s*:\s*l\d/i.test(body);
    return worth && body.replace(/<[^>]*>|&nbsp;|\s/g, "") ? body : null;
  }
  async function ask(area, html) {
    const form = area.form, body = new URLSearchParams({ html, before: area.value.slice(0, area.selectionStart).slice(-20000) });
    const answer = await fetch(area.dataset.paste, { method: "POST", body, headers: { "X-CSRF-Token": form.elements.csrf.value, Accept: "application/json" } });
    if (!answer.ok) throw new Error(String(answer.status));
    return answer.json();
  }
  async function paste(area, event) {
    const html = structured(event.clipboardData ? event.clipboardData.getData("text/html") : "");
    if (!html) return;
    event.preventDefault();
    const plain = event.clipboardData.getData("text/plain").replace(/\r\n?/g, "\n");
    const start = area.selectionStart, end = area.selectionEnd;
    area.readOnly = true; area.setAttribute("aria-busy", "true");
    let text = plain, message = "", notes = [];
    try {
      const made = await ask(area, html); notes = made.notes; text = spaced(area, start, end, made.markdown);
      message = "已粘贴，条款和表格已保留。";
    } catch (_) { message = "没有连上文枢，只粘贴了文字；条款和表格请再粘贴一次。"; }
    area.readOnly = false; area.removeAttribute("aria-busy");
    put(area, start, end, text); tell(message, notes);
  }
  function spaced(area, start, end, text) {
    const before = area.value.slice(0, start), after = area.value.slice(end);
    const lead = !before.trim() || /\n[ ]*\n$/.test(before) ? "" : before.endsWith("\n") ? "\n" : "\n\n";
    const tail = after.trim() && !/^\n[ ]*\n/.test(after) ? (after.startsWith("\n") ? "" : "\n") : "";
    return lead + text.replace(/\n+$/, "\n") + tail;
  }
  function tell(message, notes) {
    const box = $("#paste-note"); if (!box) return;
    box.hidden = false; box.className = "note " + (notes.length ? "warn" : "good");
    const first = document.createElement("p"); first.textContent = message + (notes.length ? "请核对：" : "");
    const list = document.createElement("ul"); notes.slice(0, 12).forEach((note) => { const li = document.createElement("li"); li.textContent = note; list.append(li); });
    box.replaceChildren(first, ...(notes.length ? [list] : []));
  }

  $$("textarea[data-editor]").forEach((area) => {
    area.addEventListener("paste", (event) => { paste(area, event); });
    const keys = { "]": "indent", "[": "outdent", b: "bold" };
    area.addEventListener("keydown", (event) => {
      if (event.isComposing) return;
      const plain = !event.ctrlKey && !event.metaKey && !event.altKey && !event.shiftKey;
      if (event.key === "Enter" && plain) return newline(area, event);
      const tool = (event.ctrlKey || event.metaKey) && !event.altKey ? keys[event.key.toLowerCase()] : event.altKey ? { ArrowUp: "up", ArrowDown: "down" }[event.key] : "";
      if (tool) { event.preventDefault(); TOOLS[tool](area, place(area)); }
    });
    document.addEventListener("keydown", (event) => { if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "s") { event.preventDefault(); area.form.requestSubmit(); } });
    $$("[data-tool]").forEach((button) => button.addEventListener("click", () => TOOLS[button.dataset.tool](area, place(area))));
    document.addEventListener("click", (event) => {
      const button = event.target.closest("[data-line]"); if (!button) return;
      const w = place(area), at = Math.min(Math.max(Number(button.dataset.line), 1), w.lines.length) - 1;
      area.focus(); area.setSelectionRange(w.starts[at], w.starts[at] + w.lines[at].length);
      area.scrollTop = Math.max(0, area.scrollHeight * at / w.lines.length - area.clientHeight / 3);
    });
    let left = -1;
    document.addEventListener("htmx:afterSwap", () => {
      const found = $("#preview [data-problems]"), line = $("#check-line"); if (!found || !line) return;
      const count = Number(found.dataset.problems); if (count === left) return;
      left = count; line.textContent = count ? count + " 处要看一看，见预览" : "没有发现问题";
    });
  });

  /* Arrow keys walk through a toolbar; Tab leaves it. */
  $$("[role=toolbar]").forEach((bar) => {
    const buttons = $$("button", bar); buttons.forEach((one, i) => { one.tabIndex = i ? -1 : 0; });
    bar.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key], at = buttons.indexOf(document.activeElement);
      const to = event.key === "Home" ? 0 : event.key === "End" ? buttons.length - 1 : step ? (at + step + buttons.length) % buttons.length : -1;
      if (to < 0 || at < 0) return;
      event.preventDefault(); buttons.forEach((one) => { one.tabIndex = -1; }); buttons[to].tabIndex = 0; buttons[to].focus();
    });
  });

  /* Rows of a form: one more, one less. Without this script the buttons do the same on the server. */
  function renumber(row, name, at) {
    $$("[name],[id],[for],[aria-label]", row).concat(row).forEach((one) => {
      ["name", "id", "for", "aria-describedby"].forEach((key) => { const value = one.getAttribute(key); if (value) one.setAttribute(key, value.replace(new RegExp(name + "-\\d+"), name + "-" + at)); });
      const label = one.getAttribute("aria-label"); if (label) one.setAttribute("aria-label", label.replace(/\d+/, String(at + 1)));
      if (one.name === "remove") one.value = name + "-" + at;
    });
  }
  document.addEventListener("click", (event) => {
    const add = event.target.closest("[data-add-row]"), gone = event.target.closest("[data-remove-row]");
    const box = (add || gone) && (add || gone).closest("[data-rows]"); if (!box) return;
    event.preventDefault();
    const rows = $$(".form-row", box), name = box.dataset.rows;
    if (add) {
      const last = rows[rows.length - 1], row = last.cloneNode(true), at = Math.max(...$$("[name]", last).map((one) => Number((/-(\d+)-/.exec(one.name) || [0, 0])[1]))) + 1;
      renumber(row, name, at); $$("input", row).forEach((one) => { one.value = ""; }); $$(".wrong", row).forEach((one) => one.remove()); $$("[aria-invalid]", row).forEach((one) => one.removeAttribute("aria-invalid"));
      last.removeAttribute("data-blank"); add.before(row); const first = $("input:not([type=hidden])", row); if (first) first.focus();
    } else {
      const row = gone.closest(".form-row");
      if (rows.length === 1 || row.hasAttribute("data-blank")) $$("input", row).forEach((one) => { one.value = ""; }); else row.remove();
      const button = $("[data-add-row]", box); button.focus(); say("已删去一行");
    }
    box.closest("form").dispatchEvent(new Event("input", { bubbles: true }));
  });
  const wrong = $("#errors"); if (wrong) wrong.focus();
})();
