// Draws the series of a table as a chart above it. The table stays for those who cannot see the chart.
"use strict";

function drawChart(holder) {
  const table = document.getElementById(holder.dataset.chart);
  if (!table || !window.uPlot) return;
  const style = getComputedStyle(document.documentElement);
  const colour = (name) => style.getPropertyValue(name).trim();
  const heads = [...table.tHead.rows[0].cells].map((cell) => cell.textContent.trim());
  const rows = [...table.tBodies[0].rows].map((row) => [...row.cells].map((cell) => Number(cell.dataset.value)));
  const columns = heads.map((_, index) => rows.map((row) => row[index]));
  const palette = ["--accent", "--info", "--warn", "--bad"];
  const axis = { stroke: colour("--muted"), grid: { stroke: colour("--line"), width: 1 }, ticks: { stroke: colour("--line"), width: 1 } };
  const size = () => ({ width: holder.clientWidth, height: 220 });
  const days = new Intl.DateTimeFormat(document.documentElement.lang, { day: "numeric", month: "short", timeZone: "UTC" });
  const bars = uPlot.paths.bars({ size: [0.6, 40] });
  const plot = new uPlot({
    ...size(),
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), "UTC"),
    scales: { y: { range: (_, low, high) => [0, Math.max(high, 4)] } },
    axes: [
      { ...axis, values: (_, ticks) => ticks.map((tick) => days.format(new Date(tick * 1000))) },
      { ...axis, size: 42, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000] },
    ],
    series: heads.map((label, index) => index === 0
      ? { label, value: (_, seconds) => seconds === null ? "" : days.format(new Date(seconds * 1000)) }
      : { label, stroke: colour(palette[index - 1]), fill: colour(palette[index - 1]), width: 1, paths: index === 1 ? bars : undefined, points: { show: false } }),
  }, columns, holder);
  new ResizeObserver(() => plot.setSize(size())).observe(holder);
}

for (const holder of document.querySelectorAll("[data-chart]")) drawChart(holder);
