// SPDX-License-Identifier: MIT
'use strict';
const $ = id => document.getElementById(id);
const make = (tag, ...inside) => { const el = document.createElement(tag); el.append(...inside); return el; };
const text = (el, value) => { if (el.textContent !== value) el.textContent = value; };
const css = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const clock = seconds => new Date(seconds*1000).toLocaleTimeString();
const num = v => v >= 10000 ? (v/1000).toFixed(v >= 100000 ? 0 : 1).replace(/\.0$/, '') + 'k' : v >= 100 ? Math.round(v).toString() : v >= 10 ? v.toFixed(1).replace(/\.0$/, '') : v.toFixed(v && v < 1 ? 2 : 1).replace(/\.?0+$/, '') || '0';
const ms = v => v >= 10000 ? (v/1000).toFixed(1) + ' s' : v >= 1000 ? (v/1000).toFixed(2) + ' s' : v >= 100 ? Math.round(v) + ' ms' : v.toFixed(1) + ' ms';
const age = v => { const s = Math.round(v/1000); return s < 90 ? s + ' s' : s < 5400 ? Math.round(s/60) + ' min' : (s/3600).toFixed(1) + ' h'; };
const many = (n, what) => n + ' ' + what + (n === 1 ? '' : 's');

// Columns of a sample, as the server orders them.
const T=0,REQ=1,FAIL=2,GONE=3,P50=4,P99=5,WAIT=6,OPEN=7,PEND=8,OLD=9,INST=10,START=11,UNDER=12,WANT=13,INV=14;
const SPAN = 900;
let samples = [], state = null, restarts = [], cursor = null, span = 120;

// The token comes behind a #, which no server sees, and stays for the life of this tab.
const given = new URLSearchParams(location.hash.slice(1)).get('token');
if (given) { sessionStorage.setItem('token', given); history.replaceState(null, '', location.pathname); }
let token = sessionStorage.getItem('token') || '';

// ---- plots ----

const took = column => s => s[REQ] ? s[column] : null; // nothing was answered: no time
const plots = [
  {c:'c1', lines:[{k:'ka', n:'answered', f:s=>s[REQ], c:'--a'}, {k:'kd', n:'5xx', f:s=>s[FAIL], c:'--bad'}, {k:'kb', n:'left', f:s=>s[GONE], c:'--b'}], show:num},
  {c:'c2', lines:[{k:'ka', n:'half', f:took(P50), c:'--a'}, {k:'kc', n:'99 %', f:took(P99), c:'--c'}], show:ms, log:1},
  {c:'c3', lines:[{k:'kb', n:'waiting', f:s=>s[PEND], c:'--b'}, {k:'kc', n:'longest wait, s', f:s=>s[OLD]/1000, c:'--c'}], show:num},
  {c:'c4', lines:[{k:'ka', n:'open', f:s=>s[INST], c:'--a'}, {k:'kc', n:'wanted', f:s=>s[WANT], c:'--c', dash:1}, {k:'kb', n:'paid for', f:s=>s[UNDER], c:'--b'}], show:num, whole:1},
];
const nice = top => { const p = 10 ** Math.floor(Math.log10(top)); return [1,2,2.5,5,10].find(m => m*p >= top*0.999) * p; };
const tick = v => v >= 1000 ? num(v/1000) + ' s' : num(v) + ' ms';

// Where a value stands between the lowest and the highest line, and at which values there are lines.
function scale(plot, seen) {
  const values = seen.flatMap(s => plot.lines.map(l => l.f(s))).filter(v => v !== null);
  if (!plot.log) { const high = nice(Math.max(plot.whole ? 4 : 1, ...values)); return {at:v => v/high, lines:[0, high/2, high], name:num}; }
  const low = Math.floor(Math.log10(Math.max(0.1, Math.min(10, ...values)))), high = Math.max(low+2, Math.ceil(Math.log10(Math.max(100, ...values))-0.001));
  return {at:v => Math.max(0, (Math.log10(Math.max(v, 0.01))-low)/(high-low)), lines:Array.from({length:high-low+1}, (_, i) => 10 ** (low+i)), name:tick};
}

function draw(plot, now) {
  const cv = $(plot.c), box = cv.getBoundingClientRect(), dpr = devicePixelRatio || 1;
  if (!box.width) return;
  if (cv.width !== Math.round(box.width*dpr) || cv.height !== Math.round(box.height*dpr)) { cv.width = Math.round(box.width*dpr); cv.height = Math.round(box.height*dpr); }
  const g = cv.getContext('2d'); g.setTransform(dpr,0,0,dpr,0,0);
  const W = box.width, H = box.height, L = 48, B = 18, top = 8, seen = samples.filter(s => s[T] >= now-span);
  g.clearRect(0,0,W,H); g.font = '11px system-ui, "DejaVu Sans", sans-serif'; g.lineJoin = 'round';
  const by = scale(plot, seen), x = t => L + (W-L-6) * (1 - (now-t)/span), y = v => top + (H-B-top) * (1 - by.at(v));
  g.strokeStyle = css('--line'); g.fillStyle = css('--soft'); g.lineWidth = 1; g.textAlign = 'right';
  for (const v of by.lines) { const yy = Math.round(y(v)) + .5; g.beginPath(); g.moveTo(L,yy); g.lineTo(W-6,yy); g.stroke(); g.fillText(by.name(v), L-7, yy+4); }
  g.textAlign = 'center';
  for (let m = span/60; m >= 0; m -= span === SPAN ? 5 : 1) g.fillText(m ? '-' + m + ' min' : 'now', Math.min(Math.max(x(now-m*60), L+18), W-18), H-3);
  g.setLineDash([2,3]); g.strokeStyle = css('--bad');
  for (const t of restarts) if (t > now-span) { const xx = Math.round(x(t)) + .5; g.beginPath(); g.moveTo(xx,top); g.lineTo(xx,H-B); g.stroke(); }
  g.setLineDash([]);
  plot.lines.forEach((l, nth) => {
    g.strokeStyle = g.fillStyle = css(l.c); g.lineWidth = 1.8; g.setLineDash(l.dash ? [5,4] : []);
    let run = [];
    const stroke = () => {
      if (!run.length) return;
      g.beginPath(); run.forEach((s, i) => i ? g.lineTo(x(s[T]), y(l.f(s))) : g.moveTo(x(s[T]), y(l.f(s)))); g.stroke();
      if (run.length === 1) { g.beginPath(); g.arc(x(run[0][T]), y(l.f(run[0])), 2, 0, 7); g.fill(); }
      if (!nth && !plot.log) { g.lineTo(x(run.at(-1)[T]), y(0)); g.lineTo(x(run[0][T]), y(0)); g.closePath(); g.globalAlpha = .1; g.fill(); g.globalAlpha = 1; }
    };
    for (const s of seen) { if (l.f(s) === null || run.length && s[T]-run.at(-1)[T] > 3) { stroke(); run = []; } if (l.f(s) !== null) run.push(s); }
    stroke(); g.setLineDash([]);
  });
  const at = cursor === null ? samples.at(-1) : near(now-cursor);
  if (cursor !== null && at) { g.strokeStyle = css('--soft'); g.lineWidth = 1; g.beginPath(); const xx = Math.round(x(at[T])) + .5; g.moveTo(xx, top); g.lineTo(xx, H-B); g.stroke(); }
  key(plot, at, now);
}

const near = t => samples.reduce((best, s) => Math.abs(s[T]-t) < Math.abs(best[T]-t) ? s : best, samples[0]);
const shown = (plot, line, s) => { const v = s ? line.f(s) : null; return v === null ? '–' : plot.show(v); };
const spoken = (plot, s) => plot.lines.map(l => l.n + ' ' + shown(plot, l, s).replace('–', 'none')).join(', ');

function key(plot, at, now) {
  const el = $('k' + plot.c[1]), said = $('s' + plot.c[1]);
  if (!el.children.length) el.append(...plot.lines.map(l => { const one = make('span', make('i'), l.n + ' ', make('b')); one.className = l.k; return one; }), make('span'));
  plot.lines.forEach((l, i) => text(el.children[i].lastChild, shown(plot, l, at)));
  text(el.lastChild, cursor === null || !at ? '' : clock(at[T]));
  if (now % 10 === 0 || !said.textContent) text(said, spoken(plot, samples.at(-1)) + '; arrow keys go through the last minutes');
}

// Young routers get a shorter axis: two minutes, then five, then all fifteen.
function redraw() {
  const known = samples.length ? samples.at(-1)[T]-samples[0][T] : 0;
  span = known > 300 ? SPAN : known > 120 ? 300 : 120;
  const now = samples.length ? samples.at(-1)[T] : Math.floor(Date.now()/1000);
  plots.forEach(p => draw(p, now));
}

for (const p of plots) {
  const cv = $(p.c), leave = () => { cursor = null; redraw(); };
  cv.addEventListener('pointermove', e => { const box = cv.getBoundingClientRect(); cursor = Math.max(0, Math.min(span, span * (1 - (e.clientX-box.left-48)/(box.width-54)))); redraw(); });
  cv.addEventListener('pointerleave', leave);
  cv.addEventListener('blur', leave);
  cv.addEventListener('keydown', e => {
    const step = {ArrowLeft:5, ArrowRight:-5, PageUp:60, PageDown:-60}[e.key];
    if (e.key === 'Escape') { leave(); return; }
    if (!step || !samples.length) return;
    e.preventDefault();
    cursor = Math.max(0, Math.min(span, (cursor || 0) + step));
    redraw();
    const at = near(samples.at(-1)[T]-cursor);
    text($('read'), clock(at[T]) + ': ' + spoken(p, at));
  });
}

// ---- figures at the top ----

function tile(id, value, note, alarm) { const el = $(id); text(el.children[1], value); text(el.children[2], note); el.classList.toggle('alarm', !!alarm); }

function tiles() {
  const s = samples.at(-1), last = samples.slice(-10);
  if (!s) return;
  const mean = last.reduce((sum, each) => sum + each[REQ], 0) / last.length, failed = last.reduce((sum, each) => sum + each[FAIL], 0), busy = last.findLast(each => each[REQ]);
  const when = busy && (s[T]-busy[T] ? s[T]-busy[T] + ' s ago' : 'this second');
  tile('t-rps', num(mean), failed ? failed + ' × 5xx in 10 s' : 'no 5xx in 10 s', failed > 0.01 * mean * last.length);
  tile('t-p50', busy ? ms(busy[P50]) : '–', busy ? when : 'no answer in 10 s');
  tile('t-p99', busy ? ms(busy[P99]) : '–', busy ? 'in the queue ' + ms(busy[WAIT]) : 'no answer in 10 s');
  tile('t-queue', num(s[PEND]), s[PEND] ? 'longest ' + ms(s[OLD]) : s[OPEN] + ' under way', s[OLD] > 2000);
  tile('t-open', num(s[INST]), (s[START] ? s[START] + ' starting, ' : '') + 'wants ' + s[WANT]);
}

// ---- instances ----

const MEANS = {starting:'invoked, not connected yet', late:'invoked more than a minute ago, not connected yet', open:'takes requests', aside:'silent: gets nothing new', ejected:'answers with errors where others do not: gets nothing for a while',
  expiring:'its time ends: it is replaced', draining:'finishes what it has and goes', closed:'has gone, its invoke has not returned yet',
  silent:'nothing was heard from it for seconds', hot:'short of CPU time: chosen after the others', slow:'takes several times as long as the others: chosen after them', refusing:'has just refused a request: chosen after the others', old:'takes requests until a fresh one is there'};
const FEW = 24, FEW_NARROW = 8, MOST_SLOTS = 60;
let chosen = null, current = null; // names: whose details are shown, who has the focus when the list gets it

function item(name, slots) {
  const button = make('button'), li = make('li', button), row = (...names) => { const el = make('span', ...names.map(n => { const one = make('span'); one.className = n; return one; })); el.className = 'row'; return el; };
  const bar = make('span', ...Array.from({length:Math.min(slots, MOST_SLOTS)}, () => make('i'))), life = make('span', make('i')), low = row('age', 'left'), said = make('span');
  button.type = 'button'; bar.className = 'slots'; life.className = 'life'; low.className = 'row soft'; said.className = 'sr'; li.dataset.name = name;
  const head = row('name', 'soft ver', 'soft busyof', 'state');
  for (const el of [head, bar, life, low]) el.setAttribute('aria-hidden', 'true');
  button.append(head, bar, life, low, said);
  button.addEventListener('click', () => { chosen = chosen === name ? null : name; current = name; instances(); });
  return li;
}

const feels = i => i.state !== 'open' ? i.state : i.silent > 7000 ? 'silent' : i.feels !== 'well' ? i.feels : i.replaced ? 'old' : 'open';
const whose = pool => state.pools.length > 1 ? pool.function.split(':').at(-1) : '';

function fill(li, pool, i) {
  const is = feels(i), part = name => li.querySelector('.' + name), slots = li.querySelector('.slots').children;
  li.className = is;
  text(part('name'), i.name);
  text(part('ver'), [whose(pool), i.version === null || i.version === '$LATEST' ? '' : whose(pool) ? i.version : 'version ' + i.version].filter(Boolean).join(' · '));
  text(part('state'), is + (i.purpose === 'stay' ? ', kept' : ''));
  text(part('busyof'), i.busy + ' of ' + pool.maxConcurrent + ' busy');
  for (let n = 0; n < slots.length; n++) slots[n].classList.toggle('busy', n < i.busy * slots.length / pool.maxConcurrent);
  text(part('age'), 'age ' + age(i.age) + ', served ' + num(i.served) + (i.answer ? ', ' + ms(i.answer) : ''));
  text(part('left'), i.silent > 7000 ? 'silent for ' + age(i.silent) : i.closesIn >= 0 ? age(i.closesIn) + ' left' : '');
  part('life').firstChild.style.width = i.closesIn < 0 ? '0' : Math.round(100*i.closesIn/(i.closesIn+i.age)) + '%';
  text(li.querySelector('.sr'), `instance ${i.name}, ${is}, ${i.busy} of ${pool.maxConcurrent} slots busy`);
  li.firstChild.setAttribute('aria-pressed', String(chosen === i.name));
}

function instances() {
  const list = $('instances'), known = new Map([...list.children].map(li => [li.dataset.name, li])), seen = new Set(), states = {};
  let busy = 0, slots = 0;
  for (const pool of state.pools) for (const i of pool.instances) {
    seen.add(i.name);
    let li = known.get(i.name);
    if (!li) { li = item(i.name, pool.maxConcurrent); list.append(li); }
    fill(li, pool, i);
    states[feels(i)] = (states[feels(i)] || 0) + 1; busy += i.busy; slots += i.state === 'open' ? pool.maxConcurrent : i.busy;
  }
  for (const [name, li] of known) if (!seen.has(name)) { if (li.contains(document.activeElement)) (li.nextElementSibling || li.previousElementSibling || li).firstChild.focus?.(); li.remove(); }
  if (!list.children.length) { const none = make('li', 'None. The next request will start one.'); none.className = 'none'; none.dataset.name = ''; list.append(none); }
  list.classList.toggle('dense', seen.size > (innerWidth > 560 ? FEW : FEW_NARROW));
  text($('sum'), seen.size ? Object.entries(states).map(e => e[1] + ' ' + e[0]).join(', ') + ` · ${num(busy)} of ${num(slots)} slots busy` : '');
  if (!seen.has(current)) current = list.firstChild.dataset.name || null;
  for (const li of list.children) if (li.dataset.name) li.firstChild.tabIndex = li.dataset.name === current ? 0 : -1;
  detail();
}

function detail() {
  const pool = state.pools.find(p => p.instances.some(i => i.name === chosen)), i = pool && pool.instances.find(each => each.name === chosen);
  if (!i) chosen = null;
  $('detail').hidden = !i;
  if (!i) return;
  text($('detail').firstChild, [`${i.name} of ${pool.function}${i.version ? ', version ' + i.version : ''}: ${feels(i)}, ${MEANS[feels(i)]}${i.purpose === 'stay' ? '; kept by MinInstanceCount' : ''}.`,
    `${i.busy} of ${pool.maxConcurrent} slots busy, ${i.free} free; served ${num(i.served)} since its invoke ${age(i.age)} ago${i.answer ? ', usually in ' + ms(i.answer) : ''}${i.failing ? `, ${num(100*i.failing)} % failed lately` : ''}.`,
    `${i.closesIn >= 0 ? age(i.closesIn) + ' left' : 'It has not said when its time ends'}; heard from ${age(i.silent)} ago.`].join(' '));
  $('home').hidden = !token || i.state !== 'open' && i.state !== 'starting' && i.state !== 'aside' && i.state !== 'ejected';
}
$('shut').addEventListener('click', () => { const was = current; chosen = null; instances(); [...$('instances').children].find(li => li.dataset.name === was)?.firstChild.focus(); });
$('home').addEventListener('click', () => change(`/instances/${chosen}/drain`));
$('instances').addEventListener('keydown', e => {
  const all = [...$('instances').children].filter(li => li.dataset.name), at = all.findIndex(li => li.contains(document.activeElement));
  if (at < 0) return;
  const across = all.filter(li => li.offsetTop === all[0].offsetTop).length, to = {ArrowRight:at+1, ArrowLeft:at-1, ArrowDown:at+across, ArrowUp:at-across, Home:0, End:all.length-1}[e.key];
  if (e.key === 'Escape' && chosen) { chosen = null; instances(); }
  if (to === undefined || !all[to]) return;
  e.preventDefault(); current = all[to].dataset.name; all.forEach((li, n) => { li.firstChild.tabIndex = n === to ? 0 : -1; }); all[to].firstChild.focus();
});

// ---- why, and what happened ----

const counts = (o, w) => Object.entries(o).filter(e => e[1]).map(e => e[1] + ' ' + e[0]).join(', ') || 'no ' + w;

function why() {
  const el = $('pools');
  if (el.children.length !== state.pools.length) el.replaceChildren(...state.pools.map(() => { const one = make('div', make('h3'), make('p'), make('ul')); one.className = 'pool'; one.lastChild.className = 'facts'; return one; }));
  state.pools.forEach((p, n) => {
    const g = p.guard, one = el.children[n], versions = Object.entries(p.versions);
    text(one.children[0], p.function); one.children[0].hidden = state.pools.length === 1;
    text(one.children[1], p.why + '.');
    const list = [`Cost guard: ${g.invokesHeld ? 'held by an operator' : g.pause ? 'pauses for ' + ms(g.pause) + (g.lastFault ? ' after “' + g.lastFault + '”' : '') : 'nothing held back'}; ${g.underWay} paid for now, ${many(p.totals.invokes, 'invoke')} since the start.`,
      `Invokes that failed: ${counts(p.totals.faults, 'faults')}.`, `Requests that got no slot: ${counts(p.totals.refused, 'refusals')}; ${p.totals.withdrawn} left the queue by themselves.`,
      p.coldStartMillis ? `A cold start takes about ${ms(p.coldStartMillis)}; a request about ${ms(p.serviceMillis)}.` : 'No cold start seen yet.'];
    if (versions.some(v => v[0] !== '$LATEST')) list.push('Versions that serve: ' + versions.map(v => `${v[0]} on ${v[1]}`).join(', ') + '.');
    lines(one.children[2], list);
  });
  const c = state.canary, fault = c && state.pools.filter(p => p.function === c.function).map(p => p.guard.lastFault).find(Boolean);
  lines($('facts'), c ? [`Canary ${c.alias}: ${c.percent} % of the requests${c.cookie ? ', kept by the cookie ' + c.cookie : ''}. Canaries have answered ${num(c.canary.answered)} since the start, ${c.canary.failed} with 5xx; the others meanwhile ${num(c.others.answered)}, ${c.others.failed} with 5xx${c.diverted ? `; ${c.diverted} drawn for a canary went to the others` : ''}.${c.percent && !c.serves ? ` No instance of ${c.alias} serves now${fault ? `: “${fault}”` : ''}; its requests go to the others.` : ''}`] : []);
}

function lines(ul, list) { while (ul.children.length > list.length) ul.lastChild.remove(); while (ul.children.length < list.length) ul.append(make('li')); list.forEach((line, i) => text(ul.children[i], line)); }

const MOST_EVENTS = 100;
function tell(when, what, bad) {
  const list = $('happened'), time = make('time', clock(when)), li = make('li', time, make('span', what));
  time.dateTime = new Date(when*1000).toISOString(); if (bad) li.className = 'bad';
  list.prepend(li); while (list.children.length > MOST_EVENTS) list.lastChild.remove();
}

const named = list => list.length > 6 ? many(list.length, 'instance') : list.join(', ');

// What differs from the state a second ago, in words.
function compare(old, now) {
  const at = Date.parse(now.time)/1000, moved = {}, note = (what, name) => { (moved[what] ??= []).push(name); };
  const all = s => new Map(s.pools.flatMap(p => p.instances.map(i => [i.name, i]))), before = all(old), after = all(now);
  for (const [name, i] of after) {
    const was = before.get(name), is = feels(i);
    if (!was) note('invoked', name);
    if (is === 'closed' && was && !['closed', 'draining', 'expiring'].includes(was.state)) note('given up, its invoke goes on', name);
    else if (is !== (was ? feels(was) : 'starting') && is !== 'closed') note(is === 'open' ? (was && feels(was) !== 'starting' && feels(was) !== 'late' ? 'open again' : 'open') : is, name);
  }
  const ends = new Map(now.pools.flatMap(p => p.ended.map(e => [e.name, e])));
  for (const name of before.keys()) if (!after.has(name)) { const end = ends.get(name) || {how:'gone', well:true}; note((end.well ? 'gone, ' : 'lost, ') + end.how, name); }
  for (const [what, names] of Object.entries(moved)) tell(at, named(names) + ': ' + what, /^(lost|ejected|silent|aside|given up)/.test(what));
  for (const p of now.pools) {
    const o = old.pools.find(each => each.function === p.function), name = now.pools.length > 1 ? p.function + ': ' : '';
    if (!o) { tell(at, `${p.function}: asked for the first time`); continue; }
    const more = (kind, word) => { for (const [why, n] of Object.entries(p.totals[kind])) if (n > (o.totals[kind][why] || 0)) tell(at, `${name}${many(n - (o.totals[kind][why] || 0), word)}: ${why}`, 1); };
    more('faults', 'failed invoke'); more('refused', 'refused request');
    if (!o.guard.pause !== !p.guard.pause) tell(at, name + (p.guard.pause ? 'the cost guard pauses invokes' : 'the cost guard lets invokes go on'), p.guard.pause);
    if (o.guard.invokesHeld !== p.guard.invokesHeld) tell(at, name + (p.guard.invokesHeld ? 'an operator holds invokes' : 'an operator lets invokes go on'));
    if (o.min !== p.min || o.max !== p.max) tell(at, `${name}bounds are ${p.min} to ${p.max} now`);
  }
  if (now.canary && (!old.canary || old.canary.percent !== now.canary.percent || old.canary.alias !== now.canary.alias)) tell(at, `canary ${now.canary.alias} gets ${now.canary.percent} %`);
  if (old.healthy && !now.healthy) tell(at, 'the router is stopping: it finishes what it has');
}

// ---- cost ----

function cost() {
  const ways = state.cost.ways, most = Math.max(...ways.map(w => w.usdPerHour)), body = $('cost');
  tile('t-cost', '$' + ways[0].usdPerHour.toFixed(2), 'routers included');
  if (body.children.length !== ways.length) body.replaceChildren(...ways.map((w, i) => { const th = make('th'), bar = make('td', make('i')), tr = make('tr', th, bar, make('td')); th.scope = 'row'; bar.className = 'cost'; bar.setAttribute('aria-hidden', 'true'); tr.className = i ? '' : 'ours'; return tr; }));
  ways.forEach((w, i) => { const tr = body.children[i]; text(tr.children[0], w.way); tr.querySelector('i').style.width = Math.round(100*w.usdPerHour/most) + '%'; text(tr.children[2], '$' + w.usdPerHour.toFixed(2)); });
  text($('costnote'), `List prices; ${num(state.cost.requestsPerSecond)} requests/s, ${state.cost.memoryMb} MB${state.cost.memoryKnown ? '' : ' assumed'} on ${state.cost.architecture}, ${num(state.cost.cpuShare*100)} % CPU${state.cost.cpuKnown ? ' measured' : ' assumed'}.`);
}

// ---- changes ----

const pool = () => state.pools.find(p => p.function === $('function').value) || state.pools[0];
const touched = new Set(); // fields that hold what an operator began to write

function show() {
  document.title = (samples.length ? num(samples.at(-1)[REQ]) + ' req/s · ' : '') + 'Lambda Dispatch';
  const el = $('health'); el.className = 'pill ' + (state.healthy ? 'ok' : 'bad'); text(el.lastElementChild, state.healthy ? 'healthy' : 'stopping');
  text($('about'), state.pools[0].function + ' · version ' + state.version + ' · up ' + age(Date.parse(state.time) - Date.parse(state.started)));
  instances(); why(); cost(); steer();
}

function steer() {
  const names = state.pools.map(p => p.function), options = $('function');
  if (names.join() !== [...options.children].map(o => o.value).join()) { const was = options.value; options.replaceChildren(...names.map(n => make('option', n))); if (names.includes(was)) options.value = was; }
  const p = pool(), set = (id, value) => { if (!touched.has(id) && document.activeElement !== $(id)) $(id).value = value; };
  set('min', p.min); set('max', p.max); if (state.canary) set('percent', state.canary.percent); set('level', state.logLevel);
  text($('hold'), p.guard.invokesHeld ? 'Resume invokes' : 'Hold invokes');
  $('canary').hidden = !state.canary; $('which').hidden = names.length < 2;
  $('maynot').hidden = state.mayChange; $('login').hidden = !state.mayChange || !!token; $('acts').hidden = !state.mayChange || !token;
}

async function change(path) {
  text($('said'), '…');
  try {
    const answer = await fetch(path, {method:'POST', headers:{authorization:'Bearer ' + token}}), body = await answer.json();
    text($('said'), answer.ok ? 'Done: ' + Object.entries(body).map(e => e[0] + ' ' + e[1]).join(', ') : 'Not done: ' + body.error);
    if (answer.status === 401) { token = ''; sessionStorage.removeItem('token'); steer(); }
  } catch (e) { text($('said'), 'The router did not answer: ' + e.message); }
}
const of = () => state.pools.length > 1 ? 'function=' + encodeURIComponent(pool().function) : '';
const submit = (id, fields, path) => $(id).addEventListener('submit', e => { e.preventDefault(); fields.forEach(f => touched.delete(f)); change(path()); });
for (const id of ['min', 'max', 'percent', 'level']) $(id).addEventListener('input', () => touched.add(id));
$('function').addEventListener('change', () => { touched.delete('min'); touched.delete('max'); steer(); });
$('roll').addEventListener('click', () => { if (confirm(`Replace every instance of ${pool().function} by a fresh one, a quarter at a time?`)) change('/roll?' + of()); });
$('hold').addEventListener('click', () => change((pool().guard.invokesHeld ? '/invokes/resume?' : '/invokes/hold?') + of()));
$('back').addEventListener('click', () => { touched.delete('percent'); change('/canary?percent=0'); });
$('drain').addEventListener('click', () => { if (confirm('Stop this router? It finishes what it has.')) change('/drain'); });
submit('scale', ['min', 'max'], () => `/scale?min=${$('min').value}&max=${$('max').value}&${of()}`);
submit('canary', ['percent'], () => '/canary?percent=' + $('percent').value);
submit('log', ['level'], () => '/log?level=' + $('level').value);
$('login').addEventListener('submit', e => { e.preventDefault(); token = $('token').value; sessionStorage.setItem('token', token); $('token').value = ''; steer(); if (lostSince !== null) attempt = 0; });

// ---- events ----

let lostSince = null, noteEnds = 0;
function note(words, seconds) { text($('note'), words); $('note').hidden = false; clearTimeout(noteEnds); if (seconds) noteEnds = setTimeout(() => { $('note').hidden = true; }, seconds*1000); }

function lost(why) {
  if (lostSince === null) { lostSince = Date.now()/1000; if (state) tell(lostSince, 'no connection to the router', 1); }
  document.body.classList.add('lost');
  $('health').className = 'pill bad'; text($('health').lastElementChild, 'no answer');
  note(`No connection to the router since ${clock(lostSince)} (${why}). Trying again…`);
}

function back(restarted) {
  const was = lostSince;
  lostSince = null; document.body.classList.remove('lost'); $('note').hidden = true;
  if (!restarted && was === null) return;
  const words = restarted ? 'The router was started anew at ' + clock(Date.parse(state.started)/1000) : 'Connected again';
  note(words + '.', 12); tell(Date.now()/1000, words, restarted);
}

function take(event, data) {
  if (event === 'history') { // a router that was started anew knows nothing of before: what was seen here stays
    const first = data.length ? data[0][T] : Infinity;
    samples = samples.filter(s => s[T] < first).concat(data);
  } else if (event === 'sample') samples.push(data);
  else if (event === 'status') {
    const old = state, restarted = old !== null && old.started !== data.started;
    state = data;
    if (!old) tell(Date.parse(data.time)/1000, 'this page was opened');
    if (restarted) { restarts.push(Date.parse(data.started)/1000); chosen = null; } else if (old) compare(old, data);
    if (lostSince !== null || restarted) back(restarted);
    show();
    return;
  }
  const end = samples.length ? samples.at(-1)[T] : 0;
  samples = samples.filter(s => s[T] > end-SPAN); restarts = restarts.filter(t => t > end-SPAN);
  redraw(); tiles();
}

let attempt = 0, stopper = null;
function again() { if (stopper) stopper.abort(new Error('nothing came for 15 s')); }
async function listen() {
  while (true) {
    stopper = new AbortController();
    let quiet = setTimeout(again, 15000);
    try {
      const answer = await fetch('/events', {headers: token ? {authorization:'Bearer ' + token} : {}, signal:stopper.signal});
      if (!answer.ok) throw new Error((await answer.json()).error);
      const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
      let rest = '';
      while (true) {
        const {value, done} = await reader.read();
        if (done) throw new Error('the router ended the connection');
        clearTimeout(quiet); quiet = setTimeout(again, 15000);
        attempt = 0;
        rest += value;
        let end;
        while ((end = rest.indexOf('\n\n')) >= 0) {
          const block = rest.slice(0, end); rest = rest.slice(end+2);
          let event = '', data = '';
          for (const line of block.split('\n')) { if (line.startsWith('event: ')) event = line.slice(7); else if (line.startsWith('data: ')) data += line.slice(6); }
          if (data) take(event, JSON.parse(data));
        }
      }
    } catch (e) { lost(e.message === 'Failed to fetch' || e.message === 'network error' ? 'it does not answer' : e.message); }
    clearTimeout(quiet);
    await new Promise(done => setTimeout(done, Math.min(5000, 300 * 2 ** attempt++)));
  }
}
addEventListener('resize', () => { redraw(); if (state) instances(); });
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', redraw);
listen();
