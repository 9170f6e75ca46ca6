/* Measuring on the ellipsoid of CGCS2000: lengths along geodesics, areas on the sphere of equal area. */
(function (hx) {
  'use strict';
  const A = 6378137, F = 1 / 298.257222101, B = A * (1 - F);
  const E2 = F * (2 - F), E = Math.sqrt(E2);
  const LINE = {color: '#c1121f', weight: 2.5, dash: [6, 4], stroke: true, opacity: 1, fill: false, interactive: false};
  const AREA = {fill: true, fillColor: '#c1121f', fillOpacity: 0.08, stroke: false, interactive: false};
  const DOT = {marker: 'measure', size: 9, fillColor: '#ffffff', color: '#c1121f', weight: 2, radius: 5, interactive: false};

  function radians(degrees) { return degrees * Math.PI / 180; }

  /* Vincenty's inverse formula (Survey Review 23, 1975); places of one map are never antipodal. */
  hx.distance = function (from, to) {
    const u1 = Math.atan((1 - F) * Math.tan(radians(from.lat))), u2 = Math.atan((1 - F) * Math.tan(radians(to.lat)));
    const s1 = Math.sin(u1), c1 = Math.cos(u1), s2 = Math.sin(u2), c2 = Math.cos(u2), dl = radians(to.lng - from.lng);
    let l = dl, ss, cs, sigma, sa, ca2, cm, before;
    for (let i = 0; i < 100; i += 1) {
      ss = Math.hypot(c2 * Math.sin(l), c1 * s2 - s1 * c2 * Math.cos(l));
      if (ss === 0) { return 0; }
      cs = s1 * s2 + c1 * c2 * Math.cos(l);
      sigma = Math.atan2(ss, cs);
      sa = c1 * c2 * Math.sin(l) / ss;
      ca2 = 1 - sa * sa;
      cm = ca2 === 0 ? 0 : cs - 2 * s1 * s2 / ca2;
      const c = F / 16 * ca2 * (4 + F * (4 - 3 * ca2));
      before = l;
      l = dl + (1 - c) * F * sa * (sigma + c * ss * (cm + c * cs * (2 * cm * cm - 1)));
      if (Math.abs(l - before) < 1e-13) { break; }
    }
    const k = ca2 * (A * A - B * B) / (B * B);
    const a = 1 + k / 16384 * (4096 + k * (-768 + k * (320 - 175 * k))), b = k / 1024 * (256 + k * (-128 + k * (74 - 47 * k)));
    const ds = b * ss * (cm + b / 4 * (cs * (2 * cm * cm - 1) - b / 6 * cm * (4 * ss * ss - 3) * (4 * cm * cm - 3)));
    return B * a * (sigma - ds);
  };

  /* Authalic latitude: Snyder, Map Projections (USGS Professional Paper 1395, 1987), 3-11 and 3-12. */
  function q(sine) {
    return (1 - E2) * (sine / (1 - E2 * sine * sine) - Math.log((1 - E * sine) / (1 + E * sine)) / (2 * E));
  }

  function authalic(lat) { return Math.asin(q(Math.sin(radians(lat))) / q(1)); }

  /* Square metres inside great circles of the equal-area sphere (spherical excess, edge by edge). */
  hx.area = function (places) {
    const square = A * A * q(1) / 2;
    let sum = 0;
    places.forEach(function (place, i) {
      const next = places[(i + 1) % places.length];
      const t1 = Math.tan(authalic(place.lat) / 2), t2 = Math.tan(authalic(next.lat) / 2);
      sum += 2 * Math.atan(Math.tan(radians(next.lng - place.lng) / 2) * (t1 + t2) / (1 + t1 * t2));
    });
    return Math.abs(sum) * square;
  };

  function round(value, digits) { return value.toLocaleString('zh-CN', {maximumFractionDigits: digits, minimumFractionDigits: digits}); }

  hx.lengthText = function (metres) {
    return metres < 1000 ? round(metres, 0) + ' m' : round(metres / 1000, metres < 1e5 ? 2 : 1) + ' km';
  };

  hx.areaText = function (square) {
    const hectares = square / 1e4;
    const first = square < 1e4 ? round(square, 0) + ' m²' : square < 1e6 ? round(hectares, 2) + ' 公顷' : round(square / 1e6, 2) + ' km²';
    return first + '（' + round(hectares * 15, hectares < 10 ? 2 : 0) + ' 亩）';
  };

  function options(style) { return Object.assign({renderer: hx.renderer}, style); }

  hx.measurer = function () {
    const button = document.getElementById('hx-measure'), box = document.getElementById('hx-measured');
    const length = document.getElementById('hx-length'), area = document.getElementById('hx-area');
    let places = [];
    const line = L.polyline([], options(LINE)), surface = L.polygon([], options(AREA)), dots = L.layerGroup();
    hx.measuring = false;
    hx.outlines.measure = Array.from({length: 16}, function (_, i) { return [Math.cos(i * Math.PI / 8) / 2, Math.sin(i * Math.PI / 8) / 2]; });

    function draw() {
      line.setLatLngs(places);
      surface.setLatLngs(places.length > 2 ? places : []);
      dots.clearLayers();
      places.forEach(function (place) { dots.addLayer(new hx.Symbol(place, options(DOT))); });
      [surface, line].forEach(function (leaf) { leaf.bringToFront(); });
      dots.eachLayer(function (leaf) { leaf.bringToFront(); });
      const sum = places.slice(1).reduce(function (total, place, i) { return total + hx.distance(places[i], place); }, 0);
      length.textContent = places.length > 1 ? '总长 ' + hx.lengthText(sum) : '在图上依次点击取点';
      area.textContent = places.length > 2 ? '首尾相连面积 ' + hx.areaText(hx.area(places)) : '';
    }

    function set(on) {
      hx.measuring = on;
      button.setAttribute('aria-pressed', String(on));
      box.hidden = !on;
      places = [];
      hx.map.closePopup();
      hx.map.doubleClickZoom[on ? 'disable' : 'enable']();
      hx.map.getContainer().classList.toggle('measuring', on);
      [surface, line, dots].forEach(function (layer) { if (on) { layer.addTo(hx.map); } else { layer.remove(); } });
      if (on) { draw(); }
    }

    hx.map.on('click', function (event) {
      if (!hx.measuring) { return; }
      places.push(event.latlng);
      draw();
    });
    button.addEventListener('click', function () { set(!hx.measuring); });
    document.getElementById('hx-done').addEventListener('click', function () { set(false); });
    document.getElementById('hx-clear').addEventListener('click', function () { places = []; draw(); });
    document.getElementById('hx-undo').addEventListener('click', function () { places.pop(); draw(); });
    document.addEventListener('keydown', function (event) { if (event.key === 'Escape' && hx.measuring) { set(false); } });
  };
}(hx));
