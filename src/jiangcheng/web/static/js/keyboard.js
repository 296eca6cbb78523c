// Keyboard: / search, g t 待办, j k rows, Enter open, Esc close, ? list. Never while typing.
import { $, $$, make, sheet } from "./util.js";

const KEYS = [["/", "查找"], ["g t", "打开待办"], ["j", "下一行"], ["k", "上一行"], ["Enter", "打开当前行"], ["Esc", "关闭"], ["?", "快捷键"]];

const typing = (element) => element?.closest("input, textarea, select, [contenteditable], dialog");

function step(by) {
  const rows = $$("[data-row]").filter((row) => row.offsetParent !== null);
  if (!rows.length) return;
  const now = rows.findIndex((row) => row.classList.contains("is-here"));
  const next = rows[Math.min(Math.max(now + by, 0), rows.length - 1)];
  rows[now]?.classList.remove("is-here");
  next.classList.add("is-here");
  (next.matches("a") ? next : $("a", next))?.focus();
  next.scrollIntoView({ block: "nearest" });
}

function list() {
  const rows = make("dl", { class: "keys" });
  for (const [key, words] of KEYS) rows.append(make("dt", {}, make("kbd", {}, key)), make("dd", {}, words));
  sheet("快捷键", rows, make("form", { method: "dialog" }, make("button", { class: "btn" }, "关闭")));
}

export function keyboard() {
  let before = "";
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      for (const menu of $$("details[data-menu][open]")) { menu.open = false; $("summary", menu)?.focus(); }
      if (event.target.matches?.("[data-search]")) event.target.blur();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || typing(event.target)) return;
    const pair = before === "g" && event.key === "t";
    before = event.key === "g" ? "g" : "";
    if (pair) { const todo = $("a[data-todo]"); if (todo) { event.preventDefault(); todo.click(); } return; }
    if (event.key === "/") { const box = $("[data-search]"); if (box) { event.preventDefault(); box.focus(); box.select?.(); } }
    else if (event.key === "j") step(1);
    else if (event.key === "k") step(-1);
    else if (event.key === "?") list();
    else if (event.key === "Enter" && event.target === document.body) { const row = $("[data-row].is-here"); (row?.matches("a") ? row : row && $("a", row))?.click(); }
  });
}
