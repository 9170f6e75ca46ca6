/* Search by name, alias, number or title; the list is worked by mouse, finger or arrow keys. */
(function (hx) {
  'use strict';
  const MOST = 30;

  /* Width and case do not matter, nor do spaces. */
  function plain(text) { return text.normalize('NFKC').toLowerCase().replace(/\s+/g, ''); }

  function index() {
    return hx.layers.filter(function (layer) { return !layer.merged; }).flatMap(function (layer) {
      return layer.features.map(function (feature) {
        const names = [feature.name, feature.label, hx.fact(feature, '别名'), hx.fact(feature, '编号')];
        const words = names.concat(feature.number ? [String(feature.number)] : []).filter(Boolean).map(plain);
        return {feature: feature, words: words};
      });
    });
  }

  /* Whole words first, then beginnings, then anywhere; the map's order within each. */
  function rank(item, wanted) {
    if (item.words.indexOf(wanted) >= 0) { return 0; }
    if (item.words.some(function (word) { return word.startsWith(wanted); })) { return 1; }
    return item.words.some(function (word) { return word.indexOf(wanted) >= 0; }) ? 2 : 3;
  }

  hx.find = function (text) {
    const wanted = plain(text);
    if (!wanted) { return []; }
    const ranked = hx.index.map(function (item) { return {feature: item.feature, rank: rank(item, wanted)}; });
    return ranked.filter(function (item) { return item.rank < 3; })
      .sort(function (a, b) { return a.rank - b.rank; })
      .map(function (item) { return item.feature; });
  };

  hx.searching = function () {
    const box = document.getElementById('hx-search'), list = document.getElementById('hx-hits');
    let found = [], at = -1;
    hx.index = index();

    function close() {
      list.hidden = true;
      box.setAttribute('aria-expanded', 'false');
    }

    function choose(feature) {
      close();
      box.value = feature.name;
      box.blur();
      hx.show(feature);
    }

    function mark(step) {
      if (!found.length) { return; }
      at = (at + step + found.length) % found.length;
      Array.from(list.children).forEach(function (row, i) {
        row.setAttribute('aria-selected', String(i === at));
        if (i === at) { row.scrollIntoView({block: 'nearest'}); }
      });
    }

    function row(feature) {
      const out = hx.element('li');
      out.setAttribute('role', 'option');
      out.appendChild(hx.element('b', feature.name));
      out.appendChild(hx.element('span', feature.layer.title));
      out.addEventListener('mousedown', function (event) {
        event.preventDefault();
        choose(feature);
      });
      return out;
    }

    function listAgain() {
      const all = hx.find(box.value);
      found = all.slice(0, MOST);
      at = -1;
      list.textContent = '';
      found.forEach(function (feature) { list.appendChild(row(feature)); });
      if (!box.value.trim()) { return close(); }
      if (!all.length) { list.appendChild(hx.element('li', '没有找到，可换用别名或更短的词', 'none')); }
      if (all.length > MOST) { list.appendChild(hx.element('li', '共 ' + all.length + ' 个，只列前 ' + MOST + ' 个', 'none')); }
      list.hidden = false;
      box.setAttribute('aria-expanded', 'true');
    }

    box.addEventListener('input', listAgain);
    box.addEventListener('focus', listAgain);
    box.addEventListener('blur', close);
    box.addEventListener('keydown', function (event) {
      if (event.key === 'ArrowDown') { mark(1); } else if (event.key === 'ArrowUp') { mark(-1); } else if (event.key === 'Escape') { close(); } else if (event.key === 'Enter' && found.length) { choose(found[Math.max(at, 0)]); } else { return; }
      event.preventDefault();
    });
    document.querySelectorAll('button[data-number]').forEach(function (button) {
      const number = Number(button.dataset.number);
      const feature = hx.layers.flatMap(function (l) { return l.features; }).find(function (f) { return f.number === number; });
      if (feature) { button.addEventListener('click', function () { hx.show(feature); }); }
    });
  };
}(hx));
