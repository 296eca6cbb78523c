// On every page: keyboard, unsaved input, one submission at a time, autosave, time-out, focus on what is wrong.
import { $, $$, formToken, hm, make, send, sheet } from "./util.js";
import * as drafts from "./drafts.js";
import { watchSession } from "./session.js";
import { keyboard } from "./keyboard.js";

document.documentElement.classList.add("js");

// ---- parts that bring their own script, also when htmx puts them in later ----
const PARTS = { "[data-sign]": "./sign.js", "[data-upload]": "./upload.js", "[data-code]": "./code.js", "[data-scan]": "./scan.js",
  "[data-clock],[data-elapsed]": "./clock.js", "form[data-place]": "./geo.js", "[data-say]": "./say.js" };
async function startParts(root) {
  for (const [selector, file] of Object.entries(PARTS)) {
    if (root.matches?.(selector) || $(selector, root)) (await import(file)).start(root);
  }
}
startParts(document);
document.addEventListener("htmx:load", (event) => startParts(event.detail.elt));

// ---- focus on the list of what is wrong ----
function focusList(root) {
  const list = $("[data-focus]", root);
  if (!list) return;
  list.focus({ preventScroll: true });
  const { top } = list.getBoundingClientRect();
  if (top < 0 || top > innerHeight / 2) list.scrollIntoView({ block: "start" });
}
focusList(document);
document.addEventListener("htmx:afterSettle", (event) => focusList(event.detail.elt.parentNode || document));

// ---- buttons that are closed, menus, the way back ----
document.addEventListener("click", (event) => {
  const closed = event.target.closest('[aria-disabled="true"]');
  if (closed) {
    event.preventDefault();
    const heading = document.getElementById((closed.getAttribute("aria-describedby") || "").split(" ")[0]);
    (heading?.closest("[tabindex]") || heading)?.focus?.();
    heading?.scrollIntoView({ block: "center" });
    return;
  }
  const back = event.target.closest("a[data-back]");
  if (back && history.length > 1 && document.referrer.startsWith(location.origin)) { event.preventDefault(); history.back(); }
  for (const menu of $$("details[data-menu][open]")) if (!menu.contains(event.target)) menu.open = false;
}, true);

// ---- navigation of the desk folded away, remembered ----
for (const button of $$("[data-fold]")) {
  const say = () => {
    const folded = document.documentElement.classList.contains("folded");
    button.textContent = folded ? "展开" : "收起导航";
    button.setAttribute("aria-expanded", String(!folded));
  };
  button.hidden = false;
  say();
  button.addEventListener("click", () => {
    const folded = document.documentElement.classList.toggle("folded");
    document.cookie = `jc_nav=${folded ? "folded" : "open"}; path=/; max-age=31536000; samesite=lax`;
    say();
  });
}

// ---- 批量办理: how many rows are chosen; all at once ----
for (const form of $$("form[data-bulk]")) {
  const rows = () => $$('input[type=checkbox][name="row"]', document).filter((box) => box.form === form);
  const all = $("[data-bulk-all]", form) || $(`[data-bulk-all][form="${form.id}"]`);
  const count = () => {
    const chosen = rows().filter((box) => box.checked).length;
    for (const place of $$("[data-bulk-count]", form)) place.textContent = chosen ? `已选 ${chosen} 行` : "未选择";
    if (all) { all.checked = chosen > 0 && chosen === rows().length; all.indeterminate = chosen > 0 && chosen < rows().length; }
  };
  document.addEventListener("change", (event) => {
    if (event.target === all) for (const box of rows()) box.checked = all.checked;
    count();
  });
  count();
}

// By the attribute: a field that is named method or target hides the property of the form.
const methodOf = (form) => (form.getAttribute("method") || "get").toLowerCase();

// ---- one submission at a time; a bar on the button after 0.4 s ----
const busy = new WeakMap();
function lock(form, button) {
  const timer = setTimeout(() => button?.classList.add("is-slow"), 400);
  busy.set(form, { button, timer });
  button?.classList.add("is-busy");
  button?.setAttribute("aria-busy", "true");
  // After the browser has read the form: a disabled button would not send its name.
  setTimeout(() => { if (busy.has(form) && button) button.disabled = true; });
}
export function unlock(form) {
  const held = busy.get(form);
  if (!held) return;
  clearTimeout(held.timer);
  busy.delete(form);
  if (held.button) { held.button.disabled = false; held.button.classList.remove("is-busy", "is-slow"); held.button.removeAttribute("aria-busy"); }
}
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (busy.has(form)) { event.preventDefault(); event.stopPropagation(); return; }
  if (event.defaultPrevented || form.hasAttribute("target") || methodOf(form) !== "post") return;
  if (form.hasAttribute("data-logout")) drafts.forget();
  lock(form, event.submitter);
  drafts.sending(form);
});
window.addEventListener("pageshow", (event) => { if (event.persisted) for (const form of document.forms) unlock(form); });
document.addEventListener("jc:done", (event) => unlock(event.target));
document.addEventListener("htmx:afterRequest", (event) => {
  const form = event.detail.elt.closest("form");
  if (!form) return;
  unlock(form);
  if (event.detail.successful) drafts.clean(form);
});

// ---- unsaved input ----
document.addEventListener("input", (event) => { const form = event.target.form; if (form && methodOf(form) === "post") drafts.touched(form); });
window.addEventListener("beforeunload", (event) => { if (drafts.anyUnsaved()) { event.preventDefault(); event.returnValue = ""; } });
drafts.restore();

// ---- autosave: <form data-autosave="/address/"> and <span data-saved> ----
for (const form of $$("form[data-autosave]")) {
  let timer = 0;
  const say = (words) => { const place = $("[data-saved]", form) || $("[data-saved]"); if (place) place.textContent = words; };
  const save = async () => {
    const address = form.dataset.autosave;
    if (!address.startsWith("/")) { drafts.keepHere(form); say(`已保存在本机 ${hm()}`); return; }
    try {
      const answer = await send(address, { body: new FormData(form), headers: { "X-Autosave": "1" } });
      if (!answer.ok) throw new Error(String(answer.status));
      drafts.clean(form);
      say(`已保存 ${hm()}`);
    } catch { drafts.keepHere(form); say(`已保存在本机 ${hm()}，联网后再存`); }
  };
  const later = () => { clearTimeout(timer); timer = setTimeout(save, 1200); };
  form.addEventListener("input", later);
  form.addEventListener("change", later);
  window.addEventListener("online", () => { if (drafts.isTouched(form)) save(); });
}

// ---- requests that htmx makes carry token and device time ----
document.addEventListener("htmx:configRequest", (event) => {
  const token = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/);
  if (token) event.detail.headers["X-CSRFToken"] = token[1];
  event.detail.headers["X-Device-Time"] = new Date().toISOString();
});
document.addEventListener("htmx:responseError", async (event) => {
  if (event.detail.xhr.status === 401) { document.dispatchEvent(new CustomEvent("jc:login")); return; }
  let found = {};
  try { found = JSON.parse(event.detail.xhr.responseText); } catch { /* a page, not an answer for scripts */ }
  const box = sheet("没有办成", make("p", {}, found.sentence || "服务器没有完成这一步，填写的内容都在。"),
    found.number ? make("p", { class: "muted" }, `编号 ${found.number}`) : null,
    make("form", { method: "dialog" }, make("button", { class: "btn btn-primary" }, "知道了")));
  box.focus();
});
document.addEventListener("htmx:sendError", () => sheet("没有网络", make("p", {}, "填写的内容都在，联网后再提交一次。"),
  make("form", { method: "dialog" }, make("button", { class: "btn btn-primary" }, "知道了"))));

keyboard();
if (document.body.dataset.idle) watchSession(Number(document.body.dataset.idle), async () => {
  const token = await formToken(true);
  for (const field of $$('input[name="csrfmiddlewaretoken"]')) field.value = token;
});
