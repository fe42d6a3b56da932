# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""The node bundle: the code that runs on nodes as one zipapp, byte for byte the same for the same code."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

from ..module_utils._core.errors import OhmyError

MODULE_UTILS = Path(__file__).resolve().parent.parent / "module_utils"
PACKAGES = ("_core", "_node", "_hadoop")
EPOCH = (1980, 1, 1, 0, 0, 0)
MAIN = "import sys\n\nfrom ohmy._node.cli import main\n\nsys.exit(main())\n"


def members() -> dict[str, bytes]:
    """Return the bundle's files by name."""
    found = {"__main__.py": MAIN.encode(), "ohmy/__init__.py": b""}
    for package in PACKAGES:
        for path in sorted((MODULE_UTILS / package).rglob("*.py")):
            found[f"ohmy/{path.relative_to(MODULE_UTILS).as_posix()}"] = path.read_bytes()
    return found


def build_bundle() -> bytes:
    """Return the bundle; raise OhmyError where the collection is not whole."""
    files = members()
    if "ohmy/_node/cli.py" not in files:
        raise OhmyError(f"The collection is not whole: {MODULE_UTILS}/_node is missing.", "Install it again.")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            info = zipfile.ZipInfo(name, EPOCH)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            archive.writestr(info, files[name])
    return packed.getvalue()
