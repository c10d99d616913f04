// The list at the door without a line: what is pressed is first kept on the phone with its time, then sent.
// The same note sent twice is one. Without this script the page is an ordinary form.
(() => {
  "use strict";
  const worker = "/desk/orders/worker.js";
  // an order that is looked at while there is a line: its list opens later without one
  const keep = async (path) => {
    if (!("serviceWorker" in navigator)) return;
    await navigator.serviceWorker.register(worker);
    const kept = await caches.open("qilin-door-1");
    const files = [...document.querySelectorAll("link[rel=stylesheet],link[rel=icon],script[src]")];
    await kept.addAll(files.map((file) => file.href || file.src));
    const page = await fetch(path, { credentials: "same-origin" });
    if (page.ok && !page.redirected) await kept.put(path, page);
  };
  const link = document.querySelector("a[data-door]");
  if (link) keep(link.getAttribute("href")).catch(() => {});

  const form = document.getElementById("door");
  const note = document.getElementById("door-note");
  if (!form || !note) return;
  const path = new URL(form.action).pathname;
  const words = note.dataset;
  const store = `qilin-door-${form.dataset.account}`;
  const all = () => JSON.parse(localStorage.getItem(store) || "[]");
  const save = (items) => localStorage.setItem(store, JSON.stringify(items));
  const mine = () => all().filter((item) => item.path === path);
  const change = (item) => save(all().map((one) => (one.id === item.id ? item : one)));
  const drop = (item) => save(all().filter((one) => one.id !== item.id));
  keep(path).catch(() => {});

  const make = (tag, text, className) => {
    const element = document.createElement(tag);
    element.textContent = text;
    if (className) element.className = className;
    return element;
  };
  const button = (text, act) => {
    const made = make("button", text, "quiet");
    made.type = "button";
    made.addEventListener("click", act);
    return made;
  };
  const show = () => {
    const items = mine();
    note.hidden = items.length === 0;
    const list = make("ul", "");
    for (const item of items) {
      const row = make("li", `${item.at} ${words[item.what]} ${item.names} ${item.why || ""}`);
      if (item.refused) row.append(" ", button(words.discard, () => { drop(item); show(); }));
      list.append(row);
    }
    const heads = { refused: items.some((item) => item.refused), signin: items.some((item) => item.signin) };
    const head = heads.refused ? words.refused : heads.signin ? words.signin : words.kept;
    note.replaceChildren(make("p", head), list);
    note.classList.toggle("warn", heads.refused || heads.signin);
    if (!heads.refused) note.append(button(words.retry, () => send()));
  };

  // The day and the minute in China, whatever zone the phone is set to.
  const moment = () => new Date(Date.now() + 8 * 3600 * 1000).toISOString();
  const parsed = async (answer) => new DOMParser().parseFromString(await answer.text(), "text/html");
  const post = async (item) => {
    const asked = await fetch(path, { credentials: "same-origin", cache: "no-store" });
    const page = await parsed(asked);
    const fresh = page.getElementById("door");
    if (asked.redirected || !asked.ok || (fresh && fresh.dataset.account !== form.dataset.account)) return { signin: true };
    const secrets = (fresh || form).elements;
    const body = new URLSearchParams({ _csrf: secrets._csrf.value, _once: secrets._once.value });
    for (const person of item.persons) body.append("person", person);
    for (const name of ["what", "on", "at", "code"]) body.append(name, item[name]);
    const answer = await fetch(path, { method: "POST", body, credentials: "same-origin" });
    if (answer.status >= 500) throw new Error(String(answer.status));
    const drawn = await parsed(answer);
    if (answer.ok) {
      for (const part of [".door", ".told"]) {
        const now = drawn.querySelector(`#door ${part}`);
        if (now) form.querySelector(part).replaceWith(now);
      }
      return { sent: true };
    }
    const wrong = drawn.querySelector("#problems ul") || drawn.querySelector("main");
    return { refused: true, why: wrong ? wrong.textContent.trim().replace(/\s+/g, " ") : String(answer.status) };
  };
  const sendAll = async () => {
    for (const item of mine()) {
      if (item.refused) continue;
      try {
        const done = await post(item);
        if (done.sent) drop(item);
        else change({ ...item, ...done });
        if (done.signin) break;
      } catch (offline) {
        break;
      }
    }
  };
  const send = async () => {
    if (navigator.locks) await navigator.locks.request("qilin-door", sendAll);
    else await sendAll();
    show();
  };

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    delete form.dataset.sent;
    const ticked = [...form.querySelectorAll("[name=person]:checked")];
    const now = moment();
    const code = form.elements.code ? form.elements.code.value : "";
    const item = {
      id: `${now}-${Math.random()}`, path, code,
      what: event.submitter ? event.submitter.value : "came",
      on: now.slice(0, 10), at: now.slice(11, 16),
      persons: ticked.map((box) => box.value),
      names: ticked.map((box) => box.parentElement.querySelector("b").textContent).join("、"),
    };
    if (!ticked.length) {
      note.hidden = false;
      note.replaceChildren(make("p", words.nobody));
      return;
    }
    if (form.elements.code) form.elements.code.value = "";
    save([...all(), item]);
    show();
    send();
  });
  window.addEventListener("online", () => send());
  if (mine().length) {
    show();
    send();
  }
})();
