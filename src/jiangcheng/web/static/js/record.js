// While the record is written: what colleagues answered appears here; no reload, nothing typed is touched.
import { $, $$, send } from "./util.js";

const box = $("[data-answers]");
async function ask() {
  if (document.visibilityState !== "visible") return;
  try {
    const answer = await send(box.dataset.answers, { method: "GET", background: true });
    if (!answer.ok) return;
    const found = await answer.json();
    const current = Number(box.dataset.current || 0);
    $$(".prog i", box).forEach((cell, at) => { cell.className = [at + 1 === current ? "cur" : "", found.cells[at] || ""].join(" ").trim(); });
    const words = $("[data-others]");
    if (words && words.textContent !== found.others) words.textContent = found.others;
    const signed = box.dataset.signed;
    if (!leaving && signed !== undefined && (String(found.signed) !== signed || (box.dataset.state && found.visit !== box.dataset.state)) && !document.querySelector("[data-sign-path]:not([value=''])")?.value) location.reload();
  } catch { /* no network: the page stays as it is */ }
}
let leaving = false;
document.addEventListener("submit", () => { leaving = true; }, true);
if (box) { ask(); setInterval(ask, 4000); }
