// Nothing typed is ever emptied: what was sent and refused, or typed when a session ended, comes back.
import { $$, make } from "./util.js";

const touchedForms = new Set();
const KEPT = "jc.draft.";
const LAST = "jc.sent";

const keyOf = (form) => `${KEPT}${location.pathname}#${form.id || [...document.forms].indexOf(form)}`;
const own = (name) => name && name !== "csrfmiddlewaretoken";
const store = (kind) => { try { return window[kind]; } catch { return null; } };

function read(form) {
  const rows = [];
  for (const field of form.elements) {
    if (!own(field.name) || ["password", "file", "submit", "button", "hidden"].includes(field.type) || field.autocomplete === "one-time-code") continue;
    if (["checkbox", "radio"].includes(field.type)) rows.push([field.name, field.value, field.checked]);
    else if (field.type === "select-multiple") rows.push([field.name, [...field.selectedOptions].map((o) => o.value), null]);
    else rows.push([field.name, field.value, null]);
  }
  return rows;
}

// Typed words belong to who typed them: another person who logs in on this device does not find them.
const person = () => document.body.dataset.person || "";
function pack(form) { return JSON.stringify({ who: person(), rows: read(form) }); }
function unpack(text) { try { const kept = JSON.parse(text); return kept.who === person() ? kept.rows : null; } catch { return null; } }

function write(form, rows) {
  let changed = false;
  for (const [name, value, checked] of rows) {
    for (const field of [...form.elements].filter((f) => f.name === name)) {
      if (checked !== null) {
        if (field.value === value && field.checked !== checked) { field.checked = checked; changed = true; }
      } else if (Array.isArray(value)) {
        for (const option of field.options || []) option.selected = value.includes(option.value);
      } else if (field.value !== value && field.type !== "hidden") { field.value = value; changed = true; }
    }
  }
  return changed;
}

const silent = (form) => form.hasAttribute("data-no-draft") || form.hasAttribute("data-no-ask");
export function touched(form) { if (!silent(form)) touchedForms.add(form); }
export function isTouched(form) { return touchedForms.has(form); }
export function anyUnsaved() { return [...touchedForms].some((form) => form.isConnected); }
export function clean(form) { touchedForms.delete(form); store("sessionStorage")?.removeItem(keyOf(form)); }

/** Keep on this device, in this tab. */
export function keepHere(form) { if (!silent(form)) store("sessionStorage")?.setItem(keyOf(form), pack(form)); }

/** A form is on its way: leaving the page is no loss any more, but keep what was typed until a page other than a refusal comes. */
export function sending(form) {
  touchedForms.delete(form);
  if (silent(form)) return;
  keepHere(form);
  store("sessionStorage")?.setItem(LAST, keyOf(form));
}

/** Logged out on purpose: nothing stays on the device. */
export function forget() {
  const kept = store("sessionStorage");
  for (const key of Object.keys(kept || {})) if (key.startsWith(KEPT) || key.startsWith(LAST)) kept.removeItem(key);
}

export function keepAll() { for (const form of touchedForms) keepHere(form); }

/** Keep all and let the page go without asking. */
export function leave() { keepAll(); touchedForms.clear(); }

/** On arrival: a refusal page keeps the draft; the page of the form takes it back; any other page means it was accepted. */
export function restore() {
  const kept = store("sessionStorage");
  if (!kept) return;
  if (document.body.hasAttribute("data-refused")) { kept.setItem(`${LAST}.refused`, "1"); return; }
  const last = kept.getItem(LAST);
  const refused = kept.getItem(`${LAST}.refused`);
  if (last && !refused && !$$(".errors,.refusal").length) { kept.removeItem(last); kept.removeItem(LAST); }
  let back = false;
  for (const form of document.forms) {
    const text = kept.getItem(keyOf(form));
    if (!text || silent(form)) continue;
    const rows = unpack(text);
    if (rows && write(form, rows)) { back = true; touched(form); }
    kept.removeItem(keyOf(form));
  }
  kept.removeItem(`${LAST}.refused`);
  if (back) {
    const note = make("p", { class: "message", role: "status" }, "已恢复您离开前填写的内容。");
    const place = document.querySelector("#refusal");
    if (place) place.before(note);
  }
}
