// Curves as SVG: cost against size, both logarithmic.
const width = 720, height = 400, left = 70, right = 210, top = 40, bottom = 50;
const colours = ['#4269d0', '#efb118', '#ff725c', '#3ca951', '#a463f2', '#6b4d38'];
const escape = (text) => text.replace(/[&<>]/g, (c) => ({'&': '&amp;', '<': '&lt;', '>': '&gt;'})[c]);
const short = (value) => value >= 1e6 ? `${value / 1e6}M` : value >= 1e3 ? `${value / 1e3}k` : String(Number(value.toPrecision(2)));

function decades(values) {
  const low = Math.floor(Math.log10(Math.min(...values))), high = Math.ceil(Math.log10(Math.max(...values)));
  return {low, high: Math.max(high, low + 1)};
}

/** One chart of curves `{curve, points: [[size, value]...]}`. */
export function chart(title, across, curves) {
  const x = decades(curves.flatMap(({points}) => points.map(([size]) => size)));
  const y = decades(curves.flatMap(({points}) => points.map(([, value]) => value)));
  const at = (size, value) => [
    left + (Math.log10(size) - x.low) / (x.high - x.low) * (width - left - right),
    height - bottom - (Math.log10(value) - y.low) / (y.high - y.low) * (height - top - bottom)].map((n) => n.toFixed(1));
  const out = [`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12">`,
    `<rect width="${width}" height="${height}" fill="#fff"/>`, `<text x="${left}" y="22" font-size="15">${escape(title)}</text>`];
  for (let power = x.low; power <= x.high; ++power) {
    const [px, py] = at(10 ** power, 10 ** y.low), [, end] = at(10 ** power, 10 ** y.high);
    out.push(`<line x1="${px}" y1="${py}" x2="${px}" y2="${end}" stroke="#ddd"/><text x="${px}" y="${height - bottom + 18}" text-anchor="middle">${short(10 ** power)}</text>`);
  }
  for (let power = y.low; power <= y.high; ++power) {
    const [px, py] = at(10 ** x.low, 10 ** power), [end] = at(10 ** x.high, 10 ** power);
    out.push(`<line x1="${px}" y1="${py}" x2="${end}" y2="${py}" stroke="#ddd"/><text x="${left - 8}" y="${Number(py) + 4}" text-anchor="end">${short(10 ** power)}</text>`);
  }
  out.push(`<text x="${(left + width - right) / 2}" y="${height - 10}" text-anchor="middle">${escape(across)}</text>`);
  curves.forEach(({curve, points}, i) => {
    const colour = colours[i % colours.length];
    out.push(`<polyline fill="none" stroke="${colour}" stroke-width="2" points="${points.map(([size, value]) => at(size, value).join(',')).join(' ')}"/>`);
    for (const [size, value] of points) {
      const [px, py] = at(size, value);
      out.push(`<circle cx="${px}" cy="${py}" r="3" fill="${colour}"/>`);
    }
    out.push(`<rect x="${width - right + 15}" y="${top + i * 20}" width="12" height="12" fill="${colour}"/><text x="${width - right + 33}" y="${top + i * 20 + 11}">${escape(curve)}</text>`);
  });
  out.push('</svg>');
  return out.join('\n') + '\n';
}

/** The same as a table in Markdown: a row each curve, its last value beside its first. */
export function markdown(across, curves) {
  const sizes = [...new Set(curves.flatMap(({points}) => points.map(([size]) => size)))].sort((a, b) => a - b);
  const number = (value) => value === undefined ? '' : value >= 100 ? value.toFixed(0) : value.toPrecision(3);
  return [`| ${across} | ${sizes.map((size) => size.toLocaleString('en')).join(' | ')} | last / first |`,
    `| --- |${' ---: |'.repeat(sizes.length + 1)}`,
    ...curves.map(({curve, points}) => {
      const of = new Map(points);
      return `| ${curve} | ${sizes.map((size) => number(of.get(size))).join(' | ')} | ${number(points.at(-1)[1] / points[0][1])} |`;
    })].join('\n');
}
