/* Printing: the map is laid out anew for A4, at the same view, before the browser takes its picture.

What a canvas shows on paper is what it showed on the screen, so that after laying out a frame has to pass: the button
and Ctrl+P wait for it. The browser's own menu leaves no time; then the map is printed as it stands, made to fit. */
(function (hx) {
  'use strict';
  let view = null;
  let asItStands = false;
  const PAPER = [1040, 580];

  function lay() {
    hx.map.invalidateSize({animate: false, pan: false});
    hx.map.fitBounds(view, {animate: false});
    hx.renderer._redraw();
    hx.labels.draw();
  }

  function dress() {
    view = hx.map.getBounds();
    document.body.classList.add('printing');
    document.querySelectorAll('#hx-panel details').forEach(function (part) { part.dataset.was = part.open ? 'open' : ''; part.open = true; });
  }

  function print() {
    if (!view) { dress(); lay(); }
    requestAnimationFrame(function () { requestAnimationFrame(function () { window.print(); }); });
  }

  function unprepared() {
    if (view) { return; }
    const frame = hx.map.getContainer();
    const wide = frame.offsetWidth;
    const tall = frame.offsetHeight;
    dress();
    frame.style.setProperty('width', wide + 'px', 'important');
    frame.style.setProperty('height', tall + 'px', 'important');
    frame.style.zoom = Math.min(PAPER[0] / wide, PAPER[1] / tall);
    asItStands = true;
  }

  function after() {
    if (!view) { return; }
    document.body.classList.remove('printing');
    document.querySelectorAll('#hx-panel details').forEach(function (part) { part.open = part.dataset.was === 'open'; });
    if (asItStands) {
      ['width', 'height', 'zoom'].forEach(function (name) { hx.map.getContainer().style.removeProperty(name); });
      asItStands = false;
    }
    lay();
    view = null;
  }

  hx.printing = function () {
    window.addEventListener('beforeprint', unprepared);
    window.addEventListener('afterprint', after);
    document.getElementById('hx-print').addEventListener('click', print);
    window.addEventListener('keydown', function (event) {
      if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === 'p') { event.preventDefault(); print(); }
    });
  };
}(hx));
