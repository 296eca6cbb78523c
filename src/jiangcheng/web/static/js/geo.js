// Place of an act: asked when the form is sent, refusal allowed, at most four seconds.
import { $, $$ } from "./util.js";

const here = () => new Promise((done) => {
  if (!navigator.geolocation) { done(["", "unavailable"]); return; }
  navigator.geolocation.getCurrentPosition(
    ({ coords }) => done([`${coords.latitude.toFixed(6)},${coords.longitude.toFixed(6)}`, "given"]),
    (error) => done(["", error.code === 1 ? "refused" : "unavailable"]),
    { timeout: 4000, maximumAge: 60000, enableHighAccuracy: true },
  );
  setTimeout(() => done(["", "unavailable"]), 5000);
});

function ask(form) {
  if (form.dataset.ready) return;
  form.dataset.ready = "1";
  form.addEventListener("submit", async (event) => {
    if (form.dataset.placed) return;
    event.preventDefault();
    event.stopPropagation();
    if (form.dataset.asking) return;
    form.dataset.asking = "1";
    const button = event.submitter;
    button?.classList.add("is-busy", "is-slow");
    const [place, state] = await here();
    const field = $("[data-geo]", form);
    if (field) field.value = place;
    const word = $("[data-geo-state]", form);
    if (word) word.value = state;
    form.dataset.placed = "1";
    button?.classList.remove("is-busy", "is-slow");
    form.requestSubmit(button);
  });
}

export function start(root = document) { for (const form of $$("form[data-place]", root.parentNode || root)) ask(form); }
start();
