// What the pages gain with a script: times as the reader wants them, charts, chosen rows, keys. All of it works without.
"use strict";
(() => {
  const root = document.documentElement;
  const units = [[60, "second"], [3600, "minute"], [86400, "hour"], [Infinity, "day"]];
  const relative = new Intl.RelativeTimeFormat(root.lang, { numeric: "auto", style: "short" });
  // Swedish writes dates as ISO 8601 does, which no reader takes for another day.
  const local = new Intl.DateTimeFormat("sv", { dateStyle: "short", timeStyle: "medium" });
  const exact = new Intl.DateTimeFormat("sv", { year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit", fractionalSecondDigits: 3 });
  const zone = root.dataset.times === "utc" ? { timeZone: "UTC" } : {};
  const clock = new Intl.DateTimeFormat(root.lang, { hour: "2-digit", minute: "2-digit", hourCycle: "h23", ...zone });

  function ago(seconds) {
    let size = 1;
    for (const [limit, unit] of units) {
      if (Math.abs(seconds) < limit) return relative.format(Math.round(seconds / size), unit);
      size = limit;
    }
    return "";
  }

  function showTimes() {
    const form = root.dataset.times;
    if (form === "utc") return;
    for (const time of document.querySelectorAll("time:not([data-own])")) {
      const at = new Date(time.dateTime);
      if (!time.title) time.title = time.textContent;
      const text = "exact" in time.dataset ? exact.format(at).replace(",", ".") : form === "local" ? local.format(at) : ago((at - Date.now()) / 1000);
      if (time.textContent !== text) time.textContent = text;
    }
  }

  function colour(name) { return getComputedStyle(root).getPropertyValue(name).trim(); }

  async function drawCharts() {
    const places = document.querySelectorAll(".chart");
    if (!places.length || !window.uPlot) return;
    const answer = await fetch(root.dataset.desk + "/now/rhythm");
    if (!answer.ok) return;
    const told = await answer.json();
    for (const place of places) {
      const span = told[place.dataset.span];
      const data = [span.at, span.count.map((count) => count || null), span.p50, span.p95];
      document.querySelector(`[data-pace="${place.dataset.span}"]`).textContent = span.said;
      if (place.chart) { place.chart.setData(data); continue; }
      const axis = { stroke: colour("--faint"), grid: { stroke: colour("--line"), width: 1 }, font: "12px Be Vietnam Pro" };
      place.chart = new window.uPlot({
        width: place.clientWidth, height: 140, legend: { show: false }, cursor: { y: false },
        scales: { seconds: { range: (_, low, high) => [0, Math.max(1, high)] }, y: { range: (_, low, high) => [0, Math.max(1, high)] } },
        series: [{}, { stroke: colour("--accent"), fill: colour("--accent-soft"), paths: window.uPlot.paths.bars({ size: [0.8] }), points: { show: false } },
          { scale: "seconds", stroke: colour("--text"), width: 1.5, points: { show: false } },
          { scale: "seconds", stroke: colour("--faint"), width: 1, dash: [4, 3], points: { show: false } }],
        axes: [{ ...axis, size: 28, space: 60, values: (_, ticks) => ticks.map((tick) => clock.format(tick * 1000)) }, { ...axis, size: 44 }, { ...axis, scale: "seconds", side: 1, size: 44, grid: { show: false }, values: (_, ticks) => ticks.map((tick) => tick + " s") }],
      }, data, place);
    }
  }

  function fitCharts() {
    for (const place of document.querySelectorAll(".chart")) place.chart?.setSize({ width: place.clientWidth, height: 140 });
  }

  // A tab in the background tells trouble by its title and its sign.
  function showSign() {
    const sign = document.querySelector("#sign"), icon = document.querySelector("link[rel=icon][data-calm]");
    if (!sign || !icon) return;
    const count = Number(sign.value), rest = document.title.replace(/^▲ \d+ · /, "");
    const title = count ? `▲ ${count} · ${rest}` : rest, href = count ? icon.dataset.trouble : icon.dataset.calm;
    if (document.title !== title) document.title = title;
    if (icon.getAttribute("href") !== href) icon.setAttribute("href", href);
  }

  function choose(event) {
    const button = event.target.closest("button[data-acts]");
    if (!button) return;
    const chosen = [...document.querySelectorAll("input[name=ref]:checked")].map((box) => box.value);
    button.form.elements.refs.value = chosen.join(" ");
    if (!chosen.length) event.preventDefault();
  }

  function keys(event) {
    if (event.target.closest("input, select, textarea") || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "/") { document.querySelector("#find")?.focus(); event.preventDefault(); }
    const row = document.activeElement.closest?.("tr");
    const step = { j: "nextElementSibling", k: "previousElementSibling" }[event.key];
    if (step) (row ? row[step] : document.querySelector(".rows tbody tr, .brief tbody tr"))?.querySelector("a")?.focus();
  }

  document.addEventListener("click", choose);
  window.addEventListener("resize", fitCharts);
  document.addEventListener("keydown", keys);
  document.addEventListener("htmx:afterSwap", giveFocus);
  function link(isLive) {
    root.dataset.live = isLive ? "yes" : "no";
    const lost = document.querySelector("#lost");
    if (lost) lost.hidden = isLive;
  }

  // At once, then at most twice a second, and once more after the last: htmx's own throttle drops the last.
  let resting = 0, isMore = false, isPressed = false, isLeaving = false, focused = null;
  function tell() {
    if (resting || isPressed) { isMore = true; return; }
    window.htmx.trigger(document.body, "changed");
    resting = setTimeout(() => { resting = 0; catchUp(); }, 500);
  }
  function catchUp() { if (isMore && !isPressed) { isMore = false; tell(); } }

  // Nothing moves under a pointer that is pressed, and the keyboard's place in the rows outlives their renewal.
  function press(event) { isPressed = event.type === "pointerdown"; if (!isPressed) setTimeout(catchUp); }
  function keepFocus(event) { focused = event.target.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null; }
  function giveFocus(event) {
    showSign();
    if (focused) event.target.querySelector(`a[href="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
    showTimes();
  }

  document.addEventListener("htmx:sseMessage", tell);
  for (const name of ["pointerdown", "pointerup", "pointercancel"]) document.addEventListener(name, press);
  document.addEventListener("htmx:beforeSwap", keepFocus);
  // What happened before the stream was open is in no message: look once.
  document.addEventListener("htmx:sseOpen", () => { link(true); tell(); });
  // The session is over: the page itself leads to the log in, and back. A second reload would cut the first one short.
  function leave(event) { if (event.detail.xhr.status === 401 && !isLeaving) { isLeaving = true; location.reload(); } }
  document.addEventListener("htmx:responseError", leave);
  document.addEventListener("htmx:sseError", () => link(false));
  document.addEventListener("DOMContentLoaded", () => {
    showTimes();
    drawCharts();
    setInterval(showTimes, 5000);
    setInterval(drawCharts, 60000);
    for (const select of document.querySelectorAll(".wishes select")) select.addEventListener("change", () => select.form.requestSubmit());
  });
})();
