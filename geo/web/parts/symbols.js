/* Symbols on canvas: areas with hatch and band, lines with casing, points by their outline. */
const hx = (function () {
  'use strict';
  const hx = {};
  const HATCH_PX = 7;
  /* Families of parallel strokes, as (x, y) factors of the value that is constant along one. */
  const STROKES = {
    '/': [[1, 1]], '\\': [[1, -1]], '|': [[1, 0]], '-': [[0, 1]], '+': [[1, 0], [0, 1]], 'x': [[1, 1], [1, -1]]
  };

  function stroke(ctx, colour, width, dash, opacity) {
    ctx.setLineDash(dash || []);
    ctx.globalAlpha = opacity;
    ctx.strokeStyle = colour;
    ctx.lineWidth = width;
    ctx.lineCap = dash && dash.length ? 'butt' : 'round';
    ctx.lineJoin = 'round';
    ctx.stroke();
    ctx.setLineDash([]);
  }

  /* A soft strip inside an area's edge: a wide stroke cut by the area itself. */
  function band(ctx, options) {
    ctx.save();
    ctx.clip('evenodd');
    stroke(ctx, options.bandColor, options.band * 2, [], 0.45);
    ctx.restore();
  }

  function hatch(ctx, layer, seen) {
    const o = layer.options;
    const box = layer._pxBounds;
    const low = L.point(Math.max(box.min.x, seen.min.x), Math.max(box.min.y, seen.min.y));
    const high = L.point(Math.min(box.max.x, seen.max.x), Math.min(box.max.y, seen.max.y));
    if (low.x >= high.x || low.y >= high.y) { return; }
    ctx.save();
    ctx.clip(o.fillRule || 'evenodd');
    ctx.beginPath();
    if (STROKES[o.hatch]) {
      STROKES[o.hatch].forEach(function (of) { strokes(ctx, of, low, high); });
      stroke(ctx, o.color, 0.9, [], 0.8);
    } else {
      dots(ctx, low, high);
      ctx.globalAlpha = 0.8;
      ctx.fillStyle = o.color;
      ctx.fill();
    }
    ctx.restore();
  }

  /* Lines a·x + b·y = c for every multiple c of the spacing, the same for all areas of the map. */
  function strokes(ctx, of, low, high) {
    const a = of[0], b = of[1];
    const step = HATCH_PX * Math.hypot(a, b);
    const ends = [low.x, high.x].flatMap(function (x) { return [low.y, high.y].map(function (y) { return a * x + b * y; }); });
    const last = Math.max.apply(null, ends);
    for (let c = Math.ceil(Math.min.apply(null, ends) / step) * step; c <= last; c += step) {
      if (a === 0) {
        ctx.moveTo(low.x, c / b);
        ctx.lineTo(high.x, c / b);
      } else {
        ctx.moveTo((c - b * low.y) / a, low.y);
        ctx.lineTo((c - b * high.y) / a, high.y);
      }
    }
  }

  function dots(ctx, low, high) {
    for (let y = Math.ceil(low.y / HATCH_PX); y * HATCH_PX <= high.y; y += 1) {
      for (let x = Math.floor(low.x / HATCH_PX); x * HATCH_PX <= high.x; x += 1) {
        const cx = (x + (y % 2 ? 0.5 : 0)) * HATCH_PX;
        ctx.moveTo(cx + 1, y * HATCH_PX);
        ctx.arc(cx, y * HATCH_PX, 1, 0, 2 * Math.PI);
      }
    }
  }

  function trace(ctx, outline, at, size) {
    ctx.beginPath();
    outline.forEach(function (corner, i) {
      ctx[i ? 'lineTo' : 'moveTo'](at.x + corner[0] * size, at.y + corner[1] * size);
    });
    ctx.closePath();
  }

  function part(ctx, outline, layer, fill, edge) {
    const o = layer.options;
    trace(ctx, outline, layer._point, o.size);
    ctx.globalAlpha = 1;
    if (fill !== 'none') {
      ctx.fillStyle = fill;
      ctx.fill();
    }
    if (edge !== 'none' && o.weight) { stroke(ctx, edge, o.weight, [], 1); }
  }

  hx.Canvas = L.Canvas.extend({
    _fillStroke: function (ctx, layer) {
      const o = layer.options;
      if (o.fill) {
        ctx.globalAlpha = o.fillOpacity;
        ctx.fillStyle = o.fillColor;
        ctx.fill(o.fillRule || 'evenodd');
      }
      if (o.band) { band(ctx, o); }
      if (o.casing) { stroke(ctx, o.casing, o.casingWeight, [], 0.7); }
      if (o.stroke && o.weight) { stroke(ctx, o.color, o.weight, o.dash, o.opacity); }
      if (o.hatch) { hatch(ctx, layer, this._bounds); }
    },

    _updateSymbol: function (layer) {
      if (!this._drawing || layer._empty()) { return; }
      const o = layer.options;
      part(this._ctx, hx.outlines[o.marker], layer, o.fillColor, o.color);
      const over = hx.overlays[o.marker];
      if (!over) { return; }
      const section = o.marker === 'section';
      part(this._ctx, over, layer, section ? o.second : o.color, section ? o.color : 'none');
    }
  });

  hx.Symbol = L.CircleMarker.extend({
    _updatePath: function () { this._renderer._updateSymbol(this); }
  });

  return hx;
}());
