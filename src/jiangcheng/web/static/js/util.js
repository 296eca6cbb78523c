// What several scripts need: form token, requests in the person's name, words to the page, sheets.

export const $ = (selector, root = document) => root.querySelector(selector);
export const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];

export const hm = (when = new Date()) =>
  when.toLocaleTimeString("zh-CN", { hour: "2-digit", minute: "2-digit", hour12: false, timeZone: "Asia/Shanghai" });

/** The form token of this browser; asks the server when there is none yet. */
export async function formToken(fresh = false) {
  const kept = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/);
  if (kept && !fresh) return kept[1];
  const answer = await fetch("/session/token/", { headers: { Accept: "application/json", "X-Background": "1" } });
  return (await answer.json()).token;
}

/** A request that names the device's own time; `background` ones do not keep the session alive. */
export async function send(url, { method = "POST", body = null, headers = {}, background = false } = {}) {
  const all = { Accept: "application/json", "X-Device-Time": new Date().toISOString(), ...headers };
  if (background) all["X-Background"] = "1";
  if (method !== "GET") all["X-CSRFToken"] = await formToken();
  return fetch(url, { method, body, headers: all, credentials: "same-origin" });
}

/** An element with words and attributes; never takes markup. */
export function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === true) element.setAttribute(key, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(key, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/** A sheet from below (phone) or dialog (desk); gives back the element. It leaves the page when it is closed. */
export function sheet(title, ...children) {
  const id = `sheet-${Math.random().toString(36).slice(2, 8)}`;
  const box = make("dialog", { class: "sheet", "aria-labelledby": id }, make("h2", { id }, title), ...children);
  document.body.append(box);
  box.addEventListener("close", () => box.remove());
  box.showModal();
  return box;
}

/** The refusal of a 409 answer as the page's own list, focus on it. */
export function showRefusal(found) {
  const slot = $("#refusal") || $("main");
  const list = make("ol");
  const breaches = found.breaches || [{ sentence: found.sentence || "没有办成，内容已保留。", remedies: [] }];
  breaches.forEach((breach, at) => {
    const ways = make("div", { class: "remedy" });
    if (breach.remedies.length) ways.append(make("p", { class: "small muted" }, "可以这样办"));
    for (const way of breach.remedies) ways.append(way.url ? make("a", { href: way.url }, way.text) : make("p", { class: "do-text" }, way.text));
    const what = make("div", {}, make("p", { class: "what" }, breach.sentence));
    if (breach.article) what.append(make("p", { class: "muted small" }, `依据：${breach.article}`));
    list.append(make("li", {}, make("span", { class: "no", "aria-hidden": "true" }, String(at + 1)), what, ways));
  });
  const box = make("section", { class: "refusal", role: "alert", tabindex: "-1", "aria-label": "还不能办理" },
    make("header", { class: "stack-2" }, make("span", { class: "mark mark-late" }, `差 ${breaches.length} 项`), make("p", { class: "muted" }, "填写的内容都已保留。")),
    list);
  if (found.number) box.append(make("footer", {}, make("span", {}, `${hm()} · 编号 ${found.number}`)));
  if (slot.id === "refusal") slot.replaceChildren(box); else slot.prepend(box);
  box.focus();
}
