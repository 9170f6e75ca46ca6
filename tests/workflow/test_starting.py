from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from geo.errors import UsageError
from geo.spec.workspace import read_workspace
from geo.store.boundaries import published
from geo.store.store import open_store
from geo.workflow.starting import start_workspace, starter_files
from geo.workflow.verify import verify

DAY = date(2026, 11, 23)
TUNLIU = "140405"
ROWS = {
    "places": "甲镇,,township,140405,112.90,36.31,2000,试验\n乙镇,,township,140405,112.80,36.35,2000,试验\n",
    "sections": "甲断面,甲河,,国控,Ⅳ,Ⅲ,112.90,36.31,2000,试验\n",
    "water_sources": "甲水源,,县级,地下水,在用,112.90,36.31,2000,试验\n",
}


def start(folder: Path, adcode: str = TUNLIU) -> Path:
    return start_workspace(folder, adcode=adcode, day=DAY).root


def snapshot(folder: Path) -> dict[str, bytes]:
    return {
        p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()
    }


@pytest.mark.parametrize(
    ("adcode", "name", "counties"),
    [("140405", "山西省长治市屯留区", 1), ("141000", "山西省临汾市", 17), ("460000", "海南省", 26),
     ("110101", "北京市东城区", 1), ("441900", "广东省东莞市", 1)],
)  # fmt: skip
def test_a_county_a_city_or_a_province_gets_a_workspace_without_a_complaint(
    tmp_path, adcode, name, counties
):
    root = start(tmp_path / name, adcode)
    report = verify(root)
    assert report.title == f"{name}生态环境工作区"
    assert (report.problems, report.warnings) == ((), ())
    store = open_store(root)
    assert len(store.layer("districts").frame) == counties
    assert store.spec.marker.jurisdictions == (adcode,)


def test_every_city_and_province_of_the_boundary_data_has_counties_to_draw():
    boundaries = published()
    above = boundaries.frame.loc[boundaries.frame["level"] != "county", "adcode"]
    assert len(above) > 350
    assert [code for code in above if boundaries.counties(code).empty] == []


def test_every_required_kind_is_declared_and_none_is_supplied(tmp_path):
    store = open_store(start(tmp_path / "x"))
    declared = {kind for layer in store.spec.layers.values() for kind in layer.zone_kinds}
    assert set(store.spec.marker.required_kinds) <= declared
    supplied = [table.id for table in store.layers() if table.state != "no_data"]
    assert supplied == ["districts"]


def test_the_same_call_gives_the_same_bytes_and_leaves_no_slot_open(tmp_path):
    one, two = snapshot(start(tmp_path / "a")), snapshot(start(tmp_path / "b"))
    assert one == two
    assert not [
        name for name, content in one.items() if b"${" in content or b"hongxian-" in content
    ]
    assert set(one) == {name for name, _ in starter_files()}
    assert ".gitignore" in one
    assert all(
        content.startswith(b"\xef\xbb\xbf")
        for name, content in one.items()
        if name.endswith(".csv")
    )


def _open(root: Path, layer: str) -> None:
    """Do by hand what the layer's comment says: take the seven ``# `` away."""
    path = root / "layers" / f"{layer}.yml"
    lines = path.read_text(encoding="utf-8").splitlines()
    first = next(at for at, line in enumerate(lines) if line.startswith("# source:"))
    opened = [line.removeprefix("# ") for line in lines[first : first + 7]]
    assert all(": " in line for line in opened)
    path.write_text("\n".join([*lines[:first], *opened, *lines[first + 7 :]]), encoding="utf-8")


@pytest.mark.parametrize("layer", ROWS)
def test_a_table_filled_in_as_its_layer_says_is_read(tmp_path, layer):
    root = start(tmp_path / "x")
    with (root / "data" / f"{layer}.csv").open("a", encoding="utf-8") as file:
        file.write(ROWS[layer])
    _open(root, layer)
    assert read_workspace(root)[1] == []
    table = open_store(root).layer(layer)
    assert (table.state, table.reason) == ("ok", "")
    assert len(table.frame) == ROWS[layer].count("\n")
    assert set(table.frame["accuracy_m"]) == {2000.0}


def test_township_cells_follow_from_the_seats(tmp_path):
    root = start(tmp_path / "x")
    with (root / "data/places.csv").open("a", encoding="utf-8") as file:
        file.write(ROWS["places"])
    _open(root, "places")
    _open(root, "townships")
    cells = open_store(root).layer("townships")
    assert sorted(cells.frame["name"]) == ["乙镇", "甲镇"]
    assert cells.spec.authority == "schematic"


def test_the_plan_the_readme_shows_is_read(tmp_path):
    root = start(tmp_path / "x")
    text = (root / "plans/README.md").read_text(encoding="utf-8")
    blocks = [line[4:] for line in text.splitlines() if line.startswith("    ")]
    plan = root / "plans/shiwuwu"
    plan.mkdir()
    (plan / "plan.yml").write_text("\n".join(blocks[:4]), encoding="utf-8")
    for line in blocks[4:]:
        name, header = line.split()
        (plan / name).write_text(header + "\n", encoding="utf-8")
    spec, problems = read_workspace(root)
    assert problems == []
    assert spec.plans["shiwuwu"].head.title == "山西省长治市屯留区“十五五”生态环境保护规划"


def test_an_empty_folder_is_taken_and_keeps_its_place(tmp_path):
    before = tmp_path.stat().st_ino
    assert start(tmp_path) == tmp_path
    assert tmp_path.stat().st_ino == before
    assert (tmp_path / "workspace.yml").is_file()


def test_a_folder_that_holds_something_is_refused_untouched(tmp_path):
    (tmp_path / "红线.shp").write_bytes(b"x")
    with pytest.raises(UsageError, match=r"文件夹不是空的（红线\.shp）.*不会改动已有文件"):
        start(tmp_path)
    assert snapshot(tmp_path) == {"红线.shp": b"x"}


def test_a_file_in_the_way_is_refused(tmp_path):
    (tmp_path / "x").write_bytes(b"")
    with pytest.raises(UsageError, match="x: 已存在，且不是文件夹"):
        start(tmp_path / "x")


@pytest.mark.parametrize("adcode", ["149999", "14040", "屯留区", ""])
def test_an_unknown_adcode_is_refused_and_nothing_is_made(tmp_path, adcode):
    with pytest.raises(UsageError, match="行政区划数据中没有"):
        start(tmp_path / "x", adcode)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("exists", [False, True])
def test_a_full_disk_leaves_nothing_half_written(tmp_path, monkeypatch, exists):
    real, moves = Path.rename, []

    def rename(self, target):
        moves.append(target)
        if len(moves) == 4:
            raise OSError(28, "No space left on device")
        return real(self, target)

    folder = tmp_path / "甲/乙"
    if exists:
        folder.mkdir(parents=True)
    monkeypatch.setattr(Path, "rename", rename)
    with pytest.raises(OSError, match="No space left"):
        start(folder)
    left = [p.relative_to(tmp_path).as_posix() for p in tmp_path.rglob("*")]
    assert sorted(left) == (["甲", "甲/乙"] if exists else [])
