"""All fields updated by hand in LibreOffice (F9), as a colleague does: no number and no reference may change."""

import subprocess
from pathlib import Path

import pytest

from geo.documents.libreoffice import soffice
from tests.documents.bureau import filled, template, texts

#: Debian's and LibreOffice's own Python have its bridge; the project's environment has not.
PYTHON = Path("/usr/bin/python3")
UPDATE = """
import os, pathlib, subprocess, sys, time
import uno
from com.sun.star.beans import PropertyValue

def value(name, of):
    made = PropertyValue()
    made.Name, made.Value = name, of
    return made

program, source, target, profile = sys.argv[1:]
pipe = "pipe,name=hongxian%d;urp" % os.getpid()  # tests run side by side, each with an office of its own
office = subprocess.Popen([program, "-env:UserInstallation=" + profile, "--headless", "--norestore", "--accept=" + pipe + ";"])
local = uno.getComponentContext()
resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
for _ in range(240):
    try:
        context = resolver.resolve("uno:" + pipe + ";StarOffice.ComponentContext")
        break
    except Exception:
        time.sleep(0.5)
make = lambda name: context.ServiceManager.createInstanceWithContext(name, context)
desktop = make("com.sun.star.frame.Desktop")
document = desktop.loadComponentFromURL(pathlib.Path(source).as_uri(), "_blank", 0, (value("Hidden", True),))
document.TextFields.refresh()
for command in (".uno:UpdateFields", ".uno:UpdateAll"):
    make("com.sun.star.frame.DispatchHelper").executeDispatch(document.CurrentController.Frame, command, "", 0, ())
document.storeToURL(pathlib.Path(target).as_uri(), (value("FilterName", "MS Word 2007 XML"),))
document.close(True)
try:
    desktop.terminate()
except Exception:
    pass
office.wait(60)
"""


def has_bridge():
    """Tell whether a Python with LibreOffice's bridge (Debian: python3-uno) is installed."""
    if soffice() is None or not PYTHON.exists():
        return False
    return subprocess.run([PYTHON, "-c", "import uno"], capture_output=True, check=False).returncode == 0  # fmt: skip


@pytest.mark.office
@pytest.mark.skipif(not has_bridge(), reason="needs LibreOffice with python3-uno")
@pytest.mark.parametrize(
    ("numbered", "sample"), [("decimal", "图 1-1"), ("chineseCounting", "图2.3-1")]
)
def test_updating_all_fields_changes_no_number(tmp_path, numbered, sample):
    lines = ["{{ figure_list() }}"]
    for chapter in "甲乙":
        lines += [f"# {chapter}", "## 一节", "见{{ ref('river') }}和{{ ref('areas') }}", "{{ figure() }}", "{{ table() }}",
                  "## 二节", "{{ figure() }}", "{{ figure() }}"]  # fmt: skip
    data = filled(template(*lines, numbered=numbered), sample=sample).data
    (tmp_path / "a.docx").write_bytes(data)
    done = subprocess.run(
        [PYTHON, "-c", UPDATE, soffice(), str(tmp_path / "a.docx"), str(tmp_path / "b.docx"), (tmp_path / "profile").as_uri()],
        capture_output=True, text=True, timeout=240, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    told = [[t.split("\t")[0] for t in texts(d) if t[:1] in "图表见" and t[1:]]
            for d in (data, (tmp_path / "b.docx").read_bytes())]  # fmt: skip
    assert len(told[0]) == 16
    assert told[1] == told[0]
