// Enhancement only: without this file every page still works.
"use strict";
(() => {
  document.documentElement.classList.add("scripted");
  const errors = document.getElementById("errors");
  if (errors) errors.focus();
  // A page that the browser kept while we were away may be older than what is saved; but what was
  // typed on it and could not be saved is nowhere else.
  let unkept = () => false;
  addEventListener("pageshow", (event) => {
    if (event.persisted && !unkept() && !unsent()) location.reload();
  });

  // A page does not stay on the screen when its session is over, but for what was typed and not
  // sent. With HEAD it asks: another page may have used the session, and asking is no use of it.
  let typed = false;
  document.addEventListener("input", () => { typed = true; });
  const { left, ask } = document.body.dataset;
  if (left) {
    let end = Date.now() + left * 1000;
    setInterval(async () => {
      if (Date.now() < end || typed) return;
      end = Date.now() + 300000;
      const answer = await fetch(ask, { method: "HEAD", redirect: "manual" }).catch(() => ({}));
      if (!answer.ok) location.replace(location.pathname + location.search);
    }, 10000);
  }

  for (const form of document.querySelectorAll("form")) {
    // A double click sends once.
    form.addEventListener("submit", (event) => {
      setTimeout(() => {
        if (event.defaultPrevented) return;
        // Also the buttons that stand outside the form.
        const buttons = [...form.elements].filter((element) => element.type === "submit");
        for (const button of buttons) button.disabled = true;
        setTimeout(() => {
          for (const button of buttons) button.disabled = false;
        }, 4000);
      });
    });
  }

  // A page that is sent to a server that does not answer is gone, and what was typed on it with it:
  // a small file is asked for first. What the browser thinks of its connection says nothing here,
  // for the tool on somebody's own computer answers without any network.
  const { src } = document.currentScript;
  const answers = () => fetch(src, {
    method: "HEAD", cache: "no-store", signal: AbortSignal.timeout?.(10000),
  }).then((answer) => answer.status < 500, () => false);
  const ours = "form[method=post]:not([data-autosave], [data-at-once])";
  let asking = false, through = null, gone = null, told = null, next = 0;
  const tell = (word) => {
    told?.remove();
    told = document.createElement("p");
    told.className = `connection ${word}`;
    told.setAttribute("role", "alert");
    told.textContent = document.body.dataset[word];
    document.getElementById("main").append(told);
  };
  const watch = () => {
    clearTimeout(next);
    next = setTimeout(async () => {
      if (!await answers()) { watch(); return; }
      clearTimeout(next);
      tell("online");
    }, 5000);
  };
  document.addEventListener("submit", async (event) => {
    const { target: form, submitter } = event;
    if (event.defaultPrevented || !form.matches(ours)) return;
    if (form === through) { gone = form; return; }
    event.preventDefault();
    // Pressed again before the answer is there: one of them counts.
    if (asking) return;
    asking = true;
    const there = await answers();
    asking = false;
    if (!there) { tell("offline"); watch(); return; }
    through = form;
    form.requestSubmit(submitter);
    through = null;
  });

  // Whoever leaves text that was not sent is asked first; a password, a code or a file is no text.
  const apart = "[type=password], [type=file], [autocomplete=one-time-code]";
  const unsent = () => [...document.querySelectorAll(ours)].some((form) =>
    form !== gone && !form.querySelector(apart) && [...form.elements].some((field) =>
      field.matches("textarea, input:not([type=checkbox], [type=radio])")
        && field.value !== field.defaultValue));
  document.addEventListener("input", (event) => { if (event.target.form === gone) gone = null; });
  addEventListener("beforeunload", (event) => {
    if (!unsent()) return;
    event.preventDefault();
    // Who stays after all did not send it either.
    gone = null;
  });

  // Signed out here: on to where one signs out as well. In the place of this page, so that "back"
  // does not lead there again.
  document.querySelector("form[data-at-once]")?.requestSubmit();
  const onwards = document.querySelector("a[data-at-once]");
  if (onwards) location.replace(onwards.dataset.atOnce);

  // What follows "#" in a link that opens an account reaches no server by itself: it goes into the
  // form, out of the address, and on. What else follows "#" is a place on this page.
  const opener = document.querySelector("form[data-from-address]");
  if (opener) {
    const open = () => {
      const behind = location.hash.slice(1);
      const [, code] = behind.match(/^([\w-]{43})(?![\w-])/) || [];
      opener.querySelector("[data-incomplete]").hidden =
        Boolean(code) || !behind || Boolean(document.getElementById(behind));
      if (!code) return;
      history.replaceState(null, "", location.pathname + location.search);
      opener.elements[opener.dataset.fromAddress].value = code;
      opener.requestSubmit();
    };
    open();
    addEventListener("hashchange", open);
  }

  // A link that is handed over is copied whole.
  for (const button of document.querySelectorAll("[data-copy]")) {
    const field = document.getElementById(button.dataset.copy);
    field.addEventListener("focus", () => field.select());
    button.hidden = !navigator.clipboard;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(field.value);
      button.parentElement.querySelector("[role=status]").textContent = button.dataset.copied;
    });
  }

  // What is left of an item's time counts down; it is told aloud at a few moments only.
  const clock = document.querySelector("[data-seconds]");
  if (clock) {
    const { seconds, ...say } = clock.dataset;
    const end = Date.now() + seconds * 1000;
    const counted = clock.querySelector(".counted");
    const aloud = document.getElementById("time-told");
    clock.querySelector(".at").remove();
    let before = Infinity;
    const count = () => {
      const left = Math.ceil((end - Date.now()) / 60000);
      const words = left > 0 ? (left === 1 ? say.leftOne : say.left)
        : left > -1 ? say.now : left === -1 ? say.overOne : say.over;
      counted.textContent = words.replace("#", Math.abs(left));
      clock.classList.toggle("over", end < Date.now());
      if (left < before && before !== Infinity && [5, 1, 0].includes(left)) {
        aloud.textContent = counted.textContent;
      }
      before = left;
    };
    count();
    setInterval(count, 5000);
  }

  const form = document.querySelector("form[data-autosave]");
  if (!form) return;
  const status = document.getElementById("saved");
  const announced = document.getElementById("announced");
  const words = form.dataset;

  // An exclusive answer takes the others away, and the other way round.
  for (const group of form.querySelectorAll("[data-exclusive]")) {
    const exclusive = new Set(group.dataset.exclusive.split(" "));
    group.addEventListener("change", (event) => {
      const box = event.target;
      if (box.type !== "checkbox" || !box.checked) return;
      for (const other of group.querySelectorAll("input[type=checkbox]")) {
        if (other !== box && (exclusive.has(box.value) || exclusive.has(other.value))) {
          other.checked = false;
        }
      }
    });
  }

  // Text at "other" means that "other" is chosen.
  for (const text of form.querySelectorAll('input[name^="other:"]')) {
    text.addEventListener("input", () => {
      const box = document.getElementById(`${text.name.slice(6)}-other`);
      if (text.value && box && !box.checked) {
        box.checked = true;
        box.dispatchEvent(new Event("change", { bubbles: true }));
      }
    });
  }

  // Questions that depend on an answer on this page come and go with it.
  const chosen = (name) =>
    [...form.querySelectorAll("input:checked")].filter((i) => i.name === name).map((i) => i.value);
  const holds = (clauses) => clauses.split(";").filter(Boolean).every((clause) => {
    const [question, any, none] = clause.split("|");
    if (![...form.elements].some((e) => e.name === question)) return true;
    const values = chosen(question);
    if (!values.length || values.includes("dont_know")) return false;
    if (any && !any.split(",").some((code) => values.includes(code))) return false;
    return !(none && none.split(",").some((code) => values.includes(code)));
  });
  const conditional = [...form.querySelectorAll("[data-clauses]")];
  const reveal = (announce) => {
    let appeared = false;
    if (announce) announced.textContent = "";
    for (const question of conditional) {
      const show = holds(question.dataset.clauses);
      if (show && question.hidden) appeared = true;
      question.hidden = !show;
    }
    if (announce && appeared) announced.textContent = words.appeared;
  };
  const say = (sentence, bad = false) => {
    // The same words again would be read aloud again.
    if (status.textContent !== sentence) status.textContent = sentence;
    status.classList.toggle("bad", bad);
  };
  reveal(false);

  // Save as one types; what could not be saved stays here and is tried again.
  const pause = 1500;
  let timer = 0, wait = pause, busy = false, dirty = false, leaving = false, warned = false;
  // How the last save went, where it did not go well: "failed" where no answer was kept or looked
  // at, "refused" where what was typed is the reason.
  let trouble = "", outside = false, held = false, sure = false;
  unkept = () => dirty && trouble === "failed";
  const send = (more) => fetch(form.action, {
    method: "POST", body: new FormData(form), headers: { Accept: "application/json" }, ...more,
  });
  // Whoever signed in again has another token: the one on this page no longer counts.
  async function renew() {
    const answer = await fetch(form.action);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.querySelector("form[data-autosave] [name=csrf_token]");
    if (fresh) form.elements.csrf_token.value = fresh.value;
    return Boolean(fresh);
  }
  async function sent() {
    // A connection that was lost without a word must not keep the page waiting.
    const answer = await send({ signal: AbortSignal.timeout?.(30000) });
    return answer.status === 400 && await renew() ? send() : answer;
  }
  const askToSignIn = () => {
    say(words.signedOut, true);
    const link = document.createElement("a");
    link.href = words.signIn;
    link.target = "_blank";
    link.textContent = words.signInLink;
    status.append(" ", link);
  };
  // Which questions hold something that is not saved yet, and those of which it is under way.
  let waiting = new Set(), underway = new Set();
  const mark = () => {
    for (const question of form.querySelectorAll(".question")) {
      const shown = question.querySelector(":scope > .unkept");
      const due = trouble && (waiting.has(question) || underway.has(question));
      if (shown && !due) shown.remove();
      if (shown || !due) continue;
      const said = document.createElement("p");
      said.className = "unkept";
      said.textContent = words.unkept;
      question.append(said);
    }
  };
  const failed = (kind) => {
    dirty = true;
    trouble = kind;
    for (const question of underway) waiting.add(question);
    underway = new Set();
    mark();
  };
  const later = (delay) => { clearTimeout(timer); timer = setTimeout(save, delay); };
  async function save() {
    if (leaving) return;
    if (busy) { later(300); return; }
    clearTimeout(timer);
    busy = true;
    dirty = false;
    [underway, waiting] = [waiting, new Set()];
    say(words.saving);
    try {
      const answer = await sent();
      const body = await answer.json();
      outside = answer.status === 401;
      if (answer.ok) {
        form.elements.version.value = body.version;
        form.elements.base.value = body.base;
        const shown = form.elements["still-shown"];
        if (shown) shown.value = body.still;
        // An answer that was changed is no longer the carried one.
        for (const box of form.querySelectorAll("[data-still]")) {
          box.hidden = !body.carried.includes(box.dataset.still);
        }
        say(body.saved);
        for (const box of form.querySelectorAll('[id^="warning-"]')) {
          const warning = body.warnings[box.id.slice(8)] || "";
          if (box.textContent === warning) continue;
          box.textContent = "";
          if (warning) box.appendChild(document.createElement("p")).textContent = warning;
        }
        wait = pause;
        typed = dirty;
        trouble = "";
        underway = new Set();
        mark();
        if (dirty) later(300);
      } else {
        failed(outside || answer.status >= 500 ? "failed" : "refused");
        if (outside) askToSignIn();
        else say(body.errors ? words.refused : body.conflict || body.failed, true);
        if (answer.status >= 500) tryAgain();
      }
    } catch {
      failed("failed");
      say(words.offline, true);
      tryAgain();
    }
    busy = false;
  }
  const tryAgain = () => { wait = Math.min(wait * 2, 30000); later(wait); };
  const changed = (event, delay) => {
    dirty = true;
    warned = leaving = false;
    const question = event.target.closest(".question");
    if (question) waiting.add(question);
    mark();
    later(delay);
  };
  const whenFree = (act) => {
    const timer = setInterval(() => { if (!busy) { clearInterval(timer); act(); } }, 50);
  };
  form.addEventListener("input", (event) => { say(words.unsaved); changed(event, pause); });
  form.addEventListener("change", (event) => { reveal(true); changed(event, 600); });

  // A link leaves the page once what was typed is saved; a second click leaves it anyway.
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href]");
    const elsewhere = event.ctrlKey || event.metaKey || event.shiftKey || event.altKey;
    if (!link || link.target || elsewhere || link.getAttribute("href").startsWith("#")) return;
    if (warned || !(dirty || busy)) return;
    event.preventDefault();
    whenFree(async () => {
      if (dirty) await save();
      if (dirty) warned = true; else location.assign(link.href);
    });
  });
  // Back from signing in elsewhere.
  addEventListener("focus", () => { if (outside && dirty) save(); });
  // A window that closes has no time to wait.
  addEventListener("pagehide", () => { if (dirty && !leaving) send({ keepalive: true }); });

  // Where it cannot be saved, the browser asks first whether it may go.
  addEventListener("beforeunload", (event) => {
    if (!dirty || leaving) return;
    if (unkept() || !navigator.onLine || (trouble && !warned)) event.preventDefault();
  });

  // A page that is sent to a server that does not answer is gone: what was typed is saved first.
  // While a save is under way its answer brings what the next one starts from.
  form.addEventListener("submit", (event) => {
    clearTimeout(timer);
    const button = event.submitter;
    if (sure || !(busy || dirty)) { leaving = true; return; }
    event.preventDefault();
    if (held) return;
    held = true;
    whenFree(async () => {
      if (dirty) await save();
      held = false;
      if (trouble === "failed") return;
      sure = true;
      form.requestSubmit(button);
      sure = false;
    });
  });
})();
