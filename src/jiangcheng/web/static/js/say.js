// 朗读: <button data-say="words"> or data-say-from="#id"; shown only where the browser can speak.
import { $, $$ } from "./util.js";

export function start(root = document) {
  for (const button of $$("[data-say],[data-say-from]", root.parentNode || root)) {
    if (button.dataset.ready) continue;
    button.dataset.ready = "1";
    button.hidden = !("speechSynthesis" in window);
    button.addEventListener("click", () => {
      speechSynthesis.cancel();
      const words = new SpeechSynthesisUtterance(button.dataset.say || $(button.dataset.sayFrom)?.innerText || "");
      words.lang = "zh-CN";
      speechSynthesis.speak(words);
    });
  }
}
start();
