"""``workspace.yml`` and the folders around it, read as one frozen whole."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, Literal, TypeVar

from pydantic import Field

from geo.errors import Problem, WorkspaceError
from geo.spec.closed import Spec, load, nearest
from geo.spec.dates import Day
from geo.spec.layers import Adcodes, FilePath, Kind, Layer
from geo.spec.maps import (
    OWN_PLAN,
    TASKS,
    Draw,
    DrawLayer,
    DrawTally,
    DrawTasks,
    DrawTerrain,
    DrawWhere,
    MapSpec,
    plan_of,
)
from geo.spec.marked import Marked, Steps, parse_yaml, read_yaml
from geo.spec.plans import Plan, load_plan
from geo.spec.reports import ReportSpec
from geo.spec.rules import Law, national_files
from geo.spec.units import UnitRow, read_units
from geo.spec.vocabulary import REQUIRED_KINDS
from geo.spec.where import Form, LayerForm, Metres, inner

if TYPE_CHECKING:
    from collections.abc import Iterator

MARKER: Final = "workspace.yml"
_ID: Final = re.compile(r"[^\W_][\w\-]*")

M = TypeVar("M", bound=Spec)


class Waiver(Spec):
    """A required kind somebody has decided to do without, and why."""

    kind: Kind
    waived: Annotated[str, Field(min_length=2)]


class Fonts(Spec):
    """Fonts of the office by family name; left out, the shipped ones."""

    title: str | None = None
    sans: str | None = None
    serif: str | None = None


class Credits(Spec):
    """What maps and reports print about who made them."""

    unit: str = ""
    drawn_by: str = ""
    checked_by: str = ""
    approved_by: str = ""
    note: str = ""


class Marker(Spec):
    """``workspace.yml`` itself."""

    title: str
    jurisdictions: Annotated[Adcodes, Field(min_length=1)]
    as_at: Day | None = None
    crs: str = "EPSG:4490"
    fonts: Fonts = Fonts()
    credits: Credits = Credits()
    required: tuple[Kind, ...] = ()
    waivers: tuple[Waiver, ...] = ()
    around: dict[str, Metres] = {}
    basins: dict[str, Adcodes] = {}
    data_folders: tuple[str, ...] = ()
    boundaries: FilePath | None = None
    activities: FilePath = "data/activities.csv"

    @property
    def required_kinds(self) -> tuple[str, ...]:
        """The kinds a site must be checked against, in the package's order, waived ones left out."""
        waived = {waiver.kind for waiver in self.waivers}
        kinds = dict.fromkeys((*REQUIRED_KINDS, *self.required))
        return tuple(kind for kind in kinds if kind not in waived)


@dataclass(frozen=True)
class WorkspaceSpec:
    """Everything a workspace says, validated but not yet joined with any data."""

    root: Path
    marker: Marker
    layers: dict[str, Layer]
    rules: dict[str, Law]
    plans: dict[str, Plan]
    maps: dict[str, MapSpec]
    overridden_rules: tuple[str, ...] = ()
    sources: dict[Path, Marked] = field(default_factory=dict, repr=False, compare=False)
    reports: dict[str, ReportSpec] = field(default_factory=dict)
    units: dict[str, UnitRow] = field(default_factory=dict)
    map_files: dict[str, str] = field(default_factory=dict)
    """The file, without suffix, of each map that shares its file with others."""

    def map_file(self, name: str) -> Path:
        """Return the file of a map, from the workspace's folder on."""
        return Path("maps") / f"{self.map_files.get(name, name)}.yml"


def find_root(start: Path) -> Path:
    """Walk up from a folder to the one that holds ``workspace.yml``, as git does.

    Raises:
        WorkspaceError: There is none.
    """
    start = start.resolve()
    for folder in (start, *start.parents):
        if (folder / MARKER).is_file():
            return folder
    found = f"从 {start.name or start} 向上都没有找到 {MARKER}"
    hint = "请进入工作区文件夹，或用 --workspace 指定，或用 hongxian init 新建"
    raise WorkspaceError([Problem(Path(MARKER), 0, 0, found, hint)])


def read_workspace(root: Path) -> tuple[WorkspaceSpec | None, list[Problem]]:
    """Read every file of a workspace; return it as far as it is good, and every problem.

    The first value is ``None`` only when ``workspace.yml`` itself cannot be used.
    """
    reader = _Reader(root)
    marker = reader.one(root / MARKER, Marker)
    laws, overridden = _laws(reader)
    layers = reader.folder("layers", Layer)
    maps = reader.folder("maps", MapSpec)
    plans = _plans(reader)
    reports = reader.folder("reports", ReportSpec)
    units, found = read_units(root)
    reader.problems += found
    if marker is None:
        return None, sorted(reader.problems)
    drawn, files = _per_plan(maps, plans, reader)
    spec = WorkspaceSpec(
        root, marker, layers, laws, plans, drawn, overridden, reader.sources, reports, units, files
    )
    return spec, sorted([*reader.problems, *_references(spec, maps, reader)])


def _per_plan(
    written: dict[str, MapSpec], plans: dict[str, Plan], reader: _Reader
) -> tuple[dict[str, MapSpec], dict[str, str]]:
    """Turn a map of several plans into one map per plan, ``<plan>_<file>``; tell whose file is whose."""
    maps: dict[str, MapSpec] = {}
    files: dict[str, str] = {}
    for stem, spec in written.items():
        for name, own in _ids(stem, spec, plans):
            if name in maps or (own is not spec and name in written):
                source = reader.sources[Path("maps") / f"{stem}.yml"]
                found = f"分规划成图的编号 {name} 已有同名地图"
                reader.problems.append(source.problem(("plans",), found, "请改文件名"))
                continue
            maps[name] = own
            if own is not spec:
                files[name] = stem
    return dict(sorted(maps.items())), files


def _ids(stem: str, spec: MapSpec, plans: dict[str, Plan]) -> Iterator[tuple[str, MapSpec]]:
    if not spec.plans:
        yield stem, spec
    for name in spec.plans:
        if name in plans:
            level: Literal["county", "city"] = (
                "city" if plans[name].head.adcode.endswith("00") else "county"
            )
            yield f"{name}_{stem}", spec.for_plan(name, level)


class _Reader:
    """Reads YAML files of one workspace and keeps the problems and the marks."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.problems: list[Problem] = []
        self.sources: dict[Path, Marked] = {}

    def one(self, path: Path, model: type[M], *, national: str | None = None) -> M | None:
        shown = Path(path.name) if national is not None else path.relative_to(self.root)
        try:
            source = (
                read_yaml(path, shown=shown)
                if national is None
                else parse_yaml(national, shown=shown)
            )
        except WorkspaceError as error:
            self.problems += error.problems
            return None
        self.sources[shown] = source
        value, problems = load(source, model)
        self.problems += problems
        return value

    def folder(self, name: str, model: type[M]) -> dict[str, M]:
        out: dict[str, M] = {}
        for path in sorted((self.root / name).glob("*")):
            shown = Path(name) / path.name
            if path.suffix != ".yml" and path.suffix.lower() in (".yaml", ".yml"):
                found = f"后缀是 {path.suffix}"
                self.problems.append(Problem(shown, 0, 0, found, "请改名为 .yml"))
            elif path.suffix == ".yml" and not _ID.fullmatch(path.stem):
                found = "文件名只能用文字、数字、下划线和连字符"
                self.problems.append(Problem(shown, 0, 0, found, "文件名就是编号，请改名"))
            elif path.suffix == ".yml" and (value := self.one(path, model)) is not None:
                out[path.stem] = value
        return out

    def written(self, folder: str) -> list[str]:
        """Name the files of a folder that stand there, readable or not: their faults are told once."""
        return sorted(path.stem for path in (self.root / folder).glob("*.yml"))

    def plan_folders(self) -> list[Path]:
        """List the folders of plans; those that begin with a dot belong to other programs."""
        folders = (path for path in (self.root / "plans").glob("[!.]*") if path.is_dir())
        return sorted(folders)


def _laws(reader: _Reader) -> tuple[dict[str, Law], tuple[str, ...]]:
    """National laws first, then the workspace's own, which override by file name."""
    own = reader.folder("rules", Law)
    laws: dict[str, Law] = {}
    for item in national_files():
        stem = item.name.removesuffix(".yml")
        if stem not in own:
            law = reader.one(Path(item.name), Law, national=item.read_text(encoding="utf-8"))
            if law is not None:
                laws[stem] = law
    names = {item.name.removesuffix(".yml") for item in national_files()}
    return {**laws, **own}, tuple(sorted(names & set(own)))


def _plans(reader: _Reader) -> dict[str, Plan]:
    out: dict[str, Plan] = {}
    for folder in reader.plan_folders():
        plan, problems = load_plan(folder, shown=Path("plans") / folder.name)
        reader.problems += problems
        if plan is not None:
            out[folder.name] = plan
    return out


def _references(
    spec: WorkspaceSpec, maps: dict[str, MapSpec], reader: _Reader
) -> Iterator[Problem]:
    """Complain about names of layers and plans that no file defines."""
    layers = reader.written("layers")
    plans = [folder.name for folder in reader.plan_folders()]
    for plan in spec.plans.values():
        for task in (*plan.tasks, *plan.controls):
            for name in layers_named(task.where):
                if name not in layers:
                    found = f"{task.row.id} 的 where 用到不存在的图层 {name}"
                    hint = nearest(name, layers) or "请在 layers/ 中声明"
                    yield Problem(task.shown, *task.mark, found, hint)
    for name, drawn in maps.items():
        source = reader.sources[Path("maps") / f"{name}.yml"]
        for steps, what, wanted in _names_in(drawn):
            known = plans if what == "规划" else layers
            if wanted not in known:
                yield source.problem(steps, f"没有名为 {wanted} 的{what}", nearest(wanted, known))
    yield from _report_references(spec, reader, plans)


def _report_references(spec: WorkspaceSpec, reader: _Reader, plans: list[str]) -> Iterator[Problem]:
    """Complain about plans, maps and footprints that a report names and nobody has."""
    maps = [*reader.written("maps"), *spec.map_files]
    for name, report in spec.reports.items():
        source = reader.sources[Path("reports") / f"{name}.yml"]
        if report.plan is not None and report.plan not in plans:
            found = f"没有名为 {report.plan} 的规划"
            yield source.problem(("plan",), found, nearest(report.plan, plans))
        for at, wanted in enumerate(report.maps):
            if wanted not in maps:
                found = f"没有名为 {wanted} 的地图"
                yield source.problem(("maps", at), found, nearest(wanted, maps))
        for at, site in enumerate(report.sites):
            if not (spec.root / site).is_file():
                yield source.problem(("sites", at), f"没有用地文件 {site}", "请核对路径")


def _names_in(drawn: MapSpec) -> Iterator[tuple[Steps, str, str]]:
    """List the plans and layers a map names: where in its file, which of the two, and the name."""
    if drawn.plan:
        yield ("plan",), "规划", drawn.plan
    for at, plan in enumerate(drawn.plans):
        yield ("plans", at), "规划", plan
    if drawn.series and drawn.series.over != TASKS:
        yield ("series", "over"), "图层", drawn.series.over
    if drawn.extent:
        yield from ((("extent",), "图层", name) for name in layers_named(drawn.extent))
    if drawn.enlarge:
        for at, plan in enumerate(drawn.enlarge.plans):
            yield ("enlarge", "plans", at), "规划", plan
        if drawn.enlarge.around:
            named = layers_named(drawn.enlarge.around)
            yield from ((("enlarge", "around"), "图层", name) for name in named)
    for at, item in enumerate(drawn.layers):
        for key, what, name in _names_of(item):
            yield ("layers", at, key), what, name


def _names_of(item: Draw) -> Iterator[tuple[str, str, str]]:
    """List the plans and layers one entry of a map names: under which key, which of the two, the name."""
    match item:
        case DrawLayer():
            yield "layer", "图层", item.layer
        case DrawTerrain():
            yield "terrain", "图层", item.terrain
        case DrawTally():
            yield "over", "图层", item.over
        case DrawWhere():
            yield from (("where", "图层", name) for name in layers_named(item.where))
        case DrawTasks():
            pass
    plan = plan_of(item)
    if plan is not None and plan != OWN_PLAN:
        yield ("tasks" if isinstance(item, DrawTasks) else "tally"), "规划", plan


def layers_named(form: Form) -> Iterator[str]:
    """List the layers a place names with ``{layer: …}``, at any depth."""
    if isinstance(form, LayerForm):
        yield form.layer
    for part in inner(form):
        yield from layers_named(part)
