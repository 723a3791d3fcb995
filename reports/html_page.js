/* The charts of a report, and its flame graphs. Nothing here comes from a scenario: data is read from the page's JSON block
   and put on the page as text only. */
(function () {
  'use strict';

  const data = JSON.parse(document.getElementById('data').textContent);
  const phases = data.phases || [];
  const faults = data.faults || [];
  const until = data.until_s || 0;
  const step = data.step_s || 1;
  const dark = window.matchMedia('(prefers-color-scheme: dark)');
  const paper = window.matchMedia('print');
  const charts = [];
  const presets = [];
  let busy = false;

  /* ---- numbers as simex prints them ---- */

  function seconds(v) {
    const size = Math.abs(v);
    if (size >= 100) return v.toFixed(1) + ' s';
    if (size >= 10) return v.toFixed(2) + ' s';
    if (size >= 1e-3 || v === 0) return (v * 1e3).toFixed(1) + ' ms';
    return (v * 1e6).toFixed(1) + ' us';
  }

  function bytes(v) {
    const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
    let unit = 0;
    for (; Math.abs(v) >= 1024 && unit + 1 < units.length; unit++) v /= 1024;
    return v.toFixed(unit === 0 ? 0 : 1) + ' ' + units[unit];
  }

  function shown(unit, v) {
    if (v === null || v === undefined || Number.isNaN(v)) return 'no data';
    if (unit === 's') return seconds(v);
    if (unit === '1') return (v * 100).toFixed(2) + ' %';
    if (unit === '/s') return v.toFixed(2) + '/s';
    if (unit === 'bytes') return bytes(v);
    return (Number.isInteger(v) ? String(v) : v.toFixed(2)) + ' ' + unit;
  }

  /* Few digits, for an axis. */
  function tick(unit, v) {
    const few = function (x) { return String(Number(x.toPrecision(4))); };
    if (unit === 's') return Math.abs(v) >= 1 || v === 0 ? few(v) + ' s' : few(v * 1e3) + ' ms';
    if (unit === '1') return few(v * 100) + ' %';
    if (unit === '/s') return few(v) + '/s';
    if (unit === 'bytes') return bytes(v);
    return few(v);
  }

  /* ---- drawing ---- */

  /* Its legend sets styles and HTML from texts; ours are the read-outs. */
  Dygraph.PLUGINS = Dygraph.PLUGINS.filter(function (plugin) {
    return plugin.prototype.toString() !== 'Legend Plugin';
  });

  const name_height = 18;
  const fault_height = 15;
  const fault_rows = Math.min(faults.length, 3);

  function palette() {
    const night = dark.matches && !paper.matches;
    return {
      ink: night ? '#e6e9ed' : '#1b1f24',
      soft: night ? '#a8b1bb' : '#4d5661',
      grid: night ? '#3a424b' : '#d9dde2',
      band: night ? 'rgba(255,255,255,0.05)' : 'rgba(20,40,70,0.05)',
      fault: night ? 'rgba(255,154,146,0.55)' : 'rgba(163,21,21,0.40)',
      lines: night ? ['#7fb6ec', '#f0935c', '#74d18d', '#d9a6f5', '#e8d36a', '#ff9a92']
        : ['#1f5f9f', '#b8460e', '#14632b', '#7a2aa0', '#7d6400', '#a31515']
    };
  }

  /* Lines are told apart by dashes as well as by colour. */
  const dashes = [null, [7, 4], [2, 3], [10, 3, 2, 3], [5, 2], [1, 2]];

  function hatch(context, x, width, area, colour) {
    context.save();
    context.beginPath();
    context.rect(x, area.y, width, area.h);
    context.clip();
    context.strokeStyle = colour;
    context.lineWidth = 1;
    context.beginPath();
    for (let at = x - area.h; at < x + width; at += 9) {
      context.moveTo(at, area.y + area.h);
      context.lineTo(at + area.h, area.y);
    }
    context.stroke();
    context.restore();
  }

  /* Phases as bands with their names above, faults hatched with theirs below the top. */
  function underlay(context, area, chart) {
    const colours = palette();
    context.save();
    context.font = '11px sans-serif';
    context.textBaseline = 'top';
    phases.forEach(function (phase, i) {
      const x = Math.max(chart.toDomXCoord(phase.from), area.x);
      const end = Math.min(chart.toDomXCoord(phase.to), area.x + area.w);
      if (end <= x) return;
      context.fillStyle = colours.band;
      if (i % 2 === 0) context.fillRect(x, area.y, end - x, area.h);
      context.strokeStyle = colours.grid;
      context.strokeRect(x, area.y, end - x, area.h);
      context.fillStyle = colours.soft;
      if (end - x > 24) context.fillText(phase.name, x + 3, area.y + 2, end - x - 4);
    });
    faults.forEach(function (fault, i) {
      const last = fault.to === null ? until : fault.to;
      const x = Math.max(chart.toDomXCoord(fault.from), area.x);
      const end = Math.min(chart.toDomXCoord(last), area.x + area.w);
      const strip = { y: area.y + name_height - 2 + fault_height * (i % 3), h: fault_height - 2 };
      if (end < x || x > area.x + area.w) return;
      hatch(context, x, Math.max(end - x, 2), strip, colours.fault);
      context.fillStyle = colours.ink;
      if (end - x > 24) context.fillText(fault.name, x + 3, strip.y + 1, end - x - 4);
    });
    context.restore();
  }

  function rows_of(chart) {
    const rows = [];
    const length = Math.max.apply(null, chart.lines.map(function (line) { return line.values.length; }));
    for (let i = 0; i < length; i++) {
      rows.push([(i + 0.5) * step].concat(chart.lines.map(function (line) {
        return i < line.values.length ? line.values[i] : null;
      })));
    }
    return rows;
  }

  /* Zero and the greatest value of the rows between, with room above for the names of phases and faults. */
  function range_of(entry, from, to) {
    const plot = entry.height - 24;
    const room = phases.length + faults.length > 0 ? name_height + fault_height * fault_rows : 6;
    let low = 0;
    let high = 0;
    entry.rows.forEach(function (row) {
      if (row[0] < from - step || row[0] > to + step) return;
      row.slice(1).forEach(function (v) {
        if (v !== null && v < low) low = v;
        if (v !== null && v > high) high = v;
      });
    });
    if (high === low) high = low + 1;
    return [low, low + (high - low) / (1 - Math.min(room / plot, 0.6))];
  }

  function style(chart) {
    const colours = palette();
    const series = {};
    chart.lines.forEach(function (line, i) {
      series['y' + i] = { color: colours.lines[i % 6], strokePattern: dashes[i % 6] };
    });
    return { series: series, gridLineColor: colours.grid, axisLineColor: colours.grid };
  }

  /* ---- one cursor and one stretch of time for all ---- */

  function read_out(entry, row) {
    const from = row * step;
    const values = entry.chart.lines.map(function (line) {
      const text = shown(entry.chart.unit, line.values[row]);
      return entry.chart.lines.length > 1 ? line.name + ' ' + text : text;
    });
    entry.readout.textContent = Number(from.toPrecision(9)) + ' s: ' + values.join(', ');
  }

  function show_row(row) {
    charts.forEach(function (entry) {
      if (row < 0 || row >= entry.rows.length) return;
      entry.row = row;
      entry.graph.setSelection(row);
      read_out(entry, row);
    });
  }

  function show_window(from, to) {
    if (busy) return;
    busy = true;
    charts.forEach(function (entry) {
      entry.graph.updateOptions({ dateWindow: [from, to], valueRange: range_of(entry, from, to) });
    });
    busy = false;
    presets.forEach(function (preset) {
      preset.button.setAttribute('aria-pressed', String(preset.from === from && preset.to === to));
    });
  }

  function zoom(entry, by) {
    const range = entry.graph.xAxisRange();
    const middle = entry.row === undefined ? (range[0] + range[1]) / 2 : entry.rows[entry.row][0];
    const half = Math.max((range[1] - range[0]) / 2 * by, 2 * step);
    const from = Math.max(0, middle - half);
    show_window(from, Math.min(until, from + 2 * half));
  }

  function on_key(entry, event) {
    const far = event.shiftKey ? 10 : 1;
    const row = entry.row === undefined ? 0 : entry.row;
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key === 'ArrowRight') show_row(Math.min(row + far, entry.rows.length - 1));
    else if (event.key === 'ArrowLeft') show_row(Math.max(row - far, 0));
    else if (event.key === '+' || event.key === '=') zoom(entry, 0.5);
    else if (event.key === '-') zoom(entry, 2);
    else if (event.key === '0') show_window(0, until);
    else return;
    event.preventDefault();
  }

  function add_preset(tools, name, from, to) {
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = name;
    button.setAttribute('aria-pressed', 'false');
    button.addEventListener('click', function () { show_window(from, to); });
    tools.appendChild(button);
    presets.push({ button: button, from: from, to: to });
  }

  /* A finger that moves over a chart scrolls the page; two zoom. */
  function interaction() {
    const model = Object.assign({}, Dygraph.defaultInteractionModel);
    ['touchstart', 'touchmove', 'touchend'].forEach(function (name) {
      const usual = model[name];
      model[name] = function (event, graph, context) {
        if (event.touches.length > 1 || (name === 'touchend' && context.initialTouches)) usual(event, graph, context);
      };
    });
    model.dblclick = function () { show_window(0, until); };
    return model;
  }

  function draw(chart) {
    const element = document.getElementById('chart-' + chart.id);
    const entry = { chart: chart, rows: rows_of(chart), readout: document.getElementById('readout-' + chart.id),
      height: element.clientHeight || 200 };
    const labels = ['x'].concat(chart.lines.map(function (line, i) { return 'y' + i; }));
    entry.graph = new Dygraph(element, entry.rows, Object.assign(style(chart), {
      labels: labels,
      legend: 'never',
      valueRange: range_of(entry, 0, until),
      dateWindow: [0, until],
      strokeWidth: 1.6,
      highlightCircleSize: 4,
      xRangePad: 0,
      animatedZooms: false,
      interactionModel: interaction(),
      underlayCallback: underlay,
      axes: {
        x: { axisLabelFormatter: function (v) { return tick('s', v); }, pixelsPerLabel: 70 },
        y: { axisLabelFormatter: function (v) { return tick(chart.unit, v); }, axisLabelWidth: 62 }
      },
      highlightCallback: function (event, x, points, row) { show_row(row); },
      drawCallback: function (graph, first) {
        if (first || busy) return;
        const range = graph.xAxisRange();
        show_window(range[0], range[1]);
      }
    }));
    element.addEventListener('keydown', function (event) { on_key(entry, event); });
    charts.push(entry);
  }

  function restyle() {
    busy = true;
    charts.forEach(function (entry) { entry.graph.updateOptions(style(entry.chart)); });
    busy = false;
  }

  function refit() {
    busy = true;
    charts.forEach(function (entry) { entry.graph.resize(); });
    busy = false;
    restyle();
  }

  data.charts.forEach(draw);
  if (charts.length > 0) {
    const tools = document.getElementById('tools');
    add_preset(tools, 'The whole', 0, until);
    phases.forEach(function (phase) { add_preset(tools, phase.name, phase.from, Math.min(phase.to, until)); });
    presets[0].button.setAttribute('aria-pressed', 'true');
    dark.addEventListener('change', restyle);
    paper.addEventListener('change', refit);
  }

  /* What is folded is printed too. */
  const folded = [];
  window.addEventListener('beforeprint', function () {
    document.querySelectorAll('details:not([open])').forEach(function (details) {
      details.open = true;
      folded.push(details);
    });
  });
  window.addEventListener('afterprint', function () {
    folded.splice(0).forEach(function (details) { details.open = false; });
  });

  /* ---- flame graphs: a click on a frame gives it the whole width, one on the lowest gives all back ---- */

  const margin = 10;
  const character = 7;

  function cut(name, width) {
    const room = Math.floor((width - 4) / character);
    if (room < 3) return '';
    return name.length > room ? name.slice(0, room - 2) + '..' : name;
  }

  function frames_of(svg) {
    return Array.from(svg.querySelectorAll('g')).map(function (group) {
      const rect = group.querySelector('rect');
      return {
        group: group, rect: rect, text: group.querySelector('text'),
        name: group.querySelector('title').textContent.replace(/: [^:]*$/, ''),
        x: Number(rect.getAttribute('x')), width: Number(rect.getAttribute('width')), y: Number(rect.getAttribute('y'))
      };
    });
  }

  function place(frame, x, width) {
    frame.rect.setAttribute('x', x.toFixed(2));
    frame.rect.setAttribute('width', Math.max(width, 0).toFixed(2));
    const label = cut(frame.name, width);
    if (frame.text === null && label !== '') {
      frame.text = document.createElementNS('http://www.w3.org/2000/svg', 'text');
      frame.text.setAttribute('y', (frame.y + 13).toFixed(1));
      frame.group.appendChild(frame.text);
    }
    if (frame.text === null) return;
    frame.text.textContent = label;
    frame.text.setAttribute('x', (x + 3).toFixed(1));
  }

  document.querySelectorAll('svg.flame').forEach(function (svg) {
    const frames = frames_of(svg);
    if (frames.length === 0) return;
    const whole = frames[0].width;
    frames.forEach(function (target) {
      target.group.addEventListener('click', function () {
        const scale = whole / Math.max(target.width, 0.01);
        frames.forEach(function (frame) {
          const from = Math.max(margin, margin + (frame.x - target.x) * scale);
          const to = Math.min(margin + whole, margin + (frame.x + frame.width - target.x) * scale);
          place(frame, from, to - from);
        });
      });
    });
  });
}());
