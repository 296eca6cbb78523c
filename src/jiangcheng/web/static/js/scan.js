// 扫码: camera, a photo, or typing. The reader is our own file; the page's policy must allow 'wasm-unsafe-eval'.
import { $, $$, make } from "./util.js";

const USCC = /[0-9A-HJ-NPQRTUWXY]{2}\d{6}[0-9A-HJ-NPQRTUWXY]{10}/;
let reader = null;

function load(box) {
  reader ??= new Promise((done, fail) => {
    const script = make("script", { src: box.dataset.reader });
    script.onload = () => {
      const found = window.ZXingWASM;
      found.prepareZXingModule({ overrides: { locateFile: (path, folder) => (path.endsWith(".wasm") ? box.dataset.wasm : folder + path) } });
      done(found);
    };
    script.onerror = fail;
    document.head.append(script);
  });
  return reader;
}

async function read(box, source, width, height) {
  const canvas = document.createElement("canvas");
  const scale = Math.min(1, 1280 / Math.max(width, height));
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  pen.drawImage(source, 0, 0, canvas.width, canvas.height);
  const { readBarcodes } = await load(box);
  const found = await readBarcodes(pen.getImageData(0, 0, canvas.width, canvas.height), { formats: ["QRCode"], maxNumberOfSymbols: 1 });
  return found.find((one) => one.isValid !== false)?.text || "";
}

const HELP = {
  NotAllowedError: ["没有摄像头权限", "在浏览器地址栏左侧点开“网站设置”，把“摄像头”改为“允许”，再刷新本页。", "苹果手机：设置 → 浏览器 → 摄像头 → 允许。"],
  NotFoundError: ["本机没有可用的摄像头", "可以从相册选一张二维码照片，或录入信用代码。"],
  NotReadableError: ["摄像头正被其他应用使用", "关闭正在使用摄像头的应用，再刷新本页。"],
  Insecure: ["当前地址不能使用摄像头", "请用 https 地址打开本系统。现在可以从相册选，或录入信用代码。"],
  Reader: ["读码组件没有打开", "联网后刷新本页再试。现在可以录入信用代码。"],
};

function start1(box) {
  if (box.dataset.ready) return;
  box.dataset.ready = "1";
  const camera = $("[data-scan-camera]", box);
  const video = $("video", camera);
  const words = $("[data-scan-words]", box);
  const help = $("[data-scan-help]", box);
  const form = $("[data-scan-form]", box);
  let stream = null;
  let over = false;

  const stop = () => { over = true; stream?.getTracks().forEach((track) => track.stop()); };
  const explain = (kind) => {
    const [title, ...lines] = HELP[kind] || HELP.NotFoundError;
    help.replaceChildren(make("h2", {}, title), ...lines.map((line) => make("p", {}, line)));
    help.hidden = false;
    camera.hidden = true;
  };
  const found = (text) => {
    stop();
    navigator.vibrate?.(100);
    words.textContent = "已识别，正在核对企业";
    $("[data-scan-raw]", form).value = text;
    const uscc = text.toUpperCase().match(USCC);
    if (uscc) $("[data-scan-uscc]", form).value = uscc[0];
    form.requestSubmit();
  };
  const look = async () => {
    if (over) return;
    if (video.readyState >= 2 && document.visibilityState === "visible") {
      try {
        const text = await read(box, video, video.videoWidth, video.videoHeight);
        if (text && !over) { found(text); return; }
      } catch { stop(); explain("Reader"); return; }
    }
    setTimeout(look, 120);
  };
  const open = async () => {
    if (!navigator.mediaDevices?.getUserMedia) { explain(window.isSecureContext ? "NotFoundError" : "Insecure"); return; }
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment", width: { ideal: 1280 } }, audio: false });
    } catch (error) { explain(error.name); return; }
    video.srcObject = stream;
    await video.play();
    words.textContent = "把二维码放进框内";
    look();
  };
  $("[data-scan-file]", box).addEventListener("change", async (event) => {
    const file = event.target.files[0];
    if (!file) return;
    try {
      const picture = await createImageBitmap(file);
      const text = await read(box, picture, picture.width, picture.height);
      if (text) found(text);
      else { help.replaceChildren(make("p", { role: "status" }, "照片里没有找到二维码，请换一张清楚的，或录入信用代码。")); help.hidden = false; }
    } catch { explain("Reader"); }
  });
  $("[data-scan-uscc]", form).addEventListener("input", () => { $("[data-scan-raw]", form).value = ""; });
  window.addEventListener("pagehide", stop);
  open();
}

export function start(root = document) { for (const box of $$("[data-scan]", root.parentNode || root)) start1(box); }
start();
