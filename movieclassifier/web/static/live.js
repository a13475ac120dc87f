// Tell when new articles have come, and show them when their reader wants them. Without this, the page is whole.
"use strict";
(() => {
  const notice = document.getElementById("new");
  const list = document.getElementById("items");
  if (!notice || !list) return;
  const button = notice.querySelector("button");
  let since = notice.dataset.since;
  let tag = null;
  let waiting = null;

  const look = async () => {
    if (document.hidden) return;
    const headers = tag ? { "If-None-Match": tag } : {};
    const url = notice.dataset.items + "&since=" + since;
    const answer = await fetch(url, { headers, cache: "no-store", credentials: "same-origin" }).catch(() => null);
    if (!answer || answer.status !== 200) return;
    tag = answer.headers.get("ETag");
    const n = Number(answer.headers.get("X-New-Items"));
    if (!n) return;
    waiting = { rows: await answer.text(), last: answer.headers.get("X-Last-Item") };
    button.textContent = "Show " + n + " new " + (n === 1 ? "article" : "articles");
    notice.hidden = false;
  };

  button.addEventListener("click", () => {
    if (!waiting) return;
    const parsed = new DOMParser().parseFromString("<ol>" + waiting.rows + "</ol>", "text/html");
    const rows = [...parsed.querySelectorAll("li")];
    list.prepend(...rows);
    since = waiting.last;
    waiting = tag = null;
    notice.hidden = true;
    const first = rows[0] && rows[0].querySelector("a");
    if (first) first.focus();
  });

  setInterval(look, Number(notice.dataset.every || 30) * 1000);
})();
