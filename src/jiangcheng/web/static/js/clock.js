// Seconds running (a screenshot is seen to be one), and minutes gone by. Server time, not the device's.
import { $$ } from "./util.js";

const loaded = performance.now();
const form = new Intl.DateTimeFormat("zh-CN", { hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false, timeZone: "Asia/Shanghai" });

export function start(root = document) {
  for (const place of $$("[data-clock]", root.parentNode || root)) {
    if (place.dataset.ready) continue;
    place.dataset.ready = "1";
    const base = new Date(place.dataset.clock).getTime();
    const tick = () => { place.textContent = form.format(base + performance.now() - loaded); };
    tick();
    setInterval(tick, 1000);
  }
  for (const place of $$("[data-elapsed]", root.parentNode || root)) {
    if (place.dataset.ready) continue;
    place.dataset.ready = "1";
    const since = new Date(place.dataset.elapsed).getTime();
    const tick = () => { place.textContent = `已用 ${Math.max(0, Math.floor((Date.now() - since) / 60000))} 分钟`; };
    tick();
    setInterval(tick, 20000);
  }
}
start();
