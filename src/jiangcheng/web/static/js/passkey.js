// Passkeys (WebAuthn): a button asks the server for a challenge, the browser for an answer, and sends it back.
import { $, make, send } from "./util.js";

const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

function asked(options) {
  const found = { ...options, challenge: bytes(options.challenge) };
  if (found.user) found.user = { ...found.user, id: bytes(found.user.id) };
  for (const list of ["excludeCredentials", "allowCredentials"]) {
    if (found[list]) found[list] = found[list].map((one) => ({ ...one, id: bytes(one.id) }));
  }
  return found;
}

function answered(found) {
  const { response } = found;
  const said = { clientDataJSON: text(response.clientDataJSON) };
  for (const name of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (response[name]) said[name] = text(response[name]);
  }
  return JSON.stringify({ id: found.id, rawId: text(found.rawId), type: found.type, response: said, clientExtensionResults: {} });
}

async function call(url, values) {
  const body = new FormData();
  for (const [name, value] of Object.entries(values)) body.set(name, value);
  const answer = await send(url, { body, headers: { Accept: "application/json" } });
  const found = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error(found.sentence || "没有成功，请再试一次。");
  return found;
}

async function run(place) {
  const url = place.dataset.passkey;
  const { options } = await call(url, {});
  const isNew = "user" in options;
  const found = isNew
    ? await navigator.credentials.create({ publicKey: asked(options) })
    : await navigator.credentials.get({ publicKey: asked(options) });
  const name = $("input[name=name]", place)?.value || "";
  const done = await call(url, { answer: answered(found), ...(isNew ? { name } : {}) });
  location.assign(done.next);
}

export function start(root) {
  const places = root.matches?.("[data-passkey]") ? [root] : [...root.querySelectorAll("[data-passkey]")];
  for (const place of places) {
    if (place.dataset.started) continue;  // the page and htmx both start its parts
    place.dataset.started = "1";
    const button = $("button", place);
    if (!window.PublicKeyCredential || !navigator.credentials) {
      place.replaceChildren(make("p", { class: "hint" }, "这个浏览器不支持通行密钥，或者访问地址不是加密地址（https）。"));
      continue;
    }
    place.hidden = false;
    place.addEventListener("submit", async (event) => {
      event.preventDefault();
      event.stopPropagation();
      $(".err", place)?.remove();
      button.disabled = true;
      try {
        await run(place);
      } catch (wrong) {
        const said = wrong.name === "NotAllowedError" ? "没有完成验证：已取消或超时，可以再试一次。"
          : wrong.name === "InvalidStateError" ? "这个设备或密钥已经登记过。" : wrong.message;
        place.append(make("p", { class: "err", role: "alert" }, said));
        button.disabled = false;
      }
    });
  }
}
