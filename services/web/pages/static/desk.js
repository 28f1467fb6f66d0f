// What the pages gain with a script: times as the reader wants them, charts, chosen rows, keys. All of it works without.
"use strict";
(() => {
  const root = document.documentElement;
  const units = [[60, "second"], [3600, "minute"], [86400, "hour"], [Infinity, "day"]];
  const relative = new Intl.RelativeTimeFormat(root.lang, { numeric: "auto", style: "short" });
  const local = new Intl.DateTimeFormat(root.lang, { dateStyle: "short", timeStyle: "medium" });

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
    for (const time of document.querySelectorAll("time")) {
      const at = new Date(time.dateTime);
      if (!time.title) time.title = time.textContent;
      const text = form === "local" ? local.format(at) : ago((at - Date.now()) / 1000);
      if (time.textContent !== text) time.textContent = text;
    }
  }

  function colour(name) { return getComputedStyle(root).getPropertyValue(name).trim(); }

  async function drawCharts() {
    const places = document.querySelectorAll(".chart");
    if (!places.length || !window.uPlot) return;
    const answer = await fetch("/now/rhythm");
    if (!answer.ok) return;
    const told = await answer.json();
    for (const place of places) {
      const span = told[place.dataset.span];
      const data = [span.at, span.count, span.p50, span.p95];
      if (place.chart) { place.chart.setData(data); continue; }
      const axis = { stroke: colour("--faint"), grid: { stroke: colour("--line"), width: 1 }, font: "12px Be Vietnam Pro" };
      place.chart = new window.uPlot({
        width: place.clientWidth, height: 150, legend: { show: false }, cursor: { y: false },
        scales: { seconds: { range: (_, low, high) => [0, Math.max(1, high)] }, y: { range: (_, low, high) => [0, Math.max(1, high)] } },
        series: [{}, { stroke: colour("--accent"), fill: colour("--accent-soft"), paths: window.uPlot.paths.bars({ size: [0.8] }), points: { show: false } },
          { scale: "seconds", stroke: colour("--text"), width: 1.5, points: { show: false } },
          { scale: "seconds", stroke: colour("--faint"), width: 1, dash: [4, 3], points: { show: false } }],
        axes: [axis, { ...axis, size: 44 }, { ...axis, scale: "seconds", side: 1, size: 44, grid: { show: false }, values: (_, ticks) => ticks.map((tick) => tick + " s") }],
      }, data, place);
    }
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
    if (step) (row ? row[step] : document.querySelector("tbody tr"))?.querySelector("a")?.focus();
  }

  document.addEventListener("click", choose);
  document.addEventListener("keydown", keys);
  document.addEventListener("htmx:afterSwap", showTimes);
  document.addEventListener("htmx:sseMessage", () => { root.dataset.live = "yes"; });
  document.addEventListener("DOMContentLoaded", () => {
    showTimes();
    drawCharts();
    setInterval(showTimes, 5000);
    setInterval(drawCharts, 60000);
    for (const select of document.querySelectorAll(".wishes select")) select.addEventListener("change", () => select.form.requestSubmit());
  });
})();
