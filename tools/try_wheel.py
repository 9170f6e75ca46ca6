"""Build the wheel, install it in an empty environment, and make a workspace with it.

What is tried is what a planner's colleague gets: no source tree, no development tools. The
packages come at the versions of ``requirements.lock``::

    python tools/try_wheel.py
"""

import os
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
#: ``build`` needs the drawing rooms, ``schema`` the package data, ``check`` the national rules.
TRIALS = (
    ("init", "屯留区", "--adcode", "140405"),
    ("verify", "--workspace", "屯留区"),
    ("build", "--workspace", "屯留区"),
    ("schema", "check", "--out", "check.json"),
)


def main() -> None:
    """Build, install, try."""
    dist = ROOT / "dist"
    for old in dist.glob("hongxian-*.whl"):
        old.unlink()
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", dist, cwd=ROOT)
    (wheel,) = dist.glob("hongxian-*.whl")
    with tempfile.TemporaryDirectory(prefix="红线 ") as name:
        folder = Path(name)
        venv.create(folder / "venv", with_pip=True)
        scripts = folder / "venv" / ("Scripts" if os.name == "nt" else "bin")
        lock = ROOT / "requirements.lock"
        run(scripts / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
            "--only-binary", ":all:", "--constraint", lock, wheel, cwd=folder)  # fmt: skip
        for words in TRIALS:
            run(scripts / "hongxian", *words, cwd=folder)
    print(f"{wheel.name}: {wheel.stat().st_size / 1e6:.1f} MB, works in an empty environment")


def run(*command: str | Path, cwd: Path) -> None:
    """Run a command in a folder with an environment that knows nothing of this tree."""
    clean = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    subprocess.run([str(word) for word in command], check=True, cwd=cwd, env=clean)


if __name__ == "__main__":
    main()
