// The delivery form without a line: what is sent is first kept on the device, then sent with its
// own key, so that it counts once however often the line breaks. Without this script the form is
// an ordinary one.
(() => {
  "use strict";
  const form = document.getElementById("delivery");
  const box = document.getElementById("outbox");
  if (!form || !box || !("indexedDB" in window)) return;
  const words = box.dataset;
  const account = form.dataset.account;
  const WRITTEN = `qilin-delivery-${account}`;
  const OWN = ["_csrf", "_once", "then"];

  // ---- the device's store -------------------------------------------------------------------
  const opened = new Promise((resolve, reject) => {
    const request = indexedDB.open("qilin", 1);
    request.onupgradeneeded = () => request.result.createObjectStore("outbox", { keyPath: "key" });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  const outbox = async (mode, ask) => {
    const transaction = (await opened).transaction("outbox", mode);
    const request = ask(transaction.objectStore("outbox"));
    return new Promise((resolve, reject) => {
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = () => reject(transaction.error);
    });
  };
  const find = (key) => outbox("readonly", (store) => store.get(key));
  const put = (item) => outbox("readwrite", (store) => store.put(item));
  const drop = (key) => outbox("readwrite", (store) => store.delete(key));
  const mine = async () => {
    const all = await outbox("readonly", (store) => store.getAll());
    return all.filter((item) => item.account === account).sort((a, b) => b.at - a.at);
  };

  // ---- a key that no other form bears (ULID) ------------------------------------------------
  const newKey = () => {
    const digits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let time = Date.now();
    let head = "";
    for (let n = 0; n < 10; n += 1) {
      head = digits[time % 32] + head;
      time = Math.floor(time / 32);
    }
    return head + Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => digits[byte % 32]).join("");
  };

  // ---- what was typed -----------------------------------------------------------------------
  const typed = () => [...new FormData(form)].filter(([name, value]) => !OWN.includes(name) && typeof value === "string");
  const fill = (fields) => {
    const values = new Map();
    for (const [name, value] of fields) values.set(name, [...(values.get(name) || []), value]);
    for (const field of form.elements) {
      if (!field.name || OWN.includes(field.name) || field.type === "file") continue;
      const of = values.get(field.name) || [];
      if (field.type === "checkbox" || field.type === "radio") field.checked = of.includes(field.value);
      else if (of.length) field.value = of[0];
      const filled = field.type === "checkbox" ? field.checked : field.type === "textarea" && field.value;
      for (let part = filled && field.closest("details"); part; part = part.parentElement.closest("details")) part.open = true;
    }
  };
  const write = (fields, sent) => sessionStorage.setItem(WRITTEN, JSON.stringify({ fields, sent }));
  const remember = () => write(typed(), false);
  // Names on the sign-in list leave the device with the form: the server keeps codes, and this nothing.
  const nameless = (fields) => fields.filter(([name]) => name !== "persons");
  const key = form.elements.client_key;
  const fresh = typed();
  const anew = () => {
    sessionStorage.removeItem(WRITTEN);
    fill(fresh);
    form.elements.photo.value = "";
    key.value = newKey();
  };
  const restore = () => {
    const refused = document.getElementById("problems");
    const kept = JSON.parse(sessionStorage.getItem(WRITTEN) || "null");
    const [visit] = performance.getEntriesByType("navigation");
    const back = visit && visit.type !== "navigate";
    if (kept && !refused && (back || !kept.sent)) {
      fill(kept.fields);
      say(words.restored, words.anew, () => { anew(); note.remove(); });
    }
    if (!key.value) key.value = newKey();
    if (refused) remember();
  };

  // ---- the list of what was sent and what was not -------------------------------------------
  const make = (tag, text, className) => {
    const element = document.createElement(tag);
    if (text) element.textContent = text;
    if (className) element.className = className;
    return element;
  };
  const button = (text, act) => {
    const made = make("button", text, "quiet");
    made.type = "button";
    made.addEventListener("click", act);
    return made;
  };
  const note = make("p", "", "notice");
  note.setAttribute("role", "status");
  const say = (text, action, act) => {
    note.replaceChildren(make("span", `${text} `));
    if (action) note.append(button(action, act));
    form.before(note);
  };
  const forget = async (item) => {
    await drop(item.key);
    await list();
  };
  const mend = (item) => {
    fill(item.fields);
    key.value = item.key;
    remember();
    form.scrollIntoView();
  };
  const line = (item) => {
    const row = make("li", "", `do${item.state === "refused" ? " late" : ""}`);
    const told = make("div");
    const when = new Date(item.at).toLocaleString(document.documentElement.lang);
    told.append(make("p", item.title || item.key));
    told.append(make("p", [words[item.state], when, item.why].filter(Boolean).join(" · "), "s"));
    told.append(make("p", `${words.receipt} ${item.receipt ? item.receipt.split("/").pop() : item.key}`, "s"));
    row.append(told);
    if (item.state === "sent") {
      const open = make("a", words.open, "btn quiet");
      open.href = item.receipt;
      row.append(open);
    } else row.append(button(words.mend, () => mend(item)));
    if (item.state !== "unsent") row.append(button(words.discard, () => forget(item)));
    return row;
  };
  const list = async () => {
    const items = await mine();
    box.hidden = items.length === 0;
    const todo = make("ul", "", "todos");
    todo.append(...items.map(line));
    box.replaceChildren(make("h2", words.heading), todo);
    if (items.some((item) => item.state !== "sent")) {
      todo.before(make("p", words.keep, "notice warn"));
      box.append(button(words.retry, () => send()));
    }
  };

  // ---- sending ------------------------------------------------------------------------------
  // Each kept form is posted with secrets that are fresh, by one page at a time.
  const secrets = async () => {
    const answer = await fetch("/desk/deliveries/new", { credentials: "same-origin", cache: "no-store" });
    if (answer.redirected || !answer.ok) return null;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const other = page.getElementById("delivery");
    return other && other.dataset.account === account ? other.elements : null;
  };
  const post = async (item) => {
    const fields = await secrets();
    if (!fields) return { ...item, why: words.signin };
    const body = new FormData();
    body.append("_csrf", fields._csrf.value);
    body.append("_once", fields._once.value);
    for (const [name, value] of item.fields) body.append(name, value);
    body.append("then", item.then);
    for (const file of item.files) body.append("photo", file.blob, file.name);
    const answer = await fetch("/desk/deliveries", { method: "POST", body, credentials: "same-origin" });
    const place = new URL(answer.url).pathname;
    if (answer.ok && answer.redirected && place.startsWith("/desk/deliveries/")) {
      return { ...item, state: "sent", why: "", receipt: place, fields: [], files: [] };
    }
    if (answer.status >= 500 || answer.ok) return { ...item, why: String(answer.status) };
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const wrong = page.querySelector("#problems ul") || page.querySelector("main");
    return { ...item, state: "refused", why: wrong ? wrong.textContent.trim().replace(/\s+/g, " ") : String(answer.status) };
  };
  const sendAll = async (only) => {
    for (const item of await mine()) {
      if (item.state !== "unsent" || (only && item.key !== only)) continue;
      try {
        await put(await post(item));
      } catch (offline) {
        break;
      }
    }
  };
  const send = async (only) => {
    if (navigator.locks) await navigator.locks.request("qilin-outbox", () => sendAll(only));
    else await sendAll(only);
    await list();
  };
  // The ordinary way: the server draws the form again with what must be mended beside each field.
  const plainly = async (submitter) => {
    const fields = await secrets().catch(() => null);
    if (fields) {
      form.elements._csrf.value = fields._csrf.value;
      form.elements._once.value = fields._once.value;
    }
    write(nameless(typed()), true);
    form.dataset.plain = "1";
    delete form.dataset.sent;
    form.requestSubmit(submitter || undefined);
  };

  let sending = false;
  form.addEventListener("submit", async (event) => {
    if (form.dataset.plain) return;
    event.preventDefault();
    delete form.dataset.sent;
    if (sending) return;
    sending = true;
    const before = await find(key.value).catch(() => null);
    let files = [...form.elements.photo.files].map((file) => ({ name: file.name, blob: file }));
    if (!files.length && before) files = before.files;
    const then = event.submitter ? event.submitter.value : "submit";
    const title = form.elements.title.value;
    const item = { key: key.value, account, fields: typed(), files, then, title, at: Date.now(), state: "unsent", why: "" };
    remember();
    try {
      await put(item);
      await send(item.key);
      const now = await find(item.key);
      if (now.state === "sent") {
        write(nameless(item.fields), true);
        location.assign(now.receipt);
        return;
      }
      if (now.state === "refused") {
        await drop(item.key);
        await plainly(event.submitter);
        return;
      }
      anew();
      say(words.saved);
      note.scrollIntoView();
    } catch (full) {
      await plainly(event.submitter);
    }
    sending = false;
  });

  form.addEventListener("input", remember);
  form.addEventListener("change", remember);
  window.addEventListener("online", () => send());
  window.addEventListener("pageshow", () => { sending = false; delete form.dataset.plain; });
  restore();
  list().then(() => send()).catch(() => {});
  if (navigator.storage && navigator.storage.persist) navigator.storage.persist().catch(() => {});
  if ("serviceWorker" in navigator) {
    navigator.serviceWorker.register("/desk/deliveries/worker.js").then(async () => {
      // this first visit was not seen by the worker: keep what the form needs now
      const files = [...document.querySelectorAll("link[rel=stylesheet],link[rel=icon],script[src]")];
      const kept = await caches.open("qilin-delivery-form-1");
      await kept.addAll(files.map((file) => file.href || file.src));
      const page = await fetch("/desk/deliveries/new", { credentials: "same-origin" });
      if (page.ok && !page.redirected) await kept.put("/desk/deliveries/new", page);
    }).catch(() => {});
  }
})();
