// Acts made without network: kept on this device first (IndexedDB, durability strict), sent once, in order.
//   <form method="post" data-outbox data-next="/officer/visits/…/record">   each act goes with Idempotency-Key = its row's id
// The server answers JSON ({"next": address} or nothing) or a redirect; 409 with {"breaches": …} stays here and is shown.
import { $, $$, formToken, hm, make, send, sheet, showRefusal } from "./util.js";
import * as drafts from "./drafts.js";

const NAME = "jiangcheng";
const STORE = "outbox";
let opened = null;

function base() {
  opened ??= new Promise((done, fail) => {
    const ask = indexedDB.open(NAME, 1);
    ask.onupgradeneeded = () => ask.result.createObjectStore(STORE, { keyPath: "seq", autoIncrement: true }).createIndex("id", "id", { unique: true });
    ask.onsuccess = () => done(ask.result);
    ask.onerror = () => fail(ask.error);
  });
  return opened;
}

async function work(mode, what) {
  const store = await base();
  return new Promise((done, fail) => {
    const act = store.transaction(STORE, mode, mode === "readwrite" ? { durability: "strict" } : undefined);
    const ask = what(act.objectStore(STORE));
    act.oncomplete = () => done(ask?.result);
    act.onerror = () => fail(act.error);
    act.onabort = () => fail(act.error);
  });
}

const person = () => document.body.dataset.person || "";
export const rows = async () => (await work("readonly", (store) => store.getAll())).filter((row) => row.person === person());
export const drop = (seq) => work("readwrite", (store) => store.delete(seq));

/** Keep an act: address and fields (files too). Comes back when it is on the disk; gives the row's id. */
export async function keep(url, fields, words = "") {
  const id = crypto.randomUUID();
  await work("readwrite", (store) => store.add({ id, url, fields: [...fields], words, person: person(), at: new Date().toISOString(), refused: null }));
  await strip();
  return id;
}

let sending = null;
/** Send what is kept, oldest first. One at a time over all tabs. Gives the answers by id. */
export function flush() {
  sending ??= (navigator.locks ? navigator.locks.request("jc.outbox", run) : run()).finally(() => { sending = null; });
  return sending;
}

async function run() {
  const answers = new Map();
  for (const row of await rows()) {
    if (row.refused) continue;
    const found = await one(row);
    if (found === null) break;
    answers.set(row.id, found);
    if (found.status === 401) { document.dispatchEvent(new CustomEvent("jc:login")); break; }
    if (found.ok) await drop(row.seq);
    else if (found.status < 500) await work("readwrite", (store) => store.put({ ...row, refused: found.body || { sentence: "没有办成" } }));
    else break;
  }
  await strip();
  return answers;
}

/** One act on its way; null without network. */
async function one(row, again = false) {
  const body = new FormData();
  for (const [name, value] of row.fields) if (name !== "csrfmiddlewaretoken") body.append(name, value);
  let answer;
  try {
    answer = await send(row.url, { body, headers: { "Idempotency-Key": row.id, "X-Device-Time": row.at } });
  } catch { return null; }
  if (answer.status === 403 && !again) { await formToken(true).catch(() => null); return one(row, true); }
  let words = null;
  if ((answer.headers.get("Content-Type") || "").includes("json")) words = await answer.json().catch(() => null);
  return { ok: answer.ok, status: answer.status, body: words, url: answer.redirected ? answer.url : "" };
}

// ---- 离线条 ----
export async function strip() {
  const place = $("[data-offline]");
  const kept = await rows();
  const waiting = kept.filter((row) => !row.refused);
  const refused = kept.filter((row) => row.refused);
  document.dispatchEvent(new CustomEvent("jc:outbox", { detail: { waiting: waiting.length, refused: refused.length } }));
  if (!place) return;
  place.hidden = navigator.onLine && !kept.length;
  const state = $("[data-offline-state]", place);
  const count = $("[data-offline-count]", place);
  state.textContent = !navigator.onLine ? "离线：已保存在本机" : waiting.length ? "正在上传" : refused.length ? "有内容没有被接受" : "";
  count.replaceChildren(waiting.length ? `${waiting.length} 项待上传` : "");
  if (refused.length) {
    const look = make("button", { class: "btn btn-quiet btn-s", type: "button" }, `${refused.length} 项待处理`);
    look.addEventListener("click", () => review(refused));
    count.append(look);
  }
}

/** What the server refused: shown with article and ways out; the person tries again or gives the act up by name. */
function review(refused) {
  const list = make("div", { class: "stack" });
  for (const row of refused) {
    const again = make("button", { class: "btn", type: "button" }, "重新提交");
    const away = make("button", { class: "btn btn-quiet", type: "button" }, `放弃“${row.words || "这一项"}”`);
    const found = row.refused.breaches || [{ sentence: row.refused.sentence || "没有办成", remedies: [] }];
    list.append(make("section", { class: "card" }, make("h3", {}, `${row.words || "一项记录"}（${hm(new Date(row.at))}）`),
      ...found.map((b) => make("p", {}, b.sentence, b.article ? make("span", { class: "muted small" }, ` 依据：${b.article}`) : null)),
      make("div", { class: "row" }, again, away)));
    again.addEventListener("click", async () => { await work("readwrite", (store) => store.put({ ...row, refused: null })); box.close(); flush(); });
    away.addEventListener("click", async () => { await drop(row.seq); box.close(); strip(); });
  }
  const box = sheet("没有被接受的内容", list, make("form", { method: "dialog" }, make("button", { class: "btn" }, "关闭")));
}

// ---- forms ----
document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.hasAttribute("data-outbox") || event.defaultPrevented) return;
  if (form.hasAttribute("data-place") && !form.dataset.placed) return;  // geo.js asks for the place first and sends again
  event.preventDefault();
  event.stopPropagation();
  if (form.dataset.keeping) return;
  form.dataset.keeping = "1";
  const button = event.submitter;
  const slow = setTimeout(() => button?.classList.add("is-busy", "is-slow"), 400);
  const done = () => { clearTimeout(slow); button?.classList.remove("is-busy", "is-slow"); delete form.dataset.keeping; form.dispatchEvent(new CustomEvent("jc:done", { bubbles: true })); };
  try {
    const fields = new FormData(form, button);
    const id = await keep(form.getAttribute("action") || location.pathname, fields, form.dataset.words || button?.textContent.trim() || "");
    drafts.clean(form);  // it is on the disk: leaving the page loses nothing
    const found = navigator.onLine ? (await flush()).get(id) : null;
    const next = found?.body?.next || found?.url || form.dataset.next;
    if (found && !found.ok && found.status !== 401 && found.status < 500) {
      const row = (await rows()).find((one_) => one_.id === id);
      if (row) await drop(row.seq);
      await strip();
      drafts.touched(form);
      drafts.keepHere(form);
      showRefusal(found.body || {});
    } else if (next && found?.status !== 401) location.assign(next);
  } catch {
    sheet("本机没有保存成功", make("p", {}, "请不要离开本页，腾出存储空间后再按一次。"), make("form", { method: "dialog" }, make("button", { class: "btn btn-primary" }, "知道了")));
  } finally { done(); }
}, true);

// ---- when there is network again, and pages kept for the door ----
window.addEventListener("online", () => flush());
window.addEventListener("offline", () => strip());
document.addEventListener("visibilitychange", () => { if (document.visibilityState === "visible" && navigator.onLine) flush(); });
setInterval(async () => { if (navigator.onLine && (await rows()).some((row) => !row.refused)) flush(); }, 15000);

if ("serviceWorker" in navigator) {
  navigator.serviceWorker.register("/sw.js").then(async () => {
    const worker = (await navigator.serviceWorker.ready).active;
    const pages = [...new Set($$("a[data-keep], link[data-keep]").map((a) => new URL(a.href).pathname))];
    worker.postMessage({ keep: [location.pathname, ...pages] });
  }).catch(() => null);
  document.addEventListener("submit", (event) => {
    if (event.target.hasAttribute("data-logout")) navigator.serviceWorker.controller?.postMessage({ forget: true });
  });
}
navigator.storage?.persist?.();
flush();
