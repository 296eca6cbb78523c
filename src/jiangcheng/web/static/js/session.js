// The session ends after a time without requests: warn two minutes ahead, then log in again in place, input kept.
import { $, formToken, make, send, sheet } from "./util.js";
import * as drafts from "./drafts.js";

const CONTACT = "jc.contact";
const AHEAD = 120;
let last = Date.now();

function contact(when = Date.now()) { last = when; try { localStorage.setItem(CONTACT, String(when)); } catch { /* private window */ } }
function lastContact() { try { return Math.max(last, Number(localStorage.getItem(CONTACT)) || 0); } catch { return last; } }

/** `seconds` without any request end the session; `renewed` is called after a new log-in. */
export function watchSession(seconds, renewed) {
  contact();
  document.addEventListener("htmx:afterRequest", () => contact());
  let warning = null;
  let login = null;
  let asking = false;
  const ask = async () => {
    if (asking) return;
    asking = true;
    drafts.keepAll();
    warning?.close();
    login = await logInHere(async () => { contact(); await renewed(); login?.close(); });
    login.addEventListener("close", () => { login = null; asking = false; });
  };
  document.addEventListener("jc:login", ask);
  setInterval(() => {
    if (asking) return;
    const left = Math.round(seconds - (Date.now() - lastContact()) / 1000);
    if (left <= 0) { ask(); return; }
    if (left > AHEAD) { warning?.close(); return; }
    if (!warning) { warning = warn(seconds); warning.addEventListener("close", () => { warning = null; }); }
    const words = $("[data-left]", warning);
    const text = left > 60 ? `${Math.ceil(left / 60)} 分钟` : `${Math.ceil(left / 10) * 10} 秒`;
    if (words && words.textContent !== text) words.textContent = text;
  }, 1000);
}

function warn() {
  const longer = make("button", { class: "btn btn-primary", type: "button" }, "延长");
  const box = sheet("登录即将超时", make("p", {}, "较长时间没有操作，还有 ", make("b", { "data-left": true, role: "timer" }), "将退出登录。填写的内容会保留。"), longer);
  longer.addEventListener("click", async () => {
    const answer = await send("/session/extend/").catch(() => null);
    if (answer?.ok) { contact(); box.close(); } else if (answer?.status === 401) document.dispatchEvent(new CustomEvent("jc:login"));
  });
  return box;
}

/** The log-in form in a sheet over the page. Calls `done` when the person is back. */
async function logInHere(done) {
  const address = document.body.dataset.login || "/login/";
  const place = make("div", {}, make("p", {}, "登录已超时。重新登录后，填写的内容都在，可以接着办。"));
  const box = sheet("请重新登录", place, make("p", { class: "small" }, make("a", { href: address, target: "_blank" }, "在新页面登录")));
  const put = (html) => {
    const form = new DOMParser().parseFromString(html, "text/html").querySelector("main form");
    place.querySelector("form")?.remove();
    if (!form) return;
    form.setAttribute("data-no-draft", "");
    place.append(document.importNode(form, true));
    place.querySelector("form").addEventListener("submit", async (event) => {
      event.preventDefault();
      event.stopPropagation();
      const body = new FormData(event.target);
      body.set("next", "/session/token/");
      const answer = await fetch(address, { method: "POST", body, headers: { Accept: "text/html, application/json" } });
      if (!(answer.headers.get("Content-Type") || "").includes("json")) { put(await answer.text()); return; }
      const { account } = await answer.json();
      // Someone else on this device: this page and what was typed in it are not theirs.
      if (String(account) !== document.body.dataset.person) { drafts.leave(); location.assign("/home/"); return; }
      await formToken(true);
      await done();
    });
    place.querySelector("input:not([type=hidden])")?.focus();
  };
  const page = await fetch(`${address}?next=/session/token/`, { headers: { Accept: "text/html", "X-Background": "1" } }).catch(() => null);
  if (page?.ok) put(await page.text());
  return box;
}
