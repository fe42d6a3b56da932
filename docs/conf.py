# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How Sphinx makes the site of these pages: ``make docs``."""

from __future__ import annotations

import posixpath
import re
import typing as t
from pathlib import Path

import yaml
from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx

GALAXY = yaml.safe_load((Path(__file__).resolve().parents[1] / "galaxy.yml").read_text("utf-8"))
LINK = re.compile(r"\]\((?!https?:|#)(?P<path>[^)#\s]+)(?P<rest>#[^)]*)?\)")
# Each generated page begins with one; the theme has it at the side, and shows an error for a second one.
CONTENTS = re.compile(r"^\.\. contents::\n   :local:\n   :depth: \d\n", re.MULTILINE)
ANSIBLE = "https://docs.ansible.com/projects/ansible-core/2.19"
# What the generated pages name of Ansible's own documentation; its index is not fetched, as the build needs no network.
ELSEWHERE = {
    "action_plugins": "plugins/action.html",
    "ansible_configuration_settings": "reference_appendices/config.html",
    "common_return_values": "reference_appendices/common_return_values.html",
}

project = "ohmy.hadoop"
author = ", ".join(GALAXY["authors"])
version = release = GALAXY["version"]
project_copyright = f"2026, {author}"

extensions = ["myst_parser", "sphinx_antsibull_ext"]
myst_heading_anchors = 4
nitpicky = True
highlight_language = "none"

html_theme = "furo"
html_title = f"{project} {version}"
html_copy_source = False
html_show_sphinx = False
# The tables of the reference in the colours of the theme, by day and by night.
antsibull_ext_color_scheme = "none"
html_theme_options = {
    "light_css_variables": {
        "antsibull-links-background": "var(--color-background-border)",
        "antsibull-links-background-active": "var(--color-background-hover)",
        "antsibull-links-focus-outline": "var(--color-link)",
        "antsibull-links-text": "var(--color-foreground-primary)",
        "antsibull-table-background-header": "var(--color-background-border)",
        "antsibull-table-background-even": "var(--color-background-secondary)",
        "antsibull-table-background-odd": "var(--color-background-primary)",
        "antsibull-table-border": "var(--color-background-border)",
        "antsibull-narrowtable-background": "var(--color-background-secondary)",
        "antsibull-option-type": "var(--color-foreground-secondary)",
        "antsibull-option-elements": "var(--color-foreground-secondary)",
        "antsibull-option-required": "var(--color-problematic)",
        "antsibull-option-default": "var(--color-link)",
        "antsibull-option-sample": "var(--color-link)",
        "antsibull-option-sample-header": "var(--color-foreground-primary)",
    },
}


def fit_in(app: Sphinx, page: str, source: list[str]) -> None:
    """Let links to files that are no part of the site lead to the repository, and generated pages fit the theme."""

    def target(found: re.Match[str]) -> str:
        path = posixpath.normpath(posixpath.join("docs", posixpath.dirname(page), found["path"]))
        if path.startswith("docs/"):
            return found[0]
        return f"]({GALAXY['repository']}/blob/main/{path}{found['rest'] or ''})"

    source[0] = CONTENTS.sub("", LINK.sub(target, source[0]))


def lead_to_ansible(app: Sphinx, env: t.Any, node: pending_xref, shown: nodes.TextElement) -> nodes.reference | None:
    """Return a link to Ansible's own documentation for what stands there."""
    wanted = node["reftarget"]
    path = ELSEWHERE.get(wanted)
    if node["reftype"] == "envvar" and wanted.startswith("ANSIBLE_"):
        path = f"{ELSEWHERE['ansible_configuration_settings']}#envvar-{wanted}"
    return path and nodes.reference("", "", shown, refuri=f"{ANSIBLE}/{path}", internal=False)


def setup(app: Sphinx) -> dict[str, bool]:
    """Connect both."""
    app.connect("source-read", fit_in)
    app.connect("missing-reference", lead_to_ansible)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
