/**
 * The script of the interactive page, as text: it must be the same bytes wherever it runs from, since
 * the page's content security policy names its hash. It only ever writes text nodes and attributes, and
 * links that the page's writer has checked; nothing of the diagram is parsed as HTML.
 */
export const PAGE_SCRIPT = String.raw`(function () {
'use strict';
var data = JSON.parse(document.getElementById('diagram-data').textContent);
var SVG = 'http://www.w3.org/2000/svg';
var stage = document.getElementById('stage'), panel = document.getElementById('detail'), search = document.getElementById('search');
var picker = document.getElementById('picker'), status = document.getElementById('status');
var current = null, camera = { x: 0, y: 0, scale: 1 }, chosen = null, views = {};

data.diagrams.forEach(function (diagram) {
  var byId = {};
  diagram.parts.forEach(function (part) { byId['$' + part.id] = part; });
  views['$' + diagram.id] = { diagram: diagram, byId: byId, svg: document.getElementById(diagram.element), folded: {} };
});
function element(name, text, classes) {
  var made = document.createElement(name);
  if (text !== undefined && text !== null) made.textContent = text;
  if (classes) made.className = classes;
  return made;
}
function all(selector) { return Array.prototype.slice.call(current.svg.querySelectorAll(selector)); }
function partElement(id) {
  return all('[data-node],[data-group]').filter(function (one) { return one.getAttribute('data-node') === id || one.getAttribute('data-group') === id; })[0];
}
function part(id) { return current.byId['$' + id]; }

function applyCamera() {
  current.svg.querySelector('.camera').setAttribute('transform', 'translate(' + camera.x.toFixed(2) + ' ' + camera.y.toFixed(2) + ') scale(' + camera.scale.toFixed(4) + ')');
}
function fit() {
  var box = stage.getBoundingClientRect(), width = current.diagram.width, height = current.diagram.height;
  var scale = Math.min(2, Math.max(0.02, Math.min((box.width - 24) / width, (box.height - 24) / height)));
  camera = { scale: scale, x: (box.width - width * scale) / 2, y: (box.height - height * scale) / 2 };
  applyCamera();
}
function zoom(factor, x, y) {
  var box = stage.getBoundingClientRect();
  if (x === undefined) { x = box.width / 2; y = box.height / 2; }
  var scale = Math.min(8, Math.max(0.02, camera.scale * factor));
  camera.x = x - ((x - camera.x) * scale) / camera.scale;
  camera.y = y - ((y - camera.y) * scale) / camera.scale;
  camera.scale = scale;
  applyCamera();
}
function pan(dx, dy) { camera.x += dx; camera.y += dy; applyCamera(); }
function reveal(target) {
  var box = stage.getBoundingClientRect(), own = target.getBoundingClientRect();
  var outside = own.left < box.left || own.right > box.right || own.top < box.top || own.bottom > box.bottom;
  if (outside) pan(box.left + box.width / 2 - (own.left + own.width / 2), box.top + box.height / 2 - (own.top + own.height / 2));
}

function parents(id) {
  var chain = [], one = part(id), guard = 0;
  while (one && one.parent !== undefined && guard++ < 100) { chain.push(one.parent); one = part(one.parent); }
  return chain;
}
function inside(id, group) { return id === group || parents(id).indexOf(group) !== -1; }
function hiddenBy(id) {
  return parents(id).filter(function (group) { return current.folded['$' + group]; })[0];
}
function redrawFolds() {
  all('.covers > *').forEach(function (one) { one.remove(); });
  all('[data-node],[data-group],[data-frame]').forEach(function (one) {
    var id = one.getAttribute('data-node') || one.getAttribute('data-group') || one.getAttribute('data-frame');
    if (hiddenBy(id) === undefined) one.removeAttribute('display'); else one.setAttribute('display', 'none');
  });
  var hidden = {};
  all('[data-edge]').forEach(function (one) {
    var from = one.getAttribute('data-from'), to = one.getAttribute('data-to');
    var within = Object.keys(current.folded).some(function (key) { var group = key.slice(1); return current.folded[key] && inside(from, group) && inside(to, group); });
    if (within) { hidden['$' + one.getAttribute('data-edge')] = true; one.setAttribute('display', 'none'); } else one.removeAttribute('display');
  });
  var boxes = [];
  all('[data-frame]').forEach(function (frame) {
    var id = frame.getAttribute('data-frame');
    if (!current.folded['$' + id] || hiddenBy(id) !== undefined) return;
    var rect = frame.querySelector('rect'), cover = document.createElementNS(SVG, 'g'), shade = document.createElementNS(SVG, 'rect'), text = document.createElementNS(SVG, 'text');
    var x = Number(rect.getAttribute('x')), y = Number(rect.getAttribute('y')), width = Number(rect.getAttribute('width')), height = Number(rect.getAttribute('height'));
    var count = current.diagram.parts.filter(function (one) { return one.node && inside(one.id, id); }).length;
    boxes.push({ x: x, y: y, width: width, height: height });
    shade.setAttribute('class', 'cover'); shade.setAttribute('x', x); shade.setAttribute('y', y + 30); shade.setAttribute('width', width); shade.setAttribute('height', Math.max(0, height - 30)); shade.setAttribute('rx', 8);
    text.setAttribute('class', 'muted'); text.setAttribute('x', x + width / 2); text.setAttribute('y', y + 30 + (height - 30) / 2 + 4); text.setAttribute('font-size', '12'); text.setAttribute('text-anchor', 'middle');
    text.textContent = count === 1 ? '1 part folded' : count + ' parts folded';
    cover.appendChild(shade); cover.appendChild(text);
    cover.addEventListener('dblclick', function () { fold(id); });
    current.svg.querySelector('.covers').appendChild(cover);
  });
  all('[data-label]').forEach(function (one) {
    var rect = one.querySelector('rect'), x = Number(rect.getAttribute('x')) + Number(rect.getAttribute('width')) / 2, y = Number(rect.getAttribute('y')) + 7;
    var covered = boxes.some(function (box) { return x > box.x && x < box.x + box.width && y > box.y && y < box.y + box.height; });
    if (covered || hidden['$' + one.getAttribute('data-label')]) one.setAttribute('display', 'none'); else one.removeAttribute('display');
  });
}
function fold(id) {
  current.folded['$' + id] = !current.folded['$' + id];
  redrawFolds();
  status.textContent = part(id).label + (current.folded['$' + id] ? ' folded' : ' unfolded');
  show(id);
}

function links(id) {
  return current.diagram.edges.filter(function (edge) { return inside(edge.from, id) !== inside(edge.to, id) || (edge.from === id) !== (edge.to === id); });
}
function highlight(id) {
  all('.near').forEach(function (one) { one.classList.remove('near'); });
  current.svg.classList.toggle('focused', id !== null);
  if (id === null) return;
  var near = {};
  near['$' + id] = true;
  var edges = {};
  all('[data-edge]').forEach(function (one) {
    var from = one.getAttribute('data-from'), to = one.getAttribute('data-to');
    if (inside(from, id) || inside(to, id) || inside(id, from) || inside(id, to)) {
      near['$' + from] = near['$' + to] = true;
      edges['$' + one.getAttribute('data-edge')] = true;
      one.classList.add('near');
    }
  });
  all('[data-label]').forEach(function (one) { if (edges['$' + one.getAttribute('data-label')]) one.classList.add('near'); });
  all('[data-node]').forEach(function (one) {
    var own = one.getAttribute('data-node');
    if (near['$' + own] || parents(own).some(function (group) { return near['$' + group]; })) one.classList.add('near');
  });
}

function definition(list, name, value) {
  list.appendChild(element('dt', name));
  var dd = element('dd');
  if (value && value.nodeType) dd.appendChild(value); else dd.textContent = value;
  list.appendChild(dd);
}
function goTo(id) {
  var hidden = hiddenBy(id), guard = 0;
  while (hidden !== undefined && guard++ < 100) { current.folded['$' + hidden] = false; hidden = hiddenBy(id); }
  redrawFolds();
  var target = partElement(id);
  if (!target) return;
  reveal(target);
  target.querySelector('.hit').focus();
  show(id);
}
function neighbourItem(edge, id) {
  var out = inside(edge.from, id), other = out ? edge.to : edge.from, item = element('li');
  var button = element('button', (out ? '→ ' : '← ') + (part(other) ? part(other).label : other) + (edge.label ? ' · ' + edge.label : '') + ' (' + edge.kind + ')');
  button.type = 'button';
  button.addEventListener('click', function () { goTo(other); });
  item.appendChild(button);
  return item;
}
function show(id) {
  all('.chosen').forEach(function (one) { one.classList.remove('chosen'); });
  chosen = id;
  panel.textContent = '';
  if (id === null || !part(id)) { overview(); return; }
  var one = part(id), target = partElement(id);
  if (target) target.classList.add('chosen');
  panel.appendChild(element('h2', one.label));
  if (one.sublabel) panel.appendChild(element('p', one.sublabel, 'quiet'));
  if (one.change) panel.appendChild(element('p', one.change, 'change'));
  if (!one.node) {
    var button = element('button', current.folded['$' + id] ? 'Unfold' : 'Fold');
    button.type = 'button';
    button.addEventListener('click', function () { fold(id); var again = panel.querySelector('button'); if (again) again.focus(); });
    panel.appendChild(button);
  }
  if (one.opens && views['$' + one.opens]) {
    var open = element('button', 'Open the view of its inside');
    open.type = 'button';
    open.addEventListener('click', function () { choose(one.opens); });
    panel.appendChild(open);
  }
  var list = element('dl');
  if (one.count && one.count > 1) definition(list, 'count', String(one.count));
  if (one.place) {
    if (one.link) { var anchor = element('a', one.place); anchor.href = one.link; definition(list, 'source', anchor); } else definition(list, 'source', one.place);
  }
  one.details.forEach(function (detail) { definition(list, detail.name, detail.value); });
  one.badges.forEach(function (badge) { definition(list, badge.text, badge.title); });
  panel.appendChild(list);
  if (one.addresses.length) {
    panel.appendChild(element('h3', 'Addresses'));
    var addresses = element('ul');
    one.addresses.slice(0, 200).forEach(function (address) { var item = element('li'); item.appendChild(element('code', address)); addresses.appendChild(item); });
    if (one.addresses.length > 200) addresses.appendChild(element('li', 'and ' + (one.addresses.length - 200) + ' more'));
    panel.appendChild(addresses);
  }
  var near = links(id);
  if (near.length) {
    panel.appendChild(element('h3', 'Connections'));
    var connections = element('ul', null, 'neighbours');
    near.slice(0, 200).forEach(function (edge) { connections.appendChild(neighbourItem(edge, id)); });
    panel.appendChild(connections);
  }
}
function overview() {
  panel.appendChild(element('h2', current.diagram.title));
  if (current.diagram.description) panel.appendChild(element('p', current.diagram.description));
  panel.appendChild(element('p', current.diagram.coverage, 'quiet'));
  if (current.diagram.notes.length) {
    panel.appendChild(element('h3', 'Not in the picture'));
    var notes = element('ul');
    current.diagram.notes.forEach(function (note) { notes.appendChild(element('li', note)); });
    panel.appendChild(notes);
  }
  panel.appendChild(element('h3', 'Keys'));
  panel.appendChild(element('p', 'Tab: next part. Enter: details. F: fold a group. + and -: zoom. 0: fit. Arrows: move. /: search. Escape: back.', 'quiet'));
}

function choose(id) {
  var view = views['$' + id];
  if (!view) return;
  Object.keys(views).forEach(function (key) { views[key].svg.setAttribute('hidden', ''); });
  current = view;
  current.svg.removeAttribute('hidden');
  if (picker) picker.value = id;
  Array.prototype.forEach.call(document.querySelectorAll('[data-parts]'), function (one) { one.hidden = one.getAttribute('data-parts') !== id; });
  search.value = '';
  fit();
  show(null);
  status.textContent = current.diagram.title;
  try { history.replaceState(null, '', '#' + encodeURIComponent(id)); } catch (error) { status.textContent = current.diagram.title; }
}

function find() {
  var wanted = search.value.trim().toLowerCase();
  all('.found').forEach(function (one) { one.classList.remove('found'); });
  if (wanted === '') { show(null); return []; }
  var found = current.diagram.parts.filter(function (one) {
    return [one.label, one.sublabel || ''].concat(one.addresses).some(function (text) { return text.toLowerCase().indexOf(wanted) !== -1; });
  });
  panel.textContent = '';
  panel.appendChild(element('h2', found.length === 1 ? '1 part found' : found.length + ' parts found'));
  var list = element('ul', null, 'results');
  found.slice(0, 100).forEach(function (one) {
    var target = partElement(one.id), item = element('li'), button = element('button', one.label + (one.sublabel ? ' · ' + one.sublabel : ''));
    if (target) target.classList.add('found');
    button.type = 'button';
    button.addEventListener('click', function () { goTo(one.id); });
    item.appendChild(button);
    list.appendChild(item);
  });
  panel.appendChild(list);
  status.textContent = found.length === 1 ? '1 part found' : found.length + ' parts found';
  return found;
}

function closest(target, name) { return target && target.closest ? target.closest('[' + name + ']') : null; }
function idOf(target) {
  var node = closest(target, 'data-node') || closest(target, 'data-group');
  return node ? node.getAttribute('data-node') || node.getAttribute('data-group') : null;
}
var pointers = {}, moved = 0, distance = 0;
stage.addEventListener('pointerdown', function (event) { pointers[event.pointerId] = { x: event.clientX, y: event.clientY }; moved = 0; distance = 0; });
window.addEventListener('pointermove', function (event) {
  var last = pointers[event.pointerId];
  if (!last) return;
  var keys = Object.keys(pointers), dx = event.clientX - last.x, dy = event.clientY - last.y;
  pointers[event.pointerId] = { x: event.clientX, y: event.clientY };
  moved += Math.abs(dx) + Math.abs(dy);
  if (keys.length === 1) { if (moved > 3) { stage.classList.add('dragging'); pan(dx, dy); } return; }
  var a = pointers[keys[0]], b = pointers[keys[1]], now = Math.hypot(a.x - b.x, a.y - b.y), box = stage.getBoundingClientRect();
  if (distance > 0) zoom(now / distance, (a.x + b.x) / 2 - box.left, (a.y + b.y) / 2 - box.top);
  distance = now;
});
['pointerup', 'pointercancel'].forEach(function (name) {
  window.addEventListener(name, function (event) { delete pointers[event.pointerId]; distance = 0; stage.classList.remove('dragging'); });
});
stage.addEventListener('wheel', function (event) {
  event.preventDefault();
  var box = stage.getBoundingClientRect();
  zoom(Math.pow(1.0015, -event.deltaY * (event.deltaMode === 1 ? 16 : 1)), event.clientX - box.left, event.clientY - box.top);
}, { passive: false });
stage.addEventListener('click', function (event) {
  if (moved > 3) return;
  var opener = closest(event.target, 'data-opens');
  if (opener && views['$' + opener.getAttribute('data-opens')]) { choose(opener.getAttribute('data-opens')); return; }
  show(idOf(event.target));
});
stage.addEventListener('dblclick', function (event) { var group = closest(event.target, 'data-group'); if (group) fold(group.getAttribute('data-group')); });
stage.addEventListener('mouseover', function (event) { highlight(idOf(event.target)); });
stage.addEventListener('mouseleave', function () { highlight(null); });
stage.addEventListener('focusin', function (event) { var id = idOf(event.target); highlight(id); if (id !== null && event.target.matches(':focus-visible')) reveal(event.target); });
stage.addEventListener('focusout', function () { highlight(null); });
document.addEventListener('keydown', function (event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  var typing = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName), id = stage.contains(event.target) ? idOf(event.target) : null;
  if (event.key === 'Escape') { search.value = ''; find(); highlight(null); return; }
  if (typing) return;
  if (event.key === '/') { event.preventDefault(); search.focus(); return; }
  if (event.key === '+' || event.key === '=') zoom(1.25);
  else if (event.key === '-') zoom(0.8);
  else if (event.key === '0') fit();
  else if ((event.key === 'f' || event.key === 'F') && id !== null && !part(id).node) fold(id);
  else if ((event.key === 'Enter' || event.key === ' ') && id !== null) { event.preventDefault(); if (event.key === 'Enter' && chosen === id && part(id).opens && views['$' + part(id).opens]) choose(part(id).opens); else show(id); }
  else if (stage.contains(event.target) && event.key.indexOf('Arrow') === 0) {
    event.preventDefault();
    pan(event.key === 'ArrowLeft' ? 60 : event.key === 'ArrowRight' ? -60 : 0, event.key === 'ArrowUp' ? 60 : event.key === 'ArrowDown' ? -60 : 0);
  }
});
document.getElementById('zoom-in').addEventListener('click', function () { zoom(1.25); });
document.getElementById('zoom-out').addEventListener('click', function () { zoom(0.8); });
document.getElementById('fit').addEventListener('click', fit);
document.getElementById('theme').addEventListener('click', function () {
  var root = document.documentElement, dark = root.getAttribute('data-theme') === 'dark' || (!root.getAttribute('data-theme') && matchMedia('(prefers-color-scheme: dark)').matches);
  root.setAttribute('data-theme', dark ? 'light' : 'dark');
});
search.addEventListener('input', find);
search.addEventListener('keydown', function (event) { if (event.key === 'Enter') { var found = find(); if (found.length) goTo(found[0].id); } });
if (picker) picker.addEventListener('change', function () { choose(picker.value); });
Array.prototype.forEach.call(document.querySelectorAll('[data-go]'), function (one) { one.addEventListener('click', function () { goTo(one.getAttribute('data-go')); }); });
window.addEventListener('resize', fit);
var wanted = '';
try { wanted = decodeURIComponent(location.hash.slice(1)); } catch (error) { wanted = ''; }
choose(views['$' + wanted] ? wanted : data.diagrams[0].id);
})();
`;
