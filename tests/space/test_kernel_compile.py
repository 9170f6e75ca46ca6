"""How the compiled kernel is loaded: what it leaves alone, and what others find afterwards as it was."""

import gc
import subprocess
import sys
import threading

import pytest

pytest.importorskip("pyarrow")
pytest.importorskip("numba", reason="the extra fast is not installed")

from geo.space.kernel.compile import collector_resting

LOADED = """
import sys
import pyarrow, shapely
from geo.store.overlay_files import overlay_files
from geo.space.kernel.route import overlay_wkb
box = pyarrow.array([shapely.box(112.0, 36.0, 112.1, 36.1).wkb])
assert len(overlay_wkb(box, box)) == 1
assert "pyproj" not in sys.modules
assert "scipy.linalg" not in sys.modules
"""
BLAS = """
import numba, numpy
from geo.space.kernel.compile import make_ready
make_ready()
import scipy.linalg.blas
assert scipy.linalg.blas.ddot([1.0, 2.0], [3.0, 4.0]) == 11.0
import scipy.linalg.cython_blas
assert scipy.linalg.cython_blas.__file__
assert numba.njit(lambda a: numpy.dot(a, a))(numpy.array([3.0, 4.0])) == 25.0
"""


def python(code):
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_an_overlay_of_polygons_loads_neither_proj_nor_linear_algebra():
    python(LOADED)


def test_linear_algebra_of_scipy_and_numba_works_after_the_kernel_was_loaded():
    python(BLAS)


@pytest.mark.parametrize("before", [True, False])
def test_the_collector_is_as_it_was_when_the_last_one_is_through(before):
    was, entered, leave = gc.isenabled(), threading.Event(), threading.Event()

    def other():
        with collector_resting():
            entered.set()
            leave.wait(10)

    (gc.enable if before else gc.disable)()
    try:
        thread = threading.Thread(target=other)
        with collector_resting():
            thread.start()
            assert entered.wait(10)
            assert not gc.isenabled()
        assert not gc.isenabled()
        leave.set()
        thread.join()
        assert gc.isenabled() is before
    finally:
        (gc.enable if was else gc.disable)()
