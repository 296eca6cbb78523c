// At the door: reloads when the enterprise or a colleague changed something.
//   <body data-door="address of state.json">
import { send } from "./util.js";

const address = document.body.dataset.door;
let known = null;
let quietUntil = 0;
// What this phone sends itself leads to a page of its own; a reload must not come between.
document.addEventListener("submit", () => { quietUntil = Infinity; }, true);
document.addEventListener("jc:done", () => { quietUntil = Date.now() + 8000; });

async function ask() {
  if (document.visibilityState !== "visible" || Date.now() < quietUntil) return;
  try {
    const answer = await send(address, { method: "GET", background: true });
    if (!answer.ok) return;
    const found = await answer.json();
    if (Date.now() < quietUntil) return;
    if (known !== null && known !== found.mark) {
      navigator.vibrate?.([200, 100, 200]);
      location.reload();
      return;
    }
    known = found.mark;
  } catch { /* no network: the page stays as it is */ }
}
if (address) { ask(); setInterval(ask, 2000); }
