// While the record is written: what colleagues answered appears here; no reload, nothing typed is touched.
import { $, $$, send } from "./util.js";
import * as drafts from "./drafts.js";

const box = $("[data-answers]");
/** On the page of the end: did somebody sign, or did the state change? */
const changed = ({ signed, visit }) => box.dataset.signed !== undefined && (String(signed) !== box.dataset.signed || visit !== box.dataset.state);
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
    if (!leaving && changed(found) && !$$("[data-sign-path]").some((path) => path.value)) { drafts.leave(); location.reload(); }
  } catch { /* no network: the page stays as it is */ }
}
let leaving = false;
document.addEventListener("submit", () => { leaving = true; }, true);
if (box) { ask(); setInterval(ask, 4000); }
