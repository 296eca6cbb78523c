// 上传: what was chosen, its size, a small picture, and the digest computed on this device, sent along to be compared.
import { $, $$, make } from "./util.js";

const size = (bytes) => (bytes > 1048576 ? `${(bytes / 1048576).toFixed(1)} MB` : `${Math.max(1, Math.round(bytes / 1024))} KB`);
export async function digest(file) {
  const sum = await crypto.subtle.digest("SHA-256", await file.arrayBuffer());
  return [...new Uint8Array(sum)].map((b) => b.toString(16).padStart(2, "0")).join("");
}

function slots(box) {
  if (box.dataset.ready) return;
  box.dataset.ready = "1";
  const input = $("input[type=file]", box);
  const list = $(".upload-list", box);
  input.addEventListener("change", async () => {
    for (const old of $$("figure.is-new, input[data-digest]", box)) old.remove();
    list.replaceChildren();
    for (const file of input.files) {
      const words = `${file.name}，${size(file.size)}`;
      if (file.type.startsWith("image/")) {
        const picture = make("img", { src: URL.createObjectURL(file), alt: `刚选择的照片 ${file.name}` });
        $(".slot-add", box).before(make("figure", { class: "slot is-new" }, picture, make("figcaption", {}, "待上传")));
      }
      const row = make("li", {}, words);
      list.append(row);
      const sum = await digest(file);
      row.textContent = `${words}，校验值 ${sum.slice(0, 8)}`;
      box.append(make("input", { type: "hidden", name: `${input.name}_sha256`, value: sum, "data-digest": true }));
    }
  });
}

export function start(root = document) { for (const box of $$("[data-upload]", root.parentNode || root)) slots(box); }
start();
