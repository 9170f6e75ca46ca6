/* The page begins: data is read, layers are drawn, tools are joined to their buttons. */
(function (hx) {
  'use strict';

  function drawer() {
    const panel = document.getElementById('hx-panel'), button = document.getElementById('hx-drawer');
    function set(open) {
      panel.classList.toggle('open', open);
      button.setAttribute('aria-expanded', String(open));
    }
    button.addEventListener('click', function () { set(!panel.classList.contains('open')); });
    hx.closeDrawer = function () { set(false); };
  }

  function home(bounds) {
    const Home = L.Control.extend({
      onAdd: function () {
        const bar = L.DomUtil.create('div', 'leaflet-bar');
        const button = L.DomUtil.create('a', 'hx-home', bar);
        button.href = '#';
        button.title = '回到全图';
        button.setAttribute('role', 'button');
        button.textContent = '全图';
        L.DomEvent.disableClickPropagation(bar);
        L.DomEvent.on(button, 'click', function (event) {
          L.DomEvent.preventDefault(event);
          hx.map.fitBounds(bounds, {padding: [10, 10]});
        });
        return bar;
      }
    });
    return new Home({position: 'topleft'});
  }

  hx.start = function (map) {
    const data = JSON.parse(document.getElementById('hx-data').textContent);
    hx.map = map;
    hx.family = getComputedStyle(document.body).fontFamily;
    map.createPane('hx-ground').style.zIndex = 250;
    hx.read(data);
    map.setMaxBounds(L.latLngBounds(data.view).pad(1));
    map.fitBounds(data.home, {animate: false, padding: [10, 10]});
    hx.drawAll();
    L.control.zoom({zoomInTitle: '放大', zoomOutTitle: '缩小'}).addTo(map);
    home(data.home).addTo(map);
    L.control.scale({imperial: false, maxWidth: 140}).addTo(map);
    map.getContainer().appendChild(document.getElementById('hx-north'));
    hx.labels = new hx.Labels().addTo(map);
    drawer();
    hx.switches();
    hx.clicks();
    hx.searching();
    hx.measurer();
    hx.printing();
    document.fonts.load('14px ' + hx.family, '红').then(function () { hx.labels.draw(); });
    document.body.dataset.ready = 'yes';
  };
}(hx));
