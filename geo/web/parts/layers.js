/* Layers from the page's data: read, drawn in the author's order, switched on and off. */
(function (hx) {
  'use strict';
  const PER_DEGREE = 1e6;
  const CHUNK = 100;
  const GROUND = {fill: true, fillColor: '#fffefb', fillOpacity: 1, stroke: false, interactive: false};
  const VEIL = {fill: true, fillColor: '#f3f2ed', fillOpacity: 0.5, stroke: false, interactive: false};
  const WORLD = [[-85, -180], [-85, 180], [85, 180], [85, -180]];

  /* Each number is the step from the one before, in millionths of a degree. */
  hx.places = function (flat) {
    const out = [];
    let x = 0, y = 0;
    for (let i = 0; i < flat.length; i += 2) {
      x += flat[i];
      y += flat[i + 1];
      out.push(L.latLng(y / PER_DEGREE, x / PER_DEGREE));
    }
    return out;
  };

  function areas(geometry) {
    return geometry.filter(function (p) { return p[0] === 2; }).map(function (p) { return p.slice(1).map(hx.places); });
  }

  function lines(geometry) {
    return geometry.filter(function (p) { return p[0] === 1; }).map(function (p) { return hx.places(p[1]); });
  }

  function points(geometry) {
    return geometry.filter(function (p) { return p[0] === 0; }).flatMap(function (p) { return hx.places(p[1]); });
  }

  function options(style, more) {
    return Object.assign({renderer: hx.renderer}, style, more);
  }

  /* A task that names a whole district is clicked and numbered there, but does not colour it. */
  function washed(style, strength) {
    if (strength === undefined) { return style; }
    if (strength === 0) { return {fill: false, stroke: false}; }
    return Object.assign({}, style, {fillOpacity: style.fillOpacity * strength});
  }

  /* A path of very many parts is slow to fill: a merged class is drawn by the hundred. */
  function chunks(parts, merged) {
    const size = merged ? CHUNK : Math.max(parts.length, 1), out = [];
    for (let i = 0; i < parts.length; i += size) { out.push(parts.slice(i, i + size)); }
    return out;
  }

  function leaves(feature, record, symbol, merged) {
    const more = merged ? {interactive: false, fillRule: 'nonzero'} : {interactive: true};
    const polygons = areas(record.g), strings = lines(record.g);
    const out = {shapes: [], points: []};
    const filled = options(washed(symbol.area, record.w), more), drawn = options(symbol.line, more);
    chunks(polygons, merged).forEach(function (some) { out.shapes.push(L.polygon(some, Object.assign({}, filled))); });
    chunks(strings, merged).forEach(function (some) { out.shapes.push(L.polyline(some, Object.assign({}, drawn))); });
    out.points = points(record.g).map(function (at) {
      return new hx.Symbol(at, options(symbol.point, {radius: symbol.point.size / 2, interactive: !merged}));
    });
    out.shapes.concat(out.points).forEach(function (leaf) { leaf.feature = feature; });
    return out;
  }

  function readFeature(record, layer, words) {
    const facts = [];
    for (let i = 0; i < record.f.length; i += 2) { facts.push([words[record.f[i]], words[record.f[i + 1]]]); }
    const feature = {
      layer: layer, name: record.n, label: record.l || '', number: record.k || 0, facts: facts,
      at: hx.places(record.at)[0], symbol: layer.classes[record.c]
    };
    const found = leaves(feature, record, feature.symbol, layer.merged);
    feature.shapes = found.shapes;
    feature.points = found.points;
    return feature;
  }

  function readLayer(record, words) {
    const layer = {
      title: record.title, group: record.group, label: record.label, classes: record.classes,
      merged: record.merged, visible: false, features: []
    };
    layer.features = record.features.map(function (f) { return readFeature(f, layer, words); });
    layer.shapes = layer.features.flatMap(function (f) { return f.shapes; });
    layer.points = layer.features.flatMap(function (f) { return f.points; });
    return layer;
  }

  /* The territory's ground, the veil over what lies outside, and the borders above it. */
  function readBase(base, pictures) {
    const body = areas(base.g);
    hx.under = pictures ? [] : [L.polygon(body, options(GROUND))];
    hx.over = [L.polygon([[WORLD].concat(body.flat())], options(VEIL))];
    base.borders.forEach(function (border) {
      hx.over.push(L.polyline(lines(border.g), options(border.s, {interactive: false})));
    });
    hx.over.push(L.polygon(body, options(base.s, {interactive: false})));
    hx.neighbours = base.neighbours.map(function (n) { return {name: n.n, at: hx.places(n.at)[0]}; });
  }

  hx.read = function (data) {
    hx.outlines = data.outlines;
    hx.overlays = data.overlays;
    hx.renderer = new hx.Canvas({padding: 0.25, tolerance: 5});
    readBase(data.base, data.backdrops.length > 0);
    hx.backdrops = data.backdrops.map(function (picture) { return L.imageOverlay(picture.url, picture.box, {pane: 'hx-ground'}); });
    hx.layers = data.layers.map(function (record) { return readLayer(record, data.words); });
  };

  /* Canvas draws in the order of adding: after a switch everything is put in order again. */
  hx.restack = function () {
    const shown = hx.layers.filter(function (layer) { return layer.visible; });
    const order = [hx.under].concat(
      shown.map(function (layer) { return layer.shapes; }), [hx.over],
      shown.map(function (layer) { return layer.points; })
    );
    order.forEach(function (leaves) { leaves.forEach(function (leaf) { leaf.bringToFront(); }); });
  };

  hx.setVisible = function (layer, on) {
    if (layer.visible === on) { return; }
    layer.visible = on;
    layer.shapes.concat(layer.points).forEach(function (leaf) {
      if (on) { leaf.addTo(hx.map); } else { leaf.remove(); }
    });
    hx.restack();
    hx.map.fire('hx:layers');
  };

  hx.drawAll = function () {
    hx.backdrops.concat(hx.under, hx.over).forEach(function (leaf) { leaf.addTo(hx.map); });
    hx.layers.forEach(function (layer) {
      layer.visible = true;
      layer.shapes.concat(layer.points).forEach(function (leaf) { leaf.addTo(hx.map); });
    });
    hx.restack();
  };

  hx.switches = function () {
    document.querySelectorAll('input[data-backdrop]').forEach(function (box) {
      const picture = hx.backdrops[Number(box.dataset.backdrop)];
      box.checked = true;
      box.addEventListener('change', function () { if (box.checked) { picture.addTo(hx.map); } else { picture.remove(); } });
    });
    document.querySelectorAll('input[data-layer]').forEach(function (box) {
      const layer = hx.layers[Number(box.dataset.layer)];
      layer.box = box;
      box.checked = true;
      box.addEventListener('change', function () { hx.setVisible(layer, box.checked); });
    });
  };

  hx.boundsOf = function (feature) {
    const bounds = L.latLngBounds([feature.at]);
    feature.shapes.forEach(function (leaf) { bounds.extend(leaf.getBounds()); });
    feature.points.forEach(function (leaf) { bounds.extend(leaf.getLatLng()); });
    return bounds;
  };

  /* What lies at a place of the screen, topmost first, each feature once. */
  hx.underPointer = function (place) {
    const found = [];
    const kinds = ['points', 'shapes'];
    kinds.forEach(function (kind) {
      hx.layers.slice().reverse().forEach(function (layer) {
        if (!layer.visible || layer.merged) { return; }
        layer[kind].slice().reverse().forEach(function (leaf) {
          if (leaf._containsPoint(place) && found.indexOf(leaf.feature) < 0) { found.push(leaf.feature); }
        });
      });
    });
    return found;
  };
}(hx));
