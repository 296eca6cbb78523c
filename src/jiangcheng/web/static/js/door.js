// At the door and while the record is written: tells the officer's phone what others did meanwhile.
//   <body data-door="address of state.json">     reloads when the enterprise or a colleague changed something
import { send } from "./util.js";

const address = document.body.dataset.door;
let known = null;
async function ask() {
  if (document.visibilityState !== "visible") return;
  try {
    const answer = await send(address, { method: "GET", background: true });
    if (!answer.ok) return;
    const found = await answer.json();
    if (known !== null && known !== found.mark) {
      if (found.state === "scanned") navigator.vibrate?.([200, 100, 200]);
      location.reload();
      return;
    }
    known = found.mark;
  } catch { /* no network: the page stays as it is */ }
}
if (address) { ask(); setInterval(ask, 2000); }
