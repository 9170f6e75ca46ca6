/* Names on a canvas of their own: the important ones first, none over another or over a symbol. */
(function (hx) {
  'use strict';
  const GAP = 3;
  const BADGE = {size: 11, color: '#ffffff', priority: 7};
  const AROUND = [[1, 0], [-1, 0], [0, -1], [0, 1], [1, -1], [1, 1], [-1, -1], [-1, 1]];

  function font(label) {
    const size = Math.max(label.size, 11);
    return (label.water ? 'italic ' : '') + (label.badge ? 'bold ' : '') + size + 'px ' + hx.family;
  }

  /* Where a line or an area is named while its own place is out of sight: its corner nearest the middle. */
  function seenPlace(feature, view) {
    const own = hx.map.latLngToContainerPoint(feature.at);
    if (view.contains(own) || feature.points.length || !feature.shapes.length) { return own; }
    const middle = view.getCenter();
    let best = null, least = Infinity;
    feature.shapes.forEach(function (leaf) {
      if (leaf instanceof L.Polygon) { return; }
      leaf.getLatLngs().flat(2).forEach(function (place) {
        const p = hx.map.latLngToContainerPoint(place);
        if (view.contains(p) && p.distanceTo(middle) < least) {
          least = p.distanceTo(middle);
          best = p;
        }
      });
    });
    return best;
  }

  function request(feature) {
    if (feature.number) { return Object.assign({text: String(feature.number), badge: true, feature: feature}, BADGE); }
    const label = feature.layer.label;
    if (!label || !feature.label) { return null; }
    return Object.assign({text: feature.label, feature: feature}, label);
  }

  function requests() {
    const out = [];
    hx.layers.forEach(function (layer) {
      if (!layer.visible || layer.merged) { return; }
      layer.features.forEach(function (feature) {
        const wanted = request(feature);
        if (wanted) { out.push(wanted); }
      });
    });
    hx.neighbours.forEach(function (n) { out.push({text: n.name, at: n.at, size: 12, color: '#8a8a8a', priority: 0}); });
    return out.sort(function (a, b) { return b.priority - a.priority; });
  }

  function overlaps(a, b) {
    return a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3];
  }

  /* Boxes taken so far, by cells of the screen, so that thousands of names are no matter. */
  function Taken() { this.cells = new Map(); }
  Taken.prototype.keys = function (box) {
    const out = [];
    for (let x = Math.floor(box[0] / 64); x <= Math.floor(box[2] / 64); x += 1) {
      for (let y = Math.floor(box[1] / 64); y <= Math.floor(box[3] / 64); y += 1) { out.push(x + ',' + y); }
    }
    return out;
  };
  Taken.prototype.free = function (box, but) {
    const cells = this.cells;
    return this.keys(box).every(function (key) {
      return (cells.get(key) || []).every(function (item) { return item.of === but || !overlaps(item.box, box); });
    });
  };
  Taken.prototype.add = function (box, of) {
    const cells = this.cells;
    this.keys(box).forEach(function (key) {
      if (!cells.has(key)) { cells.set(key, []); }
      cells.get(key).push({box: box, of: of});
    });
  };

  function symbolsTaken(view) {
    const taken = new Taken();
    hx.layers.forEach(function (layer) {
      if (!layer.visible || layer.merged) { return; }
      layer.points.forEach(function (leaf) {
        const p = hx.map.latLngToContainerPoint(leaf.getLatLng()), half = leaf.options.size / 2;
        if (view.contains(p)) { taken.add([p.x - half, p.y - half, p.x + half, p.y + half], leaf.feature); }
      });
    });
    return taken;
  }

  function boxAt(middle, size, way, away) {
    const x = middle.x + way[0] * (size.x / 2 + away), y = middle.y + way[1] * (size.y / 2 + away);
    return [x - size.x / 2, y - size.y / 2, x + size.x / 2, y + size.y / 2];
  }

  function candidates(wanted, middle, size) {
    const feature = wanted.feature, beside = feature && feature.points.length;
    const away = beside ? feature.points[0].options.size / 2 + GAP : 0;
    if (beside || wanted.badge) {
      /* A number must find room: it may stand further away than a name. */
      const rings = wanted.badge ? [away, away + 12, away + 26] : [away];
      const near = beside ? [] : [boxAt(middle, size, [0, 0], 0)];
      return near.concat(rings.flatMap(function (ring) {
        return AROUND.map(function (way) { return boxAt(middle, size, way, ring); });
      }));
    }
    return [[0, 0], [0, -0.7], [0, 0.7], [0.7, 0], [-0.7, 0]].map(function (way) {
      return boxAt(middle, size, [way[0], way[1]], 0);
    });
  }

  function place(ctx, wanted, view, taken) {
    const middle = wanted.feature ? seenPlace(wanted.feature, view) : hx.map.latLngToContainerPoint(wanted.at);
    if (!middle || !view.contains(middle)) { return null; }
    ctx.font = font(wanted);
    const rows = wanted.text.split('\n'), tall = Math.max(wanted.size, 11) * 1.2;
    const wide = Math.max.apply(null, rows.map(function (row) { return ctx.measureText(row).width; }));
    const size = wanted.badge ? L.point(Math.max(wide + 6, 16), 16) : L.point(wide + 2, tall * rows.length);
    const box = candidates(wanted, middle, size).find(function (b) { return taken.free(b, wanted.feature); });
    if (!box) { return null; }
    taken.add(box, {});
    return {wanted: wanted, rows: rows, box: box, tall: tall};
  }

  function badge(ctx, box, colour) {
    const x = (box[0] + box[2]) / 2, y = (box[1] + box[3]) / 2, half = (box[2] - box[0]) / 2;
    ctx.beginPath();
    ctx.arc(x - half + 8, y, 8, Math.PI / 2, Math.PI * 1.5);
    ctx.arc(x + half - 8, y, 8, Math.PI * 1.5, Math.PI / 2);
    ctx.closePath();
    ctx.fillStyle = colour;
    ctx.fill();
    ctx.strokeStyle = '#ffffff';
    ctx.lineWidth = 1;
    ctx.stroke();
  }

  function write(ctx, found) {
    const box = found.box, wanted = found.wanted;
    ctx.font = font(wanted);
    if (wanted.badge) { badge(ctx, box, wanted.feature.symbol.area.color); }
    found.rows.forEach(function (row, i) {
      const x = (box[0] + box[2]) / 2, y = (box[1] + box[3]) / 2 + (i - (found.rows.length - 1) / 2) * found.tall;
      if (!wanted.badge) {
        ctx.strokeStyle = '#ffffff';
        ctx.lineWidth = 3;
        ctx.strokeText(row, x, y);
      }
      ctx.fillStyle = wanted.color;
      ctx.fillText(row, x, y);
    });
  }

  hx.Labels = L.Layer.extend({
    onAdd: function (map) {
      const pane = map.createPane('hx-labels');
      pane.style.zIndex = 450;
      pane.style.pointerEvents = 'none';
      this._canvas = L.DomUtil.create('canvas', 'hx-labels', pane);
      map.on('moveend resize hx:layers', this.draw, this);
      map.on('zoomstart', this.hide, this);
      this.draw();
    },

    hide: function () { this._canvas.style.visibility = 'hidden'; },

    draw: function () {
      const size = this._map.getSize(), ratio = window.devicePixelRatio || 1, canvas = this._canvas;
      L.DomUtil.setPosition(canvas, this._map.containerPointToLayerPoint([0, 0]));
      canvas.width = size.x * ratio;
      canvas.height = size.y * ratio;
      canvas.style.width = size.x + 'px';
      canvas.style.height = size.y + 'px';
      canvas.style.visibility = 'visible';
      const ctx = canvas.getContext('2d');
      ctx.scale(ratio, ratio);
      ctx.textAlign = 'center';
      ctx.textBaseline = 'middle';
      ctx.lineJoin = 'round';
      const view = L.bounds([0, 0], size), taken = symbolsTaken(view);
      this.placed = requests().map(function (w) { return place(ctx, w, view, taken); }).filter(Boolean);
      this.placed.slice().reverse().forEach(function (found) { write(ctx, found); });
    },

    /* The feature whose number stands at a place of the screen. */
    at: function (p) {
      const found = this.placed.find(function (f) {
        return f.wanted.badge && p.x >= f.box[0] && p.x <= f.box[2] && p.y >= f.box[1] && p.y <= f.box[3];
      });
      return found ? found.wanted.feature : null;
    }
  });
}(hx));
