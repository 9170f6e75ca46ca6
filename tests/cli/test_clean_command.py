from __future__ import annotations


def test_clean_tells_what_it_would_delete_and_then_deletes_it(run, tiny_workspace):
    root = tiny_workspace()
    (root / "build").mkdir()
    (root / "build/a.png").write_bytes(b"1" * 200_000)
    said = run("clean", "--dry-run", "--workspace", root)
    assert (said.code, said.out) == (0, "build/a.png\n")
    assert "将删除 1 个文件，0.2 MB" in said.err
    said = run("clean", "--workspace", root)
    assert (said.code, said.out) == (0, "")
    assert "已删除 1 个文件，0.2 MB" in said.err
    assert "没有可清理的文件" in run("clean", "--workspace", root).err
