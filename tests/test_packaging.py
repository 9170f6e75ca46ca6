"""What makes the tree installable says the same thing everywhere it says it."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
import zipfile
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]
#: Extras that `make demo` and `make test` install.
DEMO = ("build", "fast", "report")
TEST = (*DEMO, "dev")
#: Name on PyPI → name on conda-forge, where they differ.
CONDA = {"matplotlib": "matplotlib-base"}


def requirements(*extras: str) -> dict[str, Requirement]:
    """Read what pyproject.toml asks for, by canonical name."""
    lines = [*PROJECT["dependencies"], *(line for name in extras for line in EXTRAS[name])]
    found = [Requirement(line) for line in lines]
    return {canonicalize_name(each.name): each for each in found}


def locked(name: str) -> dict[str, list[Requirement]]:
    """Read a lock: canonical name → its pins, one for each environment."""
    pins: dict[str, list[Requirement]] = {}
    for line in (ROOT / name).read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            pin = Requirement(line)
            pins.setdefault(canonicalize_name(pin.name), []).append(pin)
    return pins


def imported() -> set[str]:
    """Name every top-level module that the package imports and Python does not bring."""
    found: set[str] = set()
    for path in (ROOT / "geo").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found.add(node.module.split(".")[0])
    return found - set(sys.stdlib_module_names) - {"geo"}


def test_every_package_that_is_imported_is_asked_for_and_none_comes_by_chance():
    declared = requirements(*(name for name in EXTRAS if name != "dev"))
    shipped_by = packages_distributions()
    for module in imported():
        packages = {canonicalize_name(name) for name in shipped_by.get(module, [module])}
        assert packages & set(declared), f"geo imports {module}; pyproject.toml does not ask for it"


@pytest.mark.parametrize(
    ("lock", "extras"), [("requirements.lock", DEMO), ("requirements-dev.lock", TEST)]
)
def test_a_lock_pins_every_requirement_within_its_bounds(lock, extras):
    pins = locked(lock)
    for name, wanted in requirements(*extras).items():
        assert name in pins, f"{name} is not in {lock}: make lock"
        for pin in pins[name]:
            (spec,) = pin.specifier
            assert spec.operator == "=="
            assert wanted.specifier.contains(spec.version)


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_a_lock_names_packages_and_versions_and_no_place_to_get_them_from(lock):
    for line in (ROOT / lock).read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            assert re.fullmatch(r"[a-z0-9.-]+==[\w.]+( ; [\w\s.!<>='\"()]+)?", line)
        assert not re.search(r"https?:|file:|(^|\s)/|index|--", line), line


def test_both_locks_agree():
    everything = locked("requirements-dev.lock")
    for name, pins in locked("requirements.lock").items():
        assert {str(p.specifier) for p in pins} <= {str(p.specifier) for p in everything[name]}


def test_the_conda_environment_asks_for_what_pyproject_asks_for():
    listed = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))["dependencies"]
    (pip,) = (item["pip"] for item in listed if isinstance(item, dict))
    conda = [Requirement(item) for item in listed if isinstance(item, str)]
    found = {r.name: r.specifier for r in [*conda, *map(Requirement, pip)]}
    assert len(found) == len(conda) + len(pip), "a package is listed twice"
    found.pop("pip")
    assert found.pop("python").contains(PROJECT["requires-python"].removeprefix(">="))
    wanted = {CONDA.get(name, name): r.specifier for name, r in requirements(*TEST).items()}
    assert {canonicalize_name(name): spec for name, spec in found.items()} == wanted


def test_windows_has_the_same_targets_and_powershell_5_can_read_them():
    raw = (ROOT / "make.ps1").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf"), "without a BOM it is read in the machine's code page"
    text = raw.decode("utf-8-sig")
    targets = set(re.findall(r"'(\w+)'", re.search(r"ValidateSet\((.*?)\)", text)[1]))
    made = set(re.findall(r"^(\w+):.*##", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert {"demo", "test", "cover", "lint", "types", "contract"} <= targets <= made
    for lock in ("requirements.lock", "requirements-dev.lock"):
        assert lock in text


def test_ci_runs_make_test_then_lint_types_contract():
    text = (ROOT / ".ci/run").read_text(encoding="utf-8")
    assert "set -euo pipefail" in text
    assert re.findall(r"^(?:tools/with_postgis.sh )?make (test|lint|types|contract)\b", text, re.MULTILINE) == [
        "test", "lint", "types", "contract",
    ]  # fmt: skip


def test_supported_pythons_are_said_alike_everywhere():
    listed = [c.rsplit("::", 1)[1].strip() for c in PROJECT["classifiers"] if "Python :: 3." in c]
    assert PROJECT["requires-python"] == f">={listed[0]}"
    following = f"3, {int(listed[-1].split('.')[1]) + 1}"
    for name in ("Makefile", "make.ps1"):
        text = (ROOT / name).read_text(encoding="utf-8-sig")
        assert f"(3, {listed[0].split('.')[1]}) <= sys.version_info < ({following})" in text
    development = (ROOT / "docs/development.md").read_text(encoding="utf-8")
    assert f"**{listed[0]}** to **{listed[-1]}**" in development


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    folder = tmp_path_factory.mktemp("轮")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder],
        cwd=ROOT, check=True, capture_output=True,
    )  # fmt: skip
    (path,) = folder.glob("*.whl")
    return zipfile.ZipFile(path)


def test_the_wheel_holds_every_file_of_the_package_and_nothing_else(wheel):
    names = {name for name in wheel.namelist() if ".dist-info/" not in name}
    tree = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "geo").rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }
    assert names == tree
    kinds = {Path(name).suffix for name in names}
    assert {".py", ".yml", ".csv", ".ttf", ".js", ".css"} <= kinds
    assert {"geo/workflow/starter/gitignore", "geo/workflow/starter/workspace.yml"} <= names


def test_the_wheel_carries_the_licences_and_the_command(wheel):
    (entry,) = (name for name in wheel.namelist() if name.endswith("entry_points.txt"))
    assert "hongxian = geo.cli:main" in wheel.read(entry).decode()
    licences = {
        name.split(".dist-info/licenses/")[-1] for name in wheel.namelist() if "/licenses/" in name
    }
    assert licences == set(PROJECT["license-files"])
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "Apache License" in text
    assert "Version 2.0, January 2004" in text


def test_nothing_committed_names_a_machine_or_a_registry():
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if done.returncode:
        pytest.skip("git: this tree is not a repository")
    pattern = re.compile(rb"/home/\w+/|/root/|[A-Z]:\\\\Users|pypi\.org/simple|index-url")
    named = [name for name in done.stdout.decode().split("\0") if name]
    own = Path(__file__).relative_to(ROOT).as_posix()
    found = [
        name for name in named
        if name != own and (ROOT / name).is_file() and pattern.search((ROOT / name).read_bytes())
    ]  # fmt: skip
    assert found == []
