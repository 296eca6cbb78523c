// 签名板: strokes of points (view box 324 × 128) go as JSON into a hidden field; the drawing is only their picture.
import { $, $$ } from "./util.js";

const round = (number) => Math.round(number * 10) / 10;

function strokes(points) {
  // Lines through the middles of neighbouring points: smooth without guessing where the pen will go.
  if (points.length < 3) return points.map(([x, y], i) => `${i ? "L" : "M"}${round(x)} ${round(y)}`).join("") + (points.length === 1 ? "l.1 0" : "");
  let path = `M${round(points[0][0])} ${round(points[0][1])}`;
  for (let i = 1; i < points.length - 1; i += 1) {
    const [x, y] = points[i];
    path += `Q${round(x)} ${round(y)} ${round((x + points[i + 1][0]) / 2)} ${round((y + points[i + 1][1]) / 2)}`;
  }
  return path;
}

function pad(box) {
  if (box.dataset.ready) return;
  box.dataset.ready = "1";
  const drawing = $("[data-pad] svg", box);
  const ink = $(".pad-ink", drawing);
  const frame = $("[data-pad]", box);
  const field = $("[data-sign-path]", box);
  const state = $("[data-sign-state]", box);
  const typed = $("[data-sign-typed]", box);
  const who = drawing.getAttribute("aria-label").split("签名板")[0];
  const done = [];
  let points = null;

  const say = (word, tone) => { state.textContent = word; state.className = `mark mark-${tone}`; };
  const show = () => {
    const all = points ? [...done, points] : done;
    const path = all.map(strokes).join("");
    ink.setAttribute("d", path);
    field.value = all.length ? JSON.stringify({ strokes: all.map((one) => one.map(([x, y]) => [round(x), round(y)])), width: 324, height: 128 }) : "";
    drawing.setAttribute("aria-label", `${who}签名板，${path ? "已有笔迹" : "尚无笔迹"}`);
  };
  const at = (event) => {
    const place = new DOMPoint(event.clientX, event.clientY).matrixTransform(drawing.getScreenCTM().inverse());
    return [Math.min(Math.max(place.x, 0), 324), Math.min(Math.max(place.y, 0), 128)];
  };
  const end = () => {
    if (!points) return;
    done.push(points);
    points = null;
    show();
    say("已签名", "ok");
    field.dispatchEvent(new Event("input", { bubbles: true }));
  };
  drawing.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    event.preventDefault();
    drawing.setPointerCapture(event.pointerId);
    points = [at(event)];
    frame.classList.add("pad-active");
    say("签名中", "info");
    show();
  });
  drawing.addEventListener("pointermove", (event) => {
    if (!points) return;
    for (const one of event.getCoalescedEvents?.() || [event]) points.push(at(one));
    show();
  });
  drawing.addEventListener("pointerup", end);
  drawing.addEventListener("pointercancel", end);
  const clear = () => { done.length = 0; points = null; show(); frame.classList.remove("pad-active"); say("待签名", "wait"); };
  $("[data-sign-clear]", box).addEventListener("click", clear);
  $("[data-sign-type]", box)?.addEventListener("click", (event) => {
    const open = typed.classList.toggle("is-open");
    event.currentTarget.setAttribute("aria-expanded", String(open));
    if (open) { clear(); $("input", typed).focus(); }
  });
}

export function start(root = document) { for (const box of $$("[data-sign]", root.parentNode || root)) pad(box); }
start();
