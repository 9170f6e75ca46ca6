from datetime import date

import pytest

from geo.documents import typst_run
from geo.errors import UsageError


def test_a_document_that_keeps_typst_busy_is_given_up(tmp_path, monkeypatch):
    pytest.importorskip("typst")
    monkeypatch.setattr(typst_run, "_MOST_S", 0.01)
    (tmp_path / "main.typ").write_text("#let n = 0\n#while true { n += 1; if n < 0 { break } }\n")
    with pytest.raises(UsageError, match="没有排完"):
        typst_run.compiled(tmp_path, tmp_path, date(2026, 11, 29))
