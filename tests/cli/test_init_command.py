from __future__ import annotations


def test_init_then_verify_is_what_the_first_screen_promises(run, tmp_path):
    said = run("init", tmp_path / "屯留", "--adcode", "140405")
    assert (said.code, said.out) == (0, "")
    assert "已新建 山西省长治市屯留区（140405）的工作区" in said.err
    assert "hongxian verify" in said.err
    said = run("verify", "--strict", "--workspace", tmp_path / "屯留")
    assert said.code == 0
    assert "没有问题" in said.out


def test_the_first_build_draws_the_overview_and_the_second_does_nothing(run, tmp_path):
    root = tmp_path / "屯留"
    run("init", root, "--adcode", "140405")
    assert run("build", "--workspace", root).code == 0
    assert (root / "build/maps/overview.png").stat().st_size > 10_000
    assert "无需生成" in run("build", "--workspace", root).err


def test_a_second_init_is_refused_and_changes_nothing(run, tmp_path):
    root = tmp_path / "屯留"
    run("init", root, "--adcode", "140405", "-q")
    (root / "workspace.yml").write_text("title: 改过", encoding="utf-8")
    said = run("init", root, "--adcode", "140405")
    assert (said.code, said.out) == (2, "")
    assert "文件夹不是空的" in said.err
    assert (root / "workspace.yml").read_text(encoding="utf-8") == "title: 改过"


def test_an_unknown_adcode_is_wrong_usage(run, tmp_path):
    said = run("init", tmp_path / "x", "--adcode", "149999")
    assert (said.code, said.out) == (2, "")
    assert "行政区划数据中没有 149999" in said.err
    assert list(tmp_path.iterdir()) == []
