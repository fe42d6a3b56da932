# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""What the user wants: the module's options, checked before the first API call."""

from __future__ import annotations

import hashlib
import ipaddress
import os
import re
import typing as t
import unicodedata
from dataclasses import dataclass, field

from .._core.errors import OhmyError
from . import durations, groups, launched, prices
from .groups import Group

NAME = re.compile(r"[a-z][a-z0-9-]{0,39}")
ALL_MASTERS, ALL_WORKERS = "ohmy_master", "ohmy_workers"
# Groups of every inventory, and of all clusters.
RESERVED = ("all", "ungrouped", ALL_MASTERS, ALL_WORKERS)
MOST_TAGS = 40
LEAST_TTL = 600
PROXY = re.compile(r"(?:[A-Za-z_][A-Za-z0-9_.-]*@)?[A-Za-z0-9][A-Za-z0-9_.-]*(?::[0-9]{1,5})?")
USER = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*\$?")
# EC2 takes any printable ASCII, with no blank at an end.
KEY_NAME = re.compile(r"[!-~](?:[ -~]{0,253}[!-~])?")
# By IP version. A shorter prefix is no caller's network: two rules of /1 would be the whole world.
LEAST_PREFIX = {4: 8, 6: 16}


@dataclass(frozen=True)
class Want:
    """The wanted cluster; durations in seconds, sizes in GiB."""

    name: str
    groups: tuple[Group, ...]
    subnet_id: str | None
    fallback_subnet_ids: tuple[str, ...] | None
    security_group_ids: tuple[str, ...]
    ssh_proxy: str | None
    public_ip: str
    ssh_cidr: str
    caller_ip_url: str
    public_key: str | None
    key_name: str | None
    ssh_user: str
    instance_profile: str | None
    ttl: int
    ttl_max: int
    bucket: str | None
    read_uris: tuple[str, ...]
    write_uris: tuple[str, ...]
    wait_timeout: int
    state_dir: str
    leaving: tuple[str, ...] = ()
    at_least: bool = False
    on_launch_failure: str = "removed"
    bundle: bytes = b""
    force: bool = False
    max_hourly_cost: float | None = None
    prices: dict[str, t.Any] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    document: dict[str, t.Any] = field(default_factory=dict)
    # The options as they were said, and those of ``launched.OPTIONS`` that nobody knows.
    said: t.Mapping[str, t.Any] = field(default_factory=dict)
    unknown: tuple[str, ...] = ()

    @property
    def by_name(self) -> bool:
        """Tell whether nothing is said of what nodes are to become, so that they are to be as they were launched."""
        return not self.document.get("hadoop")

    @property
    def bundle_sha256(self) -> str:
        """Return the hex sha256 of the node bundle."""
        return hashlib.sha256(self.bundle).hexdigest()

    @property
    def worker_groups(self) -> tuple[Group, ...]:
        """Return the groups of workers, whether any node is wanted of them or not."""
        return tuple(one for one in self.groups if one.name != groups.MASTER)

    @property
    def workers(self) -> int:
        """Return how many workers are wanted in all groups together."""
        return sum(one.count for one in self.worker_groups)

    @property
    def datanodes(self) -> int:
        """Return how many of the workers hold data."""
        return sum(one.count for one in self.worker_groups if one.role == groups.WORKER)

    def on_spot(self, role: str) -> bool:
        """Tell whether spot instances may have a role."""
        return any(one.spot != "no" for one in self.worker_groups if one.role == role)

    @property
    def roles(self) -> tuple[str, ...]:
        """Return the roles that nodes are wanted in, the master's first, each once."""
        return tuple(dict.fromkeys(one.role for one in self.groups if one.count))


def checked_name(name: str) -> str:
    """Return the cluster's name or raise OhmyError; AWS limits names and tag filters by length."""
    if not NAME.fullmatch(name):
        hint = "Use 1 to 40 lower-case letters, digits and hyphens, a letter first."
        raise OhmyError(f"{name!r} is no name for a cluster.", hint)
    return name


def refuse_reserved(name: str) -> None:
    """Raise OhmyError for a new cluster whose groups would hold other hosts, too; one that stands can be removed."""
    if not set(group_names(name)).isdisjoint(RESERVED):
        raise OhmyError(
            f"A cluster cannot be called {name}: groups of other hosts have such names.", "Choose another cluster_name."
        )


def group_names(cluster: str) -> tuple[str, str, str]:
    """Return the groups of a cluster: of all its hosts, of its master, of its workers."""
    name = cluster.replace("-", "_")
    return name, f"{name}_master", f"{name}_workers"


def own_group(cluster: str, group: str) -> str | None:
    """Return the inventory's group of a further group of workers; None for the master and the workers as such."""
    return None if group in (groups.MASTER, groups.WORKER) else f"{cluster}_{group}".replace("-", "_")


def host_groups(cluster: str, group: str) -> list[str]:
    """Return the groups of a master or a worker: that of its cluster, that of all clusters, and its own, if any."""
    _whole, master, workers = group_names(cluster)
    if group == groups.MASTER:
        return [master, ALL_MASTERS]
    own = own_group(cluster, group)
    return [workers, ALL_WORKERS, *([own] if own is not None else [])]


def checked_cidr(text: str) -> str:
    """Return a CIDR as AWS writes it (host bits cleared); raise OhmyError for (nearly) the whole world."""
    try:
        network = ipaddress.ip_network(text, strict=False)
    except ValueError as exc:
        raise OhmyError(f"{text!r} is no CIDR to let SSH in from.", "Write for example 192.0.2.7/32, or auto.") from exc
    if network.prefixlen < LEAST_PREFIX[network.version]:
        raise OhmyError(f"{text} would open SSH to the whole world.", "Give your own address or auto.")
    return str(network)


def checked_user(user: str) -> str:
    """Return the name of a user to log in as, which stands in an ssh_config; raise OhmyError for what is none."""
    if not USER.fullmatch(user):
        raise OhmyError(f"ssh_user: {user!r} is no name of a user.", "Write one such as ubuntu or ec2-user.")
    return user


def checked_proxy(proxy: str | None) -> str | None:
    """Return a jump host as ``[user@]host[:port]``; raise OhmyError for what is none."""
    if proxy is not None and not PROXY.fullmatch(proxy):
        raise OhmyError(f"ssh_proxy: {proxy!r} is no jump host.", "Write host, user@host or user@host:port.")
    return proxy


def require_way_in(proxy: str | None, ssh_cidr: str) -> None:
    """Raise OhmyError where the caller's own address would be let in, and a jump host is to come."""
    if proxy is not None and ssh_cidr == "auto":
        hint = "Set cluster_ssh_cidr to the address from which the jump host reaches the master."
        raise OhmyError("ssh_proxy: auto cannot know from where the jump host connects.", hint)


def checked_key_name(name: str | None) -> str | None:
    """Return the name of a key pair of the user's own; raise OhmyError for what can be none."""
    if name is not None and not KEY_NAME.fullmatch(name):
        hint = "Give its name as EC2 shows it, without a blank at either end, not a file's."
        raise OhmyError(f"key_name: {name!r} is no name of a key pair.", hint)
    return name


def checked_ttl(text: str) -> int:
    """Return a time to live in seconds, 0 for none; raise OhmyError for what is no time, or too short to start in."""
    try:
        ttl = durations.seconds(text, "ttl")
    except OhmyError:
        ttl = 1
    if 0 < ttl < LEAST_TTL:
        hint = "Write a time such as 90m or 4h, at least 10m, or 0 for never."
        raise OhmyError(f"ttl: {text!r} is no time to live.", hint)
    return ttl


def checked_tags(wanted: dict[str, t.Any] | None) -> dict[str, str]:
    """Return the user's tags as text; raise OhmyError for reserved keys and what AWS would refuse."""
    found = {str(key): str(value) for key, value in (wanted or {}).items()}
    for key, value in found.items():
        if key.lower().startswith(("aws:", "ohmy:")) or key == "Name":
            raise OhmyError(f"tags: the key {key!r} is reserved.", "Take another key.")
        if not 1 <= len(key) <= 127 or len(value) > 255:
            raise OhmyError(f"tags: {key!r} is too long.", "A key has at most 127 characters, a value 255.")
    if len(found) > MOST_TAGS:
        raise OhmyError(f"tags: {len(found)} tags are too many.", f"Give at most {MOST_TAGS}.")
    return found


def require_for_iam(tags: t.Mapping[str, str]) -> None:
    """Raise OhmyError for tags that EC2 takes and IAM, which has them on the role, does not."""
    hint = "Take letters, digits, blanks and _.:/=+-@, or a profile of your own (cluster_instance_profile)."
    for text in (one for pair in tags.items() for one in pair):
        if not all(char in "_.:/=+-@" or unicodedata.category(char)[0] in "LNZ" for char in text):
            raise OhmyError(f"tags: {text!r} holds what IAM takes in no tag, and the nodes' role has it, too.", hint)
    if len({key.lower() for key in tags}) < len(tags):
        raise OhmyError("tags: two keys differ in case alone, which IAM takes for one.", "Take other keys.")


def checked_uris(uris: list[str] | None, option: str) -> tuple[str, ...]:
    """Return s3:// URIs, sorted, each once; raise OhmyError for anything else."""
    for uri in uris or []:
        if not re.fullmatch(r"s3a?://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/.*)?", uri):
            raise OhmyError(f"{option}: {uri!r} is no S3 URI.", "Write s3://bucket/prefix.")
    return tuple(sorted(set(uris or [])))


def default_state_dir() -> str:
    """Return the folder for the controller's own files about clusters."""
    base = os.environ.get("XDG_STATE_HOME") or os.path.expanduser("~/.local/state")
    return os.path.join(base, "ohmy.hadoop")


def _bundle(path: str | None) -> bytes:
    if path is None:
        return b""
    try:
        with open(path, "rb") as stream:
            return stream.read()
    except OSError as exc:
        raise OhmyError(f"bundle: {path} cannot be read: {exc.strerror}.", "Look at its path and rights.") from exc


def _limit(wanted: float | None) -> float | None:
    if wanted is not None and not 0 < wanted < float("inf"):
        raise OhmyError(f"max_hourly_cost: {wanted} is no limit.", "Write an amount of USD an hour, such as 2.5.")
    return wanted


def from_params(said: t.Mapping[str, t.Any], told: t.Mapping[str, t.Any] | None = None) -> Want:
    """Make a Want of the module's options; raise OhmyError that names the first wrong one.

    :param told: what a launch had of ``launched.NAMES``; None where that is yet to be looked up.
    """
    params = launched.settled(said, told or {})
    wanted = groups.from_params(params)
    fallbacks = params.get("fallback_subnet_ids")
    ttl, ttl_max = checked_ttl(params["ttl"]), durations.seconds(params["ttl_max"], "ttl_max")
    # The other one may be what the launch had.
    if ttl > ttl_max and (told is not None or None not in (said.get("ttl"), said.get("ttl_max"))):
        raise OhmyError("ttl is longer than ttl_max.", "Raise ttl_max or lower ttl.")
    if params.get("state", "present") == "present":
        refuse_reserved(params["name"])
        require_way_in(params.get("ssh_proxy"), params["ssh_cidr"])
        if params.get("instance_profile") is None:
            require_for_iam(checked_tags(said.get("tags")))
    return Want(
        name=checked_name(params["name"]),
        groups=wanted,
        subnet_id=params.get("subnet_id"),
        security_group_ids=tuple(dict.fromkeys(params.get("security_group_ids") or ())),
        ssh_proxy=checked_proxy(params.get("ssh_proxy")),
        fallback_subnet_ids=None if fallbacks is None else tuple(dict.fromkeys(fallbacks)),
        public_ip=params["public_ip"],
        ssh_cidr=params["ssh_cidr"] if params["ssh_cidr"] == "auto" else checked_cidr(params["ssh_cidr"]),
        caller_ip_url=params["caller_ip_url"],
        public_key=params.get("public_key"),
        key_name=checked_key_name(params.get("key_name")),
        ssh_user=checked_user(params["ssh_user"]),
        instance_profile=params.get("instance_profile"),
        ttl=ttl,
        ttl_max=ttl_max,
        bucket=params.get("bucket"),
        read_uris=checked_uris(params.get("read_uris"), "read_uris"),
        write_uris=checked_uris(params.get("write_uris"), "write_uris"),
        wait_timeout=params["wait_timeout"],
        state_dir=os.path.expanduser(params.get("state_dir") or default_state_dir()),
        leaving=tuple(sorted(set(params.get("leaving") or []))),
        at_least=bool(params.get("at_least")),
        on_launch_failure=params.get("on_launch_failure") or "removed",
        bundle=_bundle(params.get("bundle")),
        force=bool(params.get("force")),
        tags=checked_tags(params.get("tags")),
        document=params.get("document") or {},
        max_hourly_cost=_limit(params.get("max_hourly_cost")),
        prices=prices.checked(params.get("prices")),
        said=said,
        unknown=launched.unknown(said, told or {}),
    )
