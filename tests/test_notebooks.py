"""The notebooks run from top to bottom, use public names only, and keep no outputs."""

import ast
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

ROOT = Path(__file__).parent.parent
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


@pytest.fixture(params=NOTEBOOKS, ids=lambda path: path.stem)
def notebook(request):
    return nbformat.read(request.param, as_version=4)


def code(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def test_there_are_five_and_they_are_numbered():
    assert [path.name[:3] for path in NOTEBOOKS] == ["01_", "02_", "03_", "04_", "05_"]


def test_they_keep_no_outputs(notebook):
    assert all(not cell.outputs and cell.execution_count is None for cell in code(notebook))


def test_they_use_public_names_only(notebook):
    for cell in code(notebook):
        for node in ast.walk(ast.parse(cell.source)):
            if isinstance(node, ast.Attribute):
                assert not node.attr.startswith("_"), cell.source
            if isinstance(node, ast.ImportFrom):
                assert not (node.module or "").startswith("geo"), cell.source
            if isinstance(node, ast.Import):
                assert not any(name.name.startswith("geo.") for name in node.names), cell.source


@pytest.mark.filterwarnings("ignore")
def test_they_run_from_top_to_bottom(notebook, monkeypatch):
    # The kernel imports the package from the tree, wherever the tests were started.
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    NotebookClient(
        notebook,
        timeout=300,
        kernel_name="python3",
        resources={"metadata": {"path": str(ROOT / "notebooks")}},
    ).execute()
