"""The corpus for every test of this room, and one test case per file of it."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import Any

import pytest

from geo.errors import InputError
from geo.sites.read import read_sites


def _load(name: str) -> Any:
    """Import a module that stands beside this file (tests are no package)."""
    full = f"hongxian_tests_sites_{name}"
    if full not in sys.modules:
        spec = importlib.util.spec_from_file_location(full, Path(__file__).with_name(f"{name}.py"))
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[full] = module
        spec.loader.exec_module(module)
    return sys.modules[full]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "case" in metafunc.fixturenames:
        cases = _load("corpus").CASES
        metafunc.parametrize("case", list(cases.values()), ids=list(cases))


@pytest.fixture(scope="session")
def corpus() -> Any:
    return _load("corpus")


@pytest.fixture
def write(tmp_path: Path) -> Any:
    """Write text (or bytes) to a file and return its path."""

    def writer(name: str, content: str | bytes, *, encoding: str = "utf-8") -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
        return path

    return writer


SOON_S = 2.0


@pytest.fixture
def refused(soon):
    """Read a file that must be refused soon; return the words."""

    def check(path, **options):
        with soon(SOON_S), pytest.raises(InputError) as caught:
            read_sites(path, **options)
        assert str(path.parent) not in str(caught.value)
        return str(caught.value)

    return check
