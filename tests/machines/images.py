# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The images of the machines: Debian 12 is the local cloud's own, Debian 11 is built here."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from pathlib import Path

from localcloud import image
from localcloud.paths import State
from localcloud.shell import LocalCloudError, run, succeeds

ROOT = Path(__file__).resolve().parents[2]
CACHE = ROOT / "build" / "machines"
SUITES = ("bookworm", "bullseye")
PACKAGES = "ca-certificates dbus iproute2 openssh-server procps python3 sudo systemd systemd-sysv".split()
#: What a machine installs by itself, from the repository that a test serves; fetched when the image is built,
#: so that exactly those packages come that the image lacks.
WANTED = "openjdk-17-jre-headless"
BUILD_SECONDS = 600


def ensure(suite: str) -> str:
    """Return the name of the suite's image, which is built where it is missing."""
    if suite == "bookworm":
        return image.reference(image.ensure(State.at(None).images, print))
    name = f"localhost/ohmy-machine-{suite}:{_digest(suite)}"
    if not succeeds(["podman", "image", "exists", name]) or not debs(suite).is_dir():
        _build(suite, name)
    return name


def debs(suite: str) -> Path:
    """Return the folder that holds Java's packages for the suite, once :func:`ensure` was called for it."""
    return CACHE / f"{suite}-{_digest(suite)}"


def _options(suite: str) -> list[str]:
    # Not the manual pages: OpenJDK 17 of Debian 11 cannot be installed where their folders are missing.
    excluded = ("/usr/share/doc/*", "/usr/share/locale/*", "/usr/share/info/*")
    options = ["--variant=minbase", *(f"--dpkgopt=path-exclude={path}" for path in excluded)]
    apt = 'APT_CONFIG="$MMDEBSTRAP_APT_CONFIG" apt-get -qq -y'
    download = f"{apt} clean; {apt} install --no-install-recommends --download-only {WANTED}"
    return [*options, f"--include={','.join(PACKAGES)}", f"--customize-hook={download}", suite]


def _digest(suite: str) -> str:
    return hashlib.sha256(" ".join(_options(suite)).encode()).hexdigest()[:12]


def _build(suite: str, name: str) -> None:
    """Build and import an image; keep the packages that were fetched beside it."""
    print(f"Building the image of the {suite} machines (about a minute, once).", flush=True)
    folder, part = debs(suite), CACHE / f"{suite}.{os.getpid()}.part"
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    archive = part / "image.tar"
    *options, suite_name = _options(suite)
    keep = f'--customize-hook=cp "$1"/var/cache/apt/archives/*.deb {part}/'
    try:
        run(["mmdebstrap", "--mode=root", *options, keep, "--format=tar", suite_name, str(archive)], BUILD_SECONDS)
        run(["podman", "import", "--quiet", str(archive), name], 300)
        archive.unlink()
        shutil.rmtree(folder, ignore_errors=True)
        part.rename(folder)
    except (LocalCloudError, OSError, subprocess.SubprocessError):
        shutil.rmtree(part, ignore_errors=True)
        raise
