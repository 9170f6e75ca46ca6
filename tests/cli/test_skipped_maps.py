from geo.cli.build_command import skipped_lines

WELLS = (
    "监测点位（未取得，layers/wells.yml）；监测井（规划点名）（本地没有要素，layers/places.yml）"
)
SOUND = "声环境功能区（未取得，layers/sound.yml）"
TASKS = "大气工程（没有可上图的条目（另有 15 项适用于全域，未逐项上图））"
MANY = (
    *((f"county{n}_wells", "地下水图", WELLS) for n in range(4)),
    *((f"county{n}_sound", "声功能区图", SOUND) for n in range(3)),
    ("county0_air", "大气任务图", TASKS),
)


def test_many_maps_without_data_are_folded_by_reason_and_layer_with_counts():
    assert skipped_lines(MANY) == [
        "8 幅图没有数据，未画；补上所缺图层后再运行即可。逐幅列明请加 --verbose，也记在 build/manifest.json",
        "  未取得，7 幅：layers/sound.yml（3 幅）、layers/wells.yml（4 幅）",
        "  本地没有要素，4 幅：layers/places.yml（4 幅）",
        "  没有可上图的条目，1 幅：county0_air",
    ]


def test_each_is_listed_when_asked():
    lines = skipped_lines(MANY, verbose=True)
    assert lines[:-1] == [f"未画 {name} {title}：缺 {why}" for name, title, why in MANY]
    assert lines[-1] == "共 8 幅图没有数据，未画；补上所缺图层后再运行即可"


def test_a_few_are_listed_one_by_one():
    assert skipped_lines(MANY[-2:])[0] == f"未画 county2_sound 声功能区图：缺 {SOUND}"
    assert len(skipped_lines(MANY[-2:])) == 3


def test_nothing_is_said_when_all_are_drawn():
    assert skipped_lines(()) == []
