# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The node image: built once from Debian packages, cached by a digest of its recipe."""

from __future__ import annotations

import hashlib
import os
import pathlib
import typing as t

from ..shell import LocalCloudError, run, succeeds

RECIPE = pathlib.Path(__file__).resolve().parent
SUITE = "bookworm"
REPOSITORY = "localhost/ohmy-localcloud"
#: The owner of Debian's images on AWS.
DEBIAN_ACCOUNT = "136693071363"
SSM_PARAMETER = "/aws/service/debian/release/12/latest/amd64"
EPOCH = "1735689600"
BUILD_SECONDS = 900


def recipe_files(folder: pathlib.Path = RECIPE) -> list[pathlib.Path]:
    """Return the files that the image is made from, sorted."""
    return sorted(p for p in folder.rglob("*") if p.is_file() and p.suffix not in (".py", ".pyc", ".md"))


def digest(folder: pathlib.Path = RECIPE) -> str:
    """Return the sha256 of the recipe: names, modes and contents of its files."""
    total = hashlib.sha256(f"{SUITE} {EPOCH} {' '.join(build_options())}".encode())
    for path in recipe_files(folder):
        mode = "x" if os.access(path, os.X_OK) else "-"
        total.update(f"{path.relative_to(folder)} {mode}\n".encode() + hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def build_options() -> list[str]:
    """Return mmdebstrap's options apart from paths."""
    excluded = ("/usr/share/doc/*", "/usr/share/man/*", "/usr/share/locale/*", "/usr/share/info/*")
    return ["--mode=root", "--variant=minbase", *(f"--dpkgopt=path-exclude={path}" for path in excluded)]


def ami_id(recipe_digest: str) -> str:
    """Return the image id that a recipe is registered under."""
    return f"ami-{recipe_digest[:17]}"


def reference(recipe_digest: str) -> str:
    """Return the name of the imported image."""
    return f"{REPOSITORY}:{recipe_digest[:12]}"


def exists(recipe_digest: str) -> bool:
    """Tell whether the image is imported."""
    return succeeds(["podman", "image", "exists", reference(recipe_digest)])


def ensure(cache: pathlib.Path, say: t.Callable[[str], None]) -> str:
    """Build and import the image unless it is there; return the recipe's digest."""
    wanted = digest()
    if exists(wanted):
        return wanted
    archive = cache / f"{wanted[:12]}.tar"
    if not archive.exists():
        build(archive, say)
    say("Importing the node image.")
    run(["podman", "import", "--quiet", str(archive), reference(wanted)], timeout=300)
    return wanted


def build(archive: pathlib.Path, say: t.Callable[[str], None]) -> None:
    """Make the image archive from Debian packages; half an archive never has the final name."""
    say("Building the node image from Debian packages (about 40 s, once).")
    archive.parent.mkdir(parents=True, exist_ok=True)
    part = archive.with_suffix(f".{os.getpid()}.part")
    packages = ",".join((RECIPE / "packages.txt").read_text(encoding="utf-8").split())
    argv = ["env", f"SOURCE_DATE_EPOCH={EPOCH}", "mmdebstrap", *build_options(), f"--include={packages}"]
    argv += [f"--customize-hook={RECIPE / 'customize.sh'} \"$1\"", "--format=tar", SUITE, str(part)]
    try:
        run(argv, timeout=BUILD_SECONDS)
        part.rename(archive)
    except LocalCloudError:
        part.unlink(missing_ok=True)
        raise
    for old in archive.parent.glob("*.tar"):
        if old != archive:
            old.unlink()


def remove(cache: pathlib.Path) -> None:
    """Remove the cached archives and the imported image, unless another cloud uses it."""
    for archive in cache.glob("*.tar"):
        archive.unlink()
    if exists(digest()):
        run(["podman", "rmi", reference(digest())], check=False)
