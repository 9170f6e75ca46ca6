/* What a click tells: every feature at the place, one after the other. Text only, never markup. */
(function (hx) {
  'use strict';
  /* Facts that come first and large; the rest follow as they are. */
  const SUMMARY = '内容';
  const WORTH = '数据性质';
  /* Facts that are long and seldom read come last. */
  const LAST = ['位置来源', '备注'];

  hx.element = function (tag, text, name) {
    const out = document.createElement(tag);
    if (text) { out.textContent = text; }
    if (name) { out.className = name; }
    return out;
  };

  function fact(feature, name) {
    const found = feature.facts.find(function (pair) { return pair[0] === name; });
    return found ? found[1] : '';
  }
  hx.fact = fact;

  function card(feature) {
    const out = hx.element('div', '', 'hx-card');
    const title = feature.symbol.title === feature.layer.title ? feature.layer.title : feature.layer.title + ' · ' + feature.symbol.title;
    out.appendChild(hx.element('p', title, 'kind'));
    out.appendChild(hx.element('h3', (feature.number ? feature.number + '　' : '') + feature.name));
    if (fact(feature, SUMMARY)) { out.appendChild(hx.element('p', fact(feature, SUMMARY), 'summary')); }
    const list = hx.element('dl');
    const late = feature.facts.filter(function (pair) { return LAST.indexOf(pair[0]) >= 0; });
    const first = feature.facts.filter(function (pair) { return LAST.indexOf(pair[0]) < 0; });
    first.concat(late).forEach(function (pair) {
      if (pair[0] === SUMMARY || (pair[0] === '名称' && pair[1] === feature.name)) { return; }
      list.appendChild(hx.element('dt', pair[0]));
      list.appendChild(hx.element('dd', pair[1]));
    });
    out.appendChild(list);
    if (fact(feature, WORTH) === '示意数据') { out.appendChild(hx.element('p', '示意数据，不作为审批依据', 'schematic')); }
    return out;
  }

  /* What the open popup speaks of is outlined on the map. */
  const MARK = {stroke: true, color: '#ff6a00', weight: 3, opacity: 0.95, fill: false, interactive: false};
  let marks = [];

  function mark(feature) {
    unmark();
    const style = Object.assign({renderer: hx.renderer}, MARK);
    marks = feature.shapes.map(function (leaf) { return new leaf.constructor(leaf.getLatLngs(), style); });
    marks = marks.concat(feature.points.map(function (leaf) {
      return L.circleMarker(leaf.getLatLng(), Object.assign({radius: leaf.options.size / 2 + 4}, style));
    }));
    marks.forEach(function (leaf) { leaf.addTo(hx.map); });
  }

  function unmark() {
    marks.forEach(function (leaf) { leaf.remove(); });
    marks = [];
  }

  function pager(features) {
    const out = hx.element('div', '', 'hx-cards');
    let at = 0;
    const bar = hx.element('div', '', 'pager');
    const back = hx.element('button', '‹ 上一个'), told = hx.element('span'), next = hx.element('button', '下一个 ›');
    let shown = card(features[0]);
    function turn(step) {
      at = (at + step + features.length) % features.length;
      mark(features[at]);
      const fresh = card(features[at]);
      out.replaceChild(fresh, shown);
      shown = fresh;
      told.textContent = '此处共 ' + features.length + ' 个要素，第 ' + (at + 1) + ' 个';
    }
    back.addEventListener('click', function () { turn(-1); });
    next.addEventListener('click', function () { turn(1); });
    [back, told, next].forEach(function (part) { bar.appendChild(part); });
    if (features.length > 1) { out.appendChild(bar); }
    out.appendChild(shown);
    turn(0);
    L.DomEvent.disableClickPropagation(out);
    return out;
  }

  hx.popup = function (features, at) {
    const size = hx.map.getSize();
    hx.map.closePopup();
    const content = pager(features);
    L.popup({maxWidth: Math.min(360, size.x - 40), minWidth: Math.min(240, size.x - 60), maxHeight: Math.round(size.y * 0.55),
      autoPanPadding: [12, 12]}).setLatLng(at).setContent(content).openOn(hx.map);
  };

  hx.clicks = function () {
    hx.map.on('popupclose', unmark);
    hx.map.on('click', function (event) {
      if (hx.measuring) { return; }
      const found = hx.underPointer(event.layerPoint);
      const numbered = hx.labels.at(event.containerPoint);
      if (numbered) { found.unshift(numbered); }
      const unique = Array.from(new Set(found));
      if (unique.length) { hx.popup(unique, event.latlng); }
    });
  };

  /* Go to a feature: its layer switched on, the map moved to it, its facts shown. */
  hx.show = function (feature) {
    if (!feature.layer.visible) {
      feature.layer.box.checked = true;
      hx.setVisible(feature.layer, true);
    }
    hx.closeDrawer();
    hx.map.fitBounds(hx.boundsOf(feature), {maxZoom: Math.max(13, hx.map.getZoom()), padding: [40, 40], animate: false});
    hx.popup([feature], feature.at);
  };
}(hx));
