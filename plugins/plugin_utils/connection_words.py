# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""What SSH says when a host cannot be reached, and what to do about it."""

from __future__ import annotations

import re

NO_CONFIG = "Can't open user config file"
# None gets better by waiting, and asking again would look like an attack.
HOPELESS = (
    "Host key verification failed",
    "IDENTIFICATION HAS CHANGED",
    "Permission denied (publickey",
    NO_CONFIG,
    "unix_listener: ",
)


def told(reason: str) -> tuple[str, str]:
    """Return (SSH's own words in one line, what to do)."""
    reason = " ".join(reason.split())
    if "Host key verification failed" in reason or "IDENTIFICATION HAS CHANGED" in reason:
        hint = "Its host key is not the one that is known for it: find out why before anything else."
        reason = "host key verification failed"  # in place of ssh's banner of many lines
    elif "too long for Unix domain socket" in reason:
        hint = "Set ANSIBLE_SSH_CONTROL_PATH_DIR to a directory with a short path: SSH keeps its sockets there."
    elif "unix_listener: " in reason:
        # Sockets of clusters on EC2 lie in a folder of their own, the others in Ansible's.
        name = "XDG_RUNTIME_DIR" if re.search(r"/ohmy-\d+/", reason) else "ANSIBLE_SSH_CONTROL_PATH_DIR"
        hint = f"SSH keeps its sockets there: make room or mend it, or set {name} to another folder with a short path."
    elif NO_CONFIG in reason:
        hint = "playbooks/login.yml writes the ssh_config of a cluster anew."
    elif "Permission denied" in reason:
        hint = (
            "The node does not take this SSH key or user: see cluster_public_key and cluster_ssh_user, or the host's "
            "variables in the inventory."
        )
    elif re.search(r"python[0-9.]*: (command )?not found|python[0-9.]*: No such file", reason):
        hint = "Install python3 there, or set ansible_python_interpreter to where it is."
    else:
        hint = (
            "See whether it still runs and whether its security group or firewall admits this machine's address; then "
            "run the same command again."
        )
    return reason.rpartition("ssh: ")[2].rstrip("."), hint
