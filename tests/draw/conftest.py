"""One made-up workspace for all tests of sheets."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.draw.draw_world import make_store

if TYPE_CHECKING:
    from geo.store.store import Store


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return make_store(tmp_path_factory.mktemp("drawn"))
