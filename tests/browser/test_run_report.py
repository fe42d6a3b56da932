# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A run's report in a browser: on a desk and a phone, by day and by night, by keyboard, and by axe's rules.

Screenshots are left in build/browser.
"""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from ansible_collections.ohmy.hadoop.plugins.plugin_utils.run_report import files
from ansible_collections.ohmy.hadoop.plugins.plugin_utils.run_report import page as report
from tests import sample_run
from tests.chromium import chromium

pytestmark = pytest.mark.long
PICTURES = Path(__file__).resolve().parents[2] / "build/browser"
DESK, PHONE = (1280, 900), (360, 740)
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
PAGES = {
    "succeeded": lambda: report.render(sample_run.report(sample_run.run(12, 4)), None, "books-report.json"),
    "failed": lambda: report.render(sample_run.report(sample_run.failed()), sample_run.report(sample_run.run())),
    "chained": lambda: report.render(sample_run.chained()),
    "compared": lambda: files.set_side_by_side(*(sample_run.report(sample_run.run(maps)) for maps in (8, 16)))[1],
}
CONTRAST = """() => [...document.querySelectorAll("rect.map, rect.whole, rect.failed, rect.reduce")].map(one => {
  const light = text => {
    const part = text.match(/[0-9.]+/g).slice(0, 3).map(each => each / 255)
      .map(each => each <= 0.04045 ? each / 12.92 : ((each + 0.055) / 1.055) ** 2.4);
    return 0.2126 * part[0] + 0.7152 * part[1] + 0.0722 * part[2];
  };
  const pair = [getComputedStyle(one).stroke, getComputedStyle(one).fill]
    .filter(each => each.startsWith("rgb")).map(light);
  const back = light(getComputedStyle(document.documentElement).backgroundColor);
  return Math.max(...pair.map(each => (Math.max(each, back) + 0.05) / (Math.min(each, back) + 0.05)));
})"""


@pytest.fixture(scope="module")
def browser() -> t.Iterator[Browser]:
    """Yield the browser."""
    with chromium() as found:
        yield found


@pytest.fixture
def show(browser: Browser, tmp_path: Path) -> t.Iterator[t.Callable[..., Page]]:
    """Yield what opens a page of PAGES; whatever else the page asks for is a failure."""
    contexts, asked = [], []

    def opened(name: str, size: tuple[int, int] = DESK, scheme: t.Any = "light") -> Page:
        path = tmp_path / f"{name}.html"
        path.write_text(PAGES[name](), "utf-8")
        context = browser.new_context(viewport={"width": size[0], "height": size[1]}, color_scheme=scheme)
        contexts.append(context)
        page = context.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: asked.append(message.text))
        page.goto(path.as_uri())
        return page

    yield opened
    for context in contexts:
        context.close()
    assert [one for one in asked if not one.startswith(tmp_path.as_uri())] == []
    assert len(asked) == len(contexts)


@pytest.mark.parametrize(("size", "scheme"), [(DESK, "light"), (PHONE, "dark")], ids=["desk-light", "phone-dark"])
@pytest.mark.parametrize("name", PAGES)
def test_it_breaks_no_rule_of_accessibility(show, name: str, size: tuple[int, int], scheme: str) -> None:
    page = show(name, size, scheme)
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
    found = Axe().run(page, options=RULES)
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=PICTURES / f"{name}-{size[0]}-{scheme}.png", full_page=True)
    assert len(found.response["passes"]) > 15
    assert found.violations_count == 0, found.generate_report()
    # Axe does not look at charts: 3 to 1 is asked of what is no text.
    assert [ratio for ratio in page.evaluate(CONTRAST) if ratio < 3] == []
    narrow = (
        "[...document.querySelectorAll('td')].filter(one => one.innerText.length > 20 && one.clientWidth < 100).length"
    )
    assert page.evaluate(narrow) == 0, "words stand below each other letter by letter"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "it is wider than the screen"


def test_a_keyboard_reaches_all_that_opens_or_scrolls(show) -> None:
    page = show("succeeded", PHONE)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.url.endswith("#content")
    summary = page.locator("summary").first
    for _time in range(200):
        page.keyboard.press("Tab")
        if summary.evaluate("one => one === document.activeElement"):
            break
    page.keyboard.press("Enter")
    table = page.get_by_role("region", name="Attempts of books", exact=True)
    assert table.is_visible() and table.get_by_role("row").count() == 18
    page.keyboard.press("Tab")
    assert table.evaluate("one => one === document.activeElement")
    page.keyboard.press("End")
    page.wait_for_function("one => one.scrollTop > 0", arg=table.element_handle())


def test_a_screen_reader_is_told_what_the_charts_show(show) -> None:
    page = show("failed")
    assert page.get_by_role("img", name="worker-0: 4 maps, 1 reduce, 1 of them not successful").is_visible()
    headings = [text.strip() for text in page.get_by_role("heading").all_inner_texts()]
    assert headings[:3] == ["books", "Failure", "The program's own words"]
    assert page.get_by_role("navigation").get_by_role("link").count() == len(page.query_selector_all("main h2"))
