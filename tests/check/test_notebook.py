"""A check in a notebook: the verdict never without its topics."""

from geo.check.sites import check_sites
from tests.check.conftest import DAY, footprint, square


def test_a_notebook_shows_a_verdict_with_its_topics_and_escapes_what_a_file_said(town):
    town.layer("spring_domain", square(0, 0, 1000), title="泉域")
    site = footprint(square(900, 400, 200), name="<b>甲</b>")
    shown = check_sites([site], town.store(), as_at=DAY)._repr_html_()
    assert "&lt;b&gt;甲&lt;/b&gt;：" in shown
    assert '<td style="text-align:left">泉域</td>' in shown
    assert "重叠 2.0000 公顷" in shown
    assert "未取得数据" in shown
    assert "不替代主管部门审查意见" in shown
