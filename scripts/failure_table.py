# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Print docs/failures.md: the table of causes, and how each row is tested, from the code and the recorded failures."""

from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop.causes.row import PLACES, Cause
from ansible_collections.ohmy.hadoop.plugins.module_utils._hadoop.causes.table import CAUSES
from tests.recorded_failures import Recorded, recorded

PAGE = """\
# When a job fails

A failure is told by its cause, what to do about it, and the program's own words; with `-vvv` also by Hadoop's, with Java's
stack. The result of `streaming_job` and `distcp` holds it as `error`, that of `streaming_job_info` as `jobs[].error`, always
with the same keys: `id` (a row below), `summary`, `hint`, `retry`, `stderr`, `attempt`, `host` and `evidence` (which program, its
exit code and that of its container, the file and the bytes that a map was given and the line that broke it, how many records had
reached the program, and about the last line it printed: Hadoop quotes what a longer line before it left behind it too).
Attempts whose task succeeded later, or that were killed, are never the reason. All logs are in the evidence that `run_job`
fetches to `<job_output>-evidence/`, as the module `hadoop_logs` does.

The words are told twice: when a first attempt fails, while the job goes on, and in the report at the end. The result with all
these keys is printed with `-v`.

Whether a further try helps stands in `retry`:

| retry | a further try | what the collection does |
| --- | --- | --- |
| no | fails again | ends the job |
| config | passes when the setting that the fix names was changed | ends the job |
| wait | passes when something has cleared by itself | submits it again after a pause, as often as `job_retries` says (2) |
| yes | may pass as it is | the same; but never what somebody killed |

Before a further try the half output of the last one is removed. `tries` in the result names each that failed.

## The causes

{causes} causes are known: {provoked} that a test brings about on a real cluster (provoked), {recorded} that are recognised in
texts which Hadoop, S3 or a program wrote, or which stand in Hadoop's code or documentation (recorded), and {unit} that the
collection finds by itself, brought about in a cluster in memory (unit). A unit test holds each of {texts} recorded texts against
the table. CAPITALS stand for what the text names. This page is made by `scripts/failure_table.py`.

| id | cause | seen in | fix | retry | tested |
| --- | --- | --- | --- | --- | --- |
{rows}
"""


def plain(form: str) -> str:
    """Return a summary or hint as a sentence, its values in capitals."""
    text = re.sub(r"\{(\w+)\}", lambda found: found.group(1).upper(), form.replace("[", "").replace("]", ""))
    return (text[:1].upper() + text[1:]).replace("|", "\\|").rstrip(".") + "."


def tested(cause: Cause, texts: list[Recorded]) -> str:
    """Return how a row is tested: provoked, recorded or unit."""
    if any(one.id == cause.id and one.provoked_by != "none" for one in texts):
        return "provoked"
    return "recorded" if cause.patterns else "unit"


def page() -> str:
    """Return the whole page."""
    texts = recorded()
    kinds = [tested(cause, texts) for cause in CAUSES]
    rows = []
    for cause, kind in zip(CAUSES, kinds):
        seen = ", ".join(dict.fromkeys(PLACES[place] for place in cause.seen_in))
        cells = [f"`{cause.id}`", plain(cause.summary), seen, plain(cause.hint), cause.retry, kind]
        rows.append(f"| {' | '.join(cells)} |")
    return PAGE.format(
        causes=len(CAUSES),
        texts=sum(1 for one in texts if one.seen_in != "follower"),
        **{kind: kinds.count(kind) for kind in ("provoked", "recorded", "unit")},
        rows="\n".join(rows),
    )


if __name__ == "__main__":
    print(page(), end="")
