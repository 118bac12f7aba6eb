/** Filters and sorts what the page holds already; it reads no text as markup and asks nobody for anything. */
export const FINDINGS_SCRIPT = `
(function () {
  'use strict';
  var root = document.documentElement, causes = document.getElementById('causes');
  if (!causes) return;
  root.classList.add('scripted');
  var groups = Array.prototype.slice.call(causes.children);
  var find = document.getElementById('find'), severity = document.getElementById('severity'), order = document.getElementById('order'), patched = document.getElementById('patched'), shown = document.getElementById('shown'), unfold = document.getElementById('unfold');
  var levels = ['critical', 'high', 'medium', 'low', 'info'];
  function update() {
    var text = find.value.toLowerCase(), level = severity.value === '' ? -1 : levels.indexOf(severity.value), count = 0, all = 0;
    groups.forEach(function (group) {
      var own = 0;
      group.querySelectorAll('.finding').forEach(function (finding) {
        var fits = (text === '' || (group.textContent.slice(0, 300) + finding.textContent).toLowerCase().indexOf(text) >= 0) && (level < 0 || Number(finding.dataset.severity) === level) && (!patched.checked || finding.dataset.patch === '1');
        finding.hidden = !fits;
        all += 1;
        if (fits) own += 1;
      });
      group.hidden = own === 0;
      if (own > 0 && text !== '') group.open = true;
      count += own;
    });
    shown.textContent = count === all ? '' : count + ' of ' + all + ' shown';
  }
  function sort() {
    var by = { saving: function (a, b) { return Number(b.dataset.saving) - Number(a.dataset.saving) || Number(a.dataset.severity) - Number(b.dataset.severity); }, severity: function (a, b) { return Number(a.dataset.severity) - Number(b.dataset.severity) || Number(b.dataset.saving) - Number(a.dataset.saving); }, name: function (a, b) { return a.dataset.name < b.dataset.name ? -1 : a.dataset.name > b.dataset.name ? 1 : 0; } }[order.value];
    groups.slice().sort(by).forEach(function (group) { causes.appendChild(group); });
  }
  find.form.addEventListener('submit', function (event) { event.preventDefault(); });
  find.addEventListener('input', update);
  severity.addEventListener('change', update);
  patched.addEventListener('change', update);
  order.addEventListener('change', sort);
  unfold.addEventListener('click', function () { var open = groups.some(function (group) { return !group.open; }); groups.forEach(function (group) { group.open = open; }); unfold.textContent = open ? 'Close all' : 'Open all'; });
  function openTarget() { var target = location.hash.length > 1 ? document.getElementById(location.hash.slice(1)) : null; var group = target && target.closest('details.cause'); if (group) { group.open = true; target.scrollIntoView(); } }
  window.addEventListener('hashchange', openTarget);
  openTarget();
})();
`;
