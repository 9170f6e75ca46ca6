/* Printing: the map is laid out anew for A4, at the same view, before the browser takes its picture. */
(function (hx) {
  'use strict';
  let view = null;

  function lay() {
    hx.map.invalidateSize({animate: false, pan: false});
    hx.map.fitBounds(view, {animate: false});
    hx.renderer._redraw();
    hx.labels.draw();
  }

  function before() {
    if (view) { return; }
    view = hx.map.getBounds();
    document.body.classList.add('printing');
    document.querySelectorAll('#hx-panel details').forEach(function (part) { part.dataset.was = part.open ? 'open' : ''; part.open = true; });
    lay();
  }

  function after() {
    if (!view) { return; }
    document.body.classList.remove('printing');
    document.querySelectorAll('#hx-panel details').forEach(function (part) { part.open = part.dataset.was === 'open'; });
    lay();
    view = null;
  }

  hx.printing = function () {
    window.addEventListener('beforeprint', before);
    window.addEventListener('afterprint', after);
    document.getElementById('hx-print').addEventListener('click', function () { window.print(); });
  };
}(hx));
