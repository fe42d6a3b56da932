# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""What Java takes of a task's memory: as little as it can, for the rest is the program's; pure."""

from __future__ import annotations

from .node_folders import HADOOP_HOME

QUICK_START = "-XX:+UseSerialGC -XX:TieredStopAtLevel=1"
# Run by the shell that starts the container; archives without this program, such as Apache's own, start as ever.
CLASS_DATA = f"$({HADOOP_HOME}/libexec/class-data 2>/dev/null)"


def task_heap(task: int) -> int:
    """Return the heap of a task's JVM: a program in Python needs its memory outside of it."""
    return min(384, task * 3 // 8)


def task_java(task: int) -> str:
    """Return the options of a task's JVM."""
    return f"-Xmx{task_heap(task)}m {QUICK_START} {CLASS_DATA}"


def task_sort(heap: int) -> int:
    """Return the MiB in which a map sorts its output; they lie in its heap."""
    return min(100, heap // 3)
