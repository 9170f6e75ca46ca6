"""Evidence letters from the command line to the signed paper: cited everywhere, or refused with the reason."""

from __future__ import annotations

import hashlib
import json
import zipfile
from pathlib import Path

import pytest
import shapely
from click.testing import CliRunner, Result

from geo.cli.main import cli
from tests.workflow.office import EAST, NORTH, office, shapefile, table

NUMBER = "屯自然资函〔2026〕12号"
DAY = "2026-11-23"


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A workspace without any data, a parcel, a scan."""
    root = office(tmp_path)
    site = table([shapely.box(EAST, NORTH, EAST + 200, NORTH + 200)], name=["地块"])
    shapefile(tmp_path / "地块.shp", site)
    (root / "local" / "复函.pdf").write_bytes(b"%PDF-1.4 scan")
    return root


def _letter(root: Path, **changed: str) -> Path:
    scan = (root / "local" / "复函.pdf").read_bytes()
    said = {
        "number": NUMBER, "unit": "屯留区自然资源局", "date": "2026-10-20", "conclusion": "不重叠",
        "layer": "basic_farmland", "site": "地块", "scan": "复函.pdf", "sha256": hashlib.sha256(scan).hexdigest(),
    } | changed  # fmt: skip
    rows = "\n    ".join(f"{key}: {value}" for key, value in said.items())
    path = root / "local" / "evidence.yml"
    path.write_text(f"letters:\n  - {rows}\n", encoding="utf-8")
    return path


def _check(root: Path, *words: object) -> Result:
    site = root.parent / "地块.shp"
    return CliRunner().invoke(
        cli, ["check", str(site), "--as-at", DAY, *map(str, words), "-w", str(root)]
    )


def test_a_letter_is_cited_in_the_text_and_settles_its_layer_only(desk: Path) -> None:
    bare, cited = _check(desk), _check(desk, "--evidence", _letter(desk))
    assert bare.exit_code == cited.exit_code == 11
    assert NUMBER not in bare.output
    for words in (NUMBER, "屯留区自然资源局"):
        assert words in cited.output
    # The other required layers still have no data, so nobody is told "clear".
    assert "未取得数据" in cited.output


def test_a_letter_stands_in_the_json_with_its_scan(desk: Path) -> None:
    done = _check(desk, "--evidence", _letter(desk), "--format", "json")
    layers = {row["layer"]: row for row in json.loads(done.stdout)["sites"][0]["layers"]}
    evidence = json.dumps(layers["basic_farmland"]["evidence"], ensure_ascii=False)
    assert NUMBER in evidence
    assert hashlib.sha256((desk / "local" / "复函.pdf").read_bytes()).hexdigest() in evidence
    assert layers["basic_farmland"]["outcome"] == "clear"
    assert layers["ecological_redline"]["evidence"] is None
    assert layers["ecological_redline"]["outcome"] == "undetermined"


@pytest.mark.parametrize("style", ["report", "gongwen"])
def test_a_letter_stands_in_the_report(desk: Path, tmp_path: Path, style: str) -> None:
    pytest.importorskip("docxtpl")
    out = tmp_path / "报告.docx"
    done = CliRunner().invoke(
        cli,
        ["report", "site_check", "--site", str(desk.parent / "地块.shp"), "--evidence", str(_letter(desk)),
         "--style", style, "--as-at", DAY, "--out", str(out), "-w", str(desk)],
    )  # fmt: skip
    assert done.exit_code == 0, done.output or done.exception
    with zipfile.ZipFile(out) as archive:
        assert NUMBER in archive.read("word/document.xml").decode("utf-8")


def test_a_letter_that_states_an_overlap_is_a_hit_at_the_command_line(desk: Path) -> None:
    done = _check(desk, "--evidence", _letter(desk, conclusion="重叠"))
    assert done.exit_code == 13, done.output
    assert NUMBER in done.output


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"sha256": "0" * 64}, "sha256 与所写不符"), ({"date": "2026-11-24"}, "晚于"), ({"date": "2025-11-01"}, "365 天"),
        ({"site": "别的地块"}, "没有一份复函针对"), ({"scan": "没有.pdf"}, "没有.pdf"), ({"layer": "没有"}, "没有"),
    ],
)  # fmt: skip
def test_a_letter_that_does_not_fit_is_refused_with_the_reason(
    desk: Path, changed: dict[str, str], words: str
) -> None:
    done = _check(desk, "--evidence", _letter(desk, **changed))
    assert done.exit_code not in (0, 11)
    assert words in str(done.exception)
    assert not done.stdout


def test_a_scan_changed_after_the_letter_was_noted_is_refused(desk: Path) -> None:
    path = _letter(desk)
    (desk / "local" / "复函.pdf").write_bytes(b"%PDF-1.4 another scan")
    done = _check(desk, "--evidence", path)
    assert "sha256 与所写不符" in str(done.exception)
