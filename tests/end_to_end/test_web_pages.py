# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hadoop's own web pages in a browser, link by link, from the cluster to what a task said."""

from __future__ import annotations

import re

import pytest

from tests.chromium import chromium
from tests.documented import documented

from .support import write_job

pytestmark = pytest.mark.long
CLUSTER, WORDS = "pages", "the mapper said so"
MAPPER = f"""import sys
print({WORDS!r}, file=sys.stderr)
sys.stdout.writelines(sys.stdin)
"""
PAGE_SECONDS = 60


@pytest.fixture(name="opened")
def fixture_opened(cloud, tmp_path):
    """Run a job on a cluster that stays, open the tunnel by the documented command; yield the proxy and YARN's page."""
    (tmp_path / "in.txt").write_text("a\n")
    (tmp_path / "said.py").write_text(MAPPER)
    wanted = {"cluster_name": CLUSTER, "cluster_workers": 1, "cluster_keep": "always", "job_preflight": "off"}
    programs = {"job_mapper": "said.py", "job_reducer": "cat", "job_input": ["in.txt"], "job_output": "out"}
    job = write_job(tmp_path, **wanted, **programs)
    run = cloud.play("run_job.yml", "-e", f"job_file={job}")
    assert run.code == 0, run.text
    line = documented("docs/operate.md", "ui").splitlines()[0].replace("=demo ", f"={CLUSTER} ")
    tunnel = cloud.play("playbooks/ui.yml", *line.split()[2:])
    proxy, page = (re.search(what, tunnel.text) for what in (r"socks5://[\d.]+:\d+", r"http://[\d.]+:8088/"))
    assert tunnel.code == 0 and proxy and page, tunnel.text
    yield proxy[0], page[0]
    run = cloud.play("playbooks/terminate.yml", "-e", f"cluster_name={CLUSTER}")
    assert run.code == 0 and cloud.leftovers(CLUSTER) == [], run.text


def test_from_the_cluster_to_a_tasks_log(opened):
    proxy, address = opened
    with chromium(f"--proxy-server={proxy}") as browser:
        page = browser.new_page()
        page.set_default_timeout(PAGE_SECONDS * 1000)
        page.goto(address)
        page.get_by_role("link", name="Applications").click()
        page.get_by_role("link", name=re.compile("^application_")).first.click()
        page.get_by_role("link", name="History").click()
        page.locator("a[href*='/jobhistory/tasks/'][href$='/m']").first.click()
        page.get_by_role("link", name=re.compile("_m_000000$")).click()
        attempts = page.url
        page.get_by_role("link", name="logs").click()
        page.get_by_text(WORDS).wait_for()
        page.goto(attempts)
        page.get_by_role("link", name=re.compile(":8042$")).click()
        page.get_by_role("heading", name="NodeManager information").wait_for()
        page.goto(address.replace("8088", "9870"))
        page.get_by_role("link", name="Datanodes").first.click()
        page.get_by_text("In service", exact=True).first.wait_for()
