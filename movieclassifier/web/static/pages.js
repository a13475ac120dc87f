// What makes the pages pleasant. Everything works without it; nothing is stored here but whether single letters act.
"use strict";
(() => {
  const find = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  document.documentElement.classList.add("scripted");

  // Times in the reader's own zone.
  const local = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
  const showTimes = (root) => all("time[datetime]", root).forEach((time) => {
    const moment = new Date(time.dateTime);
    if (isNaN(moment)) return;
    time.title = time.textContent;
    time.textContent = local.format(moment);
  });

  // A bar runs from where it was to where it is.
  const bars = (root) => all(".balance .fill", root);
  const run = (before, root, slow) => {
    const [bar] = bars(root);
    if (!bar || !before) return;
    const goal = ["x", "width", "class"].map((name) => [name, bar.getAttribute(name)]);
    Object.entries(before).forEach(([name, value]) => bar.setAttribute(name, value));
    root.classList.toggle("slow", slow);
    bar.getBoundingClientRect();
    goal.forEach(([name, value]) => bar.setAttribute(name, value));
  };
  const placed = (root) => {
    const [bar] = bars(root);
    return bar && Object.fromEntries(["x", "width", "class"].map((name) => [name, bar.getAttribute(name)]));
  };

  // Put another answer in place of the one on this page.
  const put = (html, slow) => {
    const page = new DOMParser().parseFromString(html, "text/html");
    const fresh = find("#answer", page), old = find("#answer");
    if (!fresh || !old) return false;
    const before = placed(old), messages = find("#messages", page);
    const heading = find("h1", fresh);
    if (heading && all("h1").some((other) => !old.contains(other))) {
      const smaller = document.createElement("h2");
      [...heading.attributes].forEach((attribute) => smaller.setAttribute(attribute.name, attribute.value));
      smaller.replaceChildren(...heading.childNodes);
      heading.replaceWith(smaller);
    }
    old.replaceWith(document.adoptNode(fresh));
    if (messages) find("#messages").replaceChildren(...messages.childNodes);
    ready(fresh);
    run(before, fresh, slow);
    return true;
  };

  // Forms that bring another answer do so in place.
  const send = async (form, button) => {
    const fields = new FormData(form, button || undefined);
    const response = await fetch(form.action, { method: "POST", body: new URLSearchParams(fields) });
    const html = await response.text();
    const on = Boolean(find(".desk")) || location.pathname !== new URL(form.action).pathname;
    if (!response.ok || !on || !put(html, true)) {
      show(html);
      return;
    }
    cleared();
    if (response.redirected) history.pushState(null, "", response.url);
    document.title = new DOMParser().parseFromString(html, "text/html").title;
    find("#verdict")?.focus({ preventScroll: true });
    find("#verdict")?.scrollIntoView({ block: "nearest" });
  };
  // An answer: the form has no error any more.
  const cleared = () => {
    all(".errors, .error").forEach((element) => element.remove());
    all("[aria-invalid=true]").forEach((field) => {
      field.removeAttribute("aria-invalid");
      field.setAttribute("aria-describedby", `${field.id}-hint`);
    });
  };
  // A whole page that is no answer: an error, or the form again.
  const show = (html) => {
    const page = new DOMParser().parseFromString(html, "text/html");
    document.title = page.title;
    find("main").replaceWith(document.adoptNode(find("main", page)));
    ready(find("main"));
    (find("[role=alert] a") || find("main")).focus();
  };
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches("[data-swap]")) return;
    event.preventDefault();
    cancel();
    send(form, event.submitter).catch(() => form.submit());
  });
  addEventListener("popstate", () => location.reload());

  // The answer while somebody types.
  let timer, request, said;
  const cancel = () => { clearTimeout(timer); clearTimeout(said); request?.abort(); };
  const draft = async (form) => {
    request?.abort();
    request = new AbortController();
    const body = new URLSearchParams(new FormData(form));
    try {
      const response = await fetch(form.dataset.draft, { method: "POST", body, signal: request.signal });
      if (response.status !== 200 || !put(await response.text(), false)) return;
      clearTimeout(said);
      said = setTimeout(() => { find("#status").textContent = find("#verdict").textContent; }, 1200);
    } catch (error) { /* the next key asks again */ }
  };
  const soon = (form) => { cancel(); timer = setTimeout(draft, 160, form); };

  // A mark tells its weight.
  const tip = document.createElement("p");
  tip.id = "tip";
  tip.hidden = true;
  tip.setAttribute("role", "status");
  const tell = (mark) => {
    const side = mark.classList.contains("for") ? "for the answer" : "against it";
    tip.textContent = `${mark.dataset.value} log-odds, ${side}`;
    tip.hidden = false;
    const box = mark.getBoundingClientRect();
    tip.style.left = `${Math.max(8, Math.min(box.left + scrollX, innerWidth - 240))}px`;
    tip.style.top = `${box.bottom + scrollY + 6}px`;
  };
  document.addEventListener("click", (event) => {
    const mark = event.target.closest(".review mark");
    if (mark) tell(mark); else tip.hidden = true;
  });
  const walk = (event) => {
    const mark = event.target.closest?.(".review mark");
    if (!mark) return;
    const marks = all(".review mark", mark.closest(".review"));
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    const next = step && marks[marks.indexOf(mark) + step];
    if (next) {
      mark.tabIndex = -1;
      next.tabIndex = 0;
      next.focus();
      event.preventDefault();
    } else if (event.key === "Enter" || event.key === " ") {
      tell(mark);
      event.preventDefault();
    } else if (event.key === "Escape") {
      tip.hidden = true;
    }
  };

  // Keys.
  const dialog = find("#keys"), lettersOn = find("#keys-on");
  const letters = () => { try { return localStorage.getItem("letters") !== "off"; } catch { return true; } };
  const openKeys = () => { lettersOn.checked = letters(); dialog.showModal(); };
  find("#keys-open")?.addEventListener("click", openKeys);
  find("#keys-close").addEventListener("click", () => dialog.close());
  lettersOn.addEventListener("change", () => {
    try { localStorage.setItem("letters", lettersOn.checked ? "on" : "off"); } catch { /* not kept then */ }
  });
  const rows = () => all("tr[data-row]");
  const go = (step) => {
    const found = rows(), at = found.findIndex((row) => row.classList.contains("here"));
    const next = found[Math.max(0, Math.min(found.length - 1, at + step))];
    if (!next) return;
    found[at]?.classList.remove("here");
    next.classList.add("here");
    find("input[type=checkbox]", next).focus({ preventScroll: true });
    next.scrollIntoView({ block: "nearest" });
  };
  const decide = (decision) => {
    const here = rows().find((row) => row.classList.contains("here"));
    if (!here) return;
    const box = find("input[type=checkbox]", here);
    rows().forEach((row) => { find("input[type=checkbox]", row).checked = false; });
    box.checked = true;
    find(`button[name=decision][value=${decision}]`).click();
  };
  const acts = { j: () => go(1), k: () => go(-1), a: () => decide("approve"), r: () => decide("reject"), "?": openKeys };
  // With more than two labels, "i" leads to those that the answer is not.
  const others = () => find(".choices .pick:not([data-key]), .choices select");
  document.addEventListener("keydown", (event) => {
    walk(event);
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.form) {
      event.target.form.requestSubmit();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || dialog.open) return;
    if (event.target.matches("textarea, select, input:not([type=checkbox])") || !letters()) return;
    const button = find(`[data-key="${CSS.escape(event.key)}"]`);
    if (button) button.click();
    else if (event.key === "i" && others()) others().focus();
    else if (acts[event.key] && (event.key === "?" || rows().length)) acts[event.key]();
    else return;
    event.preventDefault();
  });

  // What every new piece of a page needs.
  const ready = (root) => {
    showTimes(root);
    all(".review mark", root).forEach((mark, place) => {
      mark.dataset.value = mark.title;
      mark.removeAttribute("title");
      mark.tabIndex = place ? -1 : 0;
      mark.setAttribute("role", "button");
    });
    all("[data-key]", root).forEach((element) => element.setAttribute("aria-keyshortcuts", element.dataset.key));
    all("[data-copy]", root).forEach((button) => button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(find("code", button.parentElement).textContent);
      button.textContent = "Copied";
    }));
    all("form[data-draft]", root).forEach((form) => {
      const field = find("textarea", form);
      field.addEventListener("input", () => soon(form));
      all("[data-text]", form).forEach((link) => link.addEventListener("click", (event) => {
        event.preventDefault();
        field.value = link.dataset.text;
        field.focus();
        draft(form);
      }));
      if (field.value.trim() && !find("[aria-invalid=true]", form)) draft(form);
    });
  };
  document.body.append(tip);
  ready(document);
})();
