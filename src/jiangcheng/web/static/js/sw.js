// Service worker: pages of the door stay usable without network. Acts are never kept here, only pages that were read.
const STATIC = "jc-static-1";
const PAGES = "jc-pages-1";
const OFFLINE = "/offline/";
const SHELL = ["/static/css/tokens.css", "/static/css/components.css", "/static/img/icon.svg", "/static/img/person.svg", "/static/vendor/htmx/htmx.min.js",
  "/static/vendor/qrcode/qrcode.mjs", ...["app", "util", "drafts", "session", "keyboard", "sign", "upload", "code", "scan", "clock", "geo", "say", "outbox", "door", "record"].map((n) => `/static/js/${n}.js`), OFFLINE];
const SCANNER = ["/static/vendor/zxing/reader.js", "/static/vendor/zxing/zxing_reader.wasm"];
// The page that says whether a code is valid is not among them: validity is asked, never remembered.
const KEPT = /^\/(officer(\/|$)|v\/[^/]+\/(visit|notice|answer)(\/|$))/;
const WAIT = 4000;

self.addEventListener("install", (event) => {
  event.waitUntil((async () => {
    const cache = await caches.open(STATIC);
    await Promise.all(SHELL.map((path) => cache.add(new Request(path, { cache: "reload" })).catch(() => null)));
    Promise.all(SCANNER.map((path) => cache.add(path).catch(() => null)));
    await self.skipWaiting();
  })());
});

self.addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    for (const name of await caches.keys()) if (name.startsWith("jc-") && ![STATIC, PAGES].includes(name)) await caches.delete(name);
    await self.clients.claim();
  })());
});

async function store(request, answer) {
  const html = (answer.headers.get("Content-Type") || "").includes("text/html");
  if (answer.ok && html && !answer.redirected) await (await caches.open(PAGES)).put(new URL(request.url).pathname, answer.clone());
}

async function page(request) {
  const path = new URL(request.url).pathname;
  const known = await (await caches.open(PAGES)).match(path);
  const network = fetch(request).then(async (answer) => { await store(request, answer); return answer; });
  if (!known) return network.catch(async () => (await caches.match(OFFLINE)) || Response.error());
  // A weak signal is worse than none: after four seconds the kept page stands in.
  const late = new Promise((done) => { setTimeout(() => done(null), WAIT); });
  const found = await Promise.race([network.catch(() => null), late]);
  network.catch(() => null);
  return found || known;
}

async function file(request) {
  const cache = await caches.open(STATIC);
  const known = await cache.match(request, { ignoreSearch: true });
  const network = fetch(request).then((answer) => { if (answer.ok) cache.put(request, answer.clone()); return answer; });
  // Online the newest file wins, so that a page and its scripts are of one version.
  return network.catch(() => known || Response.error());
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (url.pathname.startsWith("/static/")) event.respondWith(file(request));
  else if (request.mode === "navigate") {
    if (KEPT.test(url.pathname)) event.respondWith(page(request));
    else event.respondWith(fetch(request).catch(async () => (await caches.match(OFFLINE)) || Response.error()));
  }
});

self.addEventListener("message", (event) => {
  if (event.data.forget) event.waitUntil(caches.delete(PAGES));
  if (event.data.keep) {
    event.waitUntil(Promise.all(event.data.keep.filter((path) => KEPT.test(path)).map(async (path) => {
      const request = new Request(path, { credentials: "same-origin", headers: { "X-Background": "1", Accept: "text/html" } });
      const answer = await fetch(request).catch(() => null);
      if (answer) await store(request, answer);
    })));
  }
});
