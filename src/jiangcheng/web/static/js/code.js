// 亮码: the QR with a part that changes every 30 s, computed here, without network too.
//   <section data-code="address/v/<token>" data-secret="…" data-status="address">
// Part: first 8 letters of base32(HMAC-SHA256(secret, decimal number of the half minute)), added as ?r=…; the secret is hexadecimal.
import { $, $$, send } from "./util.js";
import qrcode from "../vendor/qrcode/qrcode.mjs";

const STEP = 30;
const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** Eight letters that stand for this half minute. `when` in milliseconds. */
export async function changing(secret, when = Date.now()) {
  const bytes = Uint8Array.from(secret.match(/../g), (pair) => parseInt(pair, 16));
  const key = await crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  const count = String(Math.floor(when / 1000 / STEP));
  const sum = new Uint8Array(await crypto.subtle.sign("HMAC", key, new TextEncoder().encode(count)));
  let bits = 0n;
  for (const byte of sum.slice(0, 5)) bits = (bits << 8n) | BigInt(byte);
  let letters = "";
  for (let at = 35n; at >= 0n; at -= 5n) letters += LETTERS[Number((bits >> at) & 31n)];
  return letters;
}

const SVG = "http://www.w3.org/2000/svg";
/** The QR of a text as an SVG: four modules of quiet zone, one path. */
export function drawing(text, label) {
  const qr = qrcode(0, "M");
  qr.addData(text, "Byte");
  qr.make();
  const side = qr.getModuleCount();
  let path = "";
  for (let y = 0; y < side; y += 1) {
    for (let x = 0; x < side; x += 1) {
      if (!qr.isDark(y, x)) continue;
      let run = 1;
      while (x + run < side && qr.isDark(y, x + run)) run += 1;
      path += `M${x + 4} ${y + 4}h${run}v1h-${run}z`;
      x += run - 1;
    }
  }
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", `0 0 ${side + 8} ${side + 8}`);
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", label);
  for (const [name, fill, d] of [["rect", "#FFFFFF", ""], ["path", "#000000", path]]) {
    const part = document.createElementNS(SVG, name);
    part.setAttribute("fill", fill);
    if (d) part.setAttribute("d", d); else { part.setAttribute("width", "100%"); part.setAttribute("height", "100%"); }
    svg.append(part);
  }
  return svg;
}

async function keepAwake() {
  try { await navigator.wakeLock?.request("screen"); } catch { /* battery saver: the phone decides */ }
}

function show(box) {
  if (box.dataset.ready) return;
  box.dataset.ready = "1";
  const place = $("[data-qr]", box);
  const bar = $("[data-tick]", box);
  const words = $("[data-tick-words]", box);
  const label = `检查码二维码，短码 ${(box.dataset.short || "").replace(/(.{4})/g, "$1 ").trim()}`;
  let drawn = -1;
  const tick = async () => {
    const now = Math.floor(Date.now() / 1000);
    const left = STEP - (now % STEP);
    if (bar) bar.value = left;
    if (words) words.textContent = `${left} 秒后更新`;
    const count = Math.floor(now / STEP);
    if (count === drawn) return;
    drawn = count;
    const part = await changing(box.dataset.secret);
    const address = box.dataset.code;
    place.replaceChildren(drawing(`${address}${address.includes("?") ? "&" : "?"}r=${part}`, label));
    box.dataset.now = part;
  };
  tick();
  setInterval(tick, 1000);
  keepAwake();
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "visible") keepAwake(); });
  if (box.dataset.status) follow(box);
}

/** Asks every 2 s whether the code was scanned: {"state": "waiting" | "scanned" | "revoked" | "expired", "text", "url"}. */
function follow(box) {
  let over = false;
  const ask = async () => {
    if (over || document.visibilityState !== "visible") return;
    let found;
    try {
      const answer = await send(box.dataset.status, { method: "GET", background: true });
      if (!answer.ok) return;
      found = await answer.json();
    } catch { return; }
    if (found.state === "waiting" || over) return;
    over = true;
    if (found.state !== "scanned") { location.reload(); return; }
    navigator.vibrate?.([200, 100, 200]);
    const done = $("[data-scanned]", box);
    if (done) { done.textContent = found.text; done.hidden = false; }
    for (const part of $$("[data-when-scanned]")) part.hidden = false;
    for (const part of $$("[data-until-scanned]")) part.hidden = true;
    document.dispatchEvent(new CustomEvent("jc:scanned", { detail: found }));
    if (found.url && box.hasAttribute("data-follow")) location.assign(found.url);
  };
  setInterval(ask, 2000);
  ask();
}

export function start(root = document) { for (const box of $$("[data-code]", root.parentNode || root)) show(box); }
start();
