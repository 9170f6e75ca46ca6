"""Pieces for web pages: they carry caption, credits and fingerprint, and ask nothing of a server."""

import re

import pytest

import geo
from tests.store.worlds import river_world

MAP = "title: 水系图\nextent: {buffer: 2 km, of: {river: 长河}}\npage: {size: figure, inset: false}\nlayers: [rivers]\n"


@pytest.fixture
def drawn(tmp_path):
    river_world(tmp_path)
    (tmp_path / "maps").mkdir()
    (tmp_path / "maps" / "water.yml").write_text(MAP, encoding="utf-8")
    return geo.open(tmp_path).map("water")


def test_a_static_piece_holds_its_picture_caption_and_fingerprint(drawn):
    piece = drawn.fragment(label="图 1-1")
    assert piece.startswith('<figure data-fingerprint="sha256:')
    assert "图 1-1　水系图" in piece
    assert 'src="data:image/png;base64,' in piece
    assert piece == drawn.fragment(label="图 1-1")
    assert drawn._repr_html_().startswith("<figure")


def test_an_interactive_piece_is_walled_off_and_escaped(drawn):
    piece = drawn.fragment(interactive=True)
    assert 'sandbox="allow-scripts"' in piece
    assert re.search(r'data-fingerprint="sha256:[0-9a-f]{64}"', piece)
    inside = piece.split('srcdoc="')[1].split('"></iframe>')[0]
    assert "<" not in inside
    assert '"' not in inside
