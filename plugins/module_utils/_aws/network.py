# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# Private to this collection: the interface may change in any release.
"""The subnet that the cluster lies in, and its ways to S3 and to the controller."""

from __future__ import annotations

import ipaddress
import socket
import typing as t
from dataclasses import dataclass

from ansible.module_utils.urls import open_url

from .._core.errors import OhmyError
from . import errors
from .client import USER_AGENT
from .want import checked_cidr

ASK_SECONDS = 10.0


@dataclass(frozen=True)
class Subnet:
    """A subnet: where it lies, how many addresses are free, whether it gives public ones, and whose it is."""

    id: str
    vpc_id: str
    zone: str
    cidr: str
    free: int
    gives_public: bool
    owner: str = ""

    def public(self, public_ip: str) -> bool:
        """Tell whether an instance gets a public address under the option ``public_ip``."""
        return public_ip == "always" or (public_ip == "subnet" and self.gives_public)


def _described(ec2: t.Any, ids: t.Sequence[str]) -> list[Subnet]:
    """Return these subnets, or the default VPC's where none is named."""
    if ids:
        what = f"describe subnet {', '.join(ids)}"
        answer = errors.call(what, ec2.describe_subnets, SubnetIds=list(ids))
    else:
        only = [{"Name": "default-for-az", "Values": ["true"]}]
        answer = errors.call("find the default VPC's subnets", ec2.describe_subnets, Filters=only)
    alone = [raw["SubnetId"] for raw in answer["Subnets"] if raw.get("Ipv6Native")]
    if alone:
        hint = "Take one with IPv4 addresses (cluster_subnet_id, cluster_fallback_subnet_ids)."
        raise OhmyError(f"Subnet {', '.join(alone)} has IPv6 addresses alone, and Hadoop needs IPv4.", hint)
    return [
        Subnet(
            id=raw["SubnetId"],
            vpc_id=raw["VpcId"],
            zone=raw["AvailabilityZone"],
            cidr=raw["CidrBlock"],
            free=raw.get("AvailableIpAddressCount", 0),
            gives_public=bool(raw.get("MapPublicIpOnLaunch")),
            owner=raw.get("OwnerId", ""),
        )
        for raw in answer["Subnets"]
    ]


def find(ec2: t.Any, subnet_id: str | None, prefer: str | None, others: t.Sequence[str] | None) -> list[Subnet]:
    """Return the subnet to be in, then those that a group may fall back to.

    :param subnet_id: by default, of the default VPC's the preferred one or that with the most free addresses.
    :param others: the ids to fall back to; None means the default VPC's, where the cluster lies in it.
    """
    if subnet_id is not None and others is not None:
        ids = list(dict.fromkeys([subnet_id, *others]))
        by_id = {one.id: one for one in _described(ec2, ids)}
        return [by_id[one] for one in ids]
    known = sorted(_described(ec2, []), key=lambda one: (one.id != (subnet_id or prefer), -one.free, one.zone, one.id))
    if subnet_id is not None and subnet_id not in [one.id for one in known]:
        return _described(ec2, [subnet_id])
    if not known:
        raise OhmyError("There is no default VPC with a subnet in this region.", "Set subnet_id (cluster_subnet_id).")
    if others is None:
        return known
    return known[:1] + (_described(ec2, [one for one in others if one != known[0].id]) if others else [])


def alike(one: Subnet, home: Subnet, public_ip: str) -> bool:
    """Tell whether nodes in the one subnet can be a part of a cluster that has its home in the other."""
    return one.vpc_id == home.vpc_id and one.public(public_ip) == home.public(public_ip)


def require_alike(subnets: t.Sequence[Subnet], public_ip: str) -> None:
    """Raise OhmyError for a subnet to fall back to whose instances could not be a part of the cluster."""
    home = subnets[0]
    for one in subnets[1:]:
        if not alike(one, home, public_ip):
            why = f"gives {'' if one.gives_public else 'no '}public addresses, unlike {home.id}"
            if one.vpc_id != home.vpc_id:
                why = f"is in {one.vpc_id}, {home.id} in {home.vpc_id}"
            hint = "Name subnets of one VPC that are alike, or set cluster_public_ip to always or never."
            raise OhmyError(f"fallback_subnet_ids: {one.id} {why}.", hint)


def with_way_to_s3(
    ec2: t.Any, subnets: t.Sequence[Subnet], public_ip: str, all_named: bool, account: str = ""
) -> list[Subnet]:
    """Return the subnets whose instances reach S3; the others' would be silent for ever. Two calls at most.

    :param account: the caller's. Of a subnet that another one shares with it the endpoints are not to be seen.
    :raises OhmyError: the first has no way, or another one that the user named.
    """
    in_vpc = [{"Name": "vpc-id", "Values": [subnets[0].vpc_id]}]
    what = f"describe the routes of {subnets[0].vpc_id}"
    tables = errors.pages(what, ec2, "describe_route_tables", "RouteTables", Filters=in_vpc)
    lacking = [one for one in subnets if not _routed(_table_of(tables, one.id), one.public(public_ip))]
    if lacking:
        what = f"describe the endpoints of {subnets[0].vpc_id}"
        endpoints = errors.pages(what, ec2, "describe_vpc_endpoints", "VpcEndpoints", Filters=in_vpc)
        served = {
            one.id for one in lacking if any(_serves(each, _table_of(tables, one.id), one.id) for each in endpoints)
        }
        lacking = [one for one in lacking if one.id not in served and one.owner in ("", account)]
    if lacking and (all_named or lacking[0].id == subnets[0].id):
        _refuse_without_way(lacking[0])
    return [one for one in subnets if one not in lacking]


def _routed(table: dict[str, t.Any] | None, public: bool) -> bool:
    """Tell whether a route leads to the Internet, and with it to S3."""
    targets = [_target(route) for route in (table or {}).get("Routes", []) if _is_default(route)]
    if public and (table is None or any(one.startswith("igw-") for one in targets)):
        return True
    return any(one and not one.startswith("igw-") for one in targets)


def _refuse_without_way(subnet: Subnet) -> None:
    raise OhmyError(
        f"Instances in subnet {subnet.id} would have no way to S3: no public address with an Internet gateway, "
        "no NAT, no S3 endpoint.",
        "Take another subnet, set cluster_public_ip to always where there is an Internet gateway, "
        "or give the VPC an S3 gateway endpoint (it costs nothing).",
    )


def _table_of(tables: list[dict[str, t.Any]], subnet_id: str) -> dict[str, t.Any] | None:
    main = None
    for table in tables:
        for association in table.get("Associations", []):
            if association.get("SubnetId") == subnet_id:
                return table
            if association.get("Main"):
                main = table
    return main


def _is_default(route: dict[str, t.Any]) -> bool:
    return route.get("DestinationCidrBlock") == "0.0.0.0/0" and route.get("State", "active") == "active"


def _target(route: dict[str, t.Any]) -> str:
    names = (
        "GatewayId",
        "NatGatewayId",
        "TransitGatewayId",
        "NetworkInterfaceId",
        "InstanceId",
        "VpcPeeringConnectionId",
        "CoreNetworkArn",
        "LocalGatewayId",
    )
    return next((route[name] for name in names if route.get(name)), "")


def _serves(endpoint: dict[str, t.Any], table: dict[str, t.Any] | None, subnet_id: str) -> bool:
    if not endpoint.get("ServiceName", "").endswith(".s3") or endpoint.get("State", "").lower() not in (
        "available",
        "",
    ):
        return False
    if endpoint.get("VpcEndpointType", "Gateway") == "Gateway":
        return table is not None and table["RouteTableId"] in endpoint.get("RouteTableIds", [])
    return True


def caller_cidr(subnet: Subnet, public: bool, url: str) -> str:
    """Return the controller's own address as the cluster sees it, as a CIDR of one address.

    For a master with a public address: what ``url`` answers. Else: the source address of the route into the subnet
    (a connected datagram socket sends nothing).
    """
    if public:
        text = _ask(url)
    else:
        inside = str(ipaddress.ip_network(subnet.cidr)[1])
        family = socket.AF_INET6 if ":" in inside else socket.AF_INET
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            try:
                probe.connect((inside, 9))
            except OSError as exc:
                hint = "Set cluster_ssh_cidr, or set up the VPN into the VPC."
                raise OhmyError(f"This machine has no route to subnet {subnet.cidr}: {exc.strerror}.", hint) from exc
            text = probe.getsockname()[0]
    address = ipaddress.ip_address(text)
    return checked_cidr(f"{address}/{address.max_prefixlen}")


def _ask(url: str) -> str:
    hint = "Set cluster_ssh_cidr to your public address, or cluster_caller_ip_url to a service that answers it."
    if not url.startswith(("https://", "http://")):
        raise OhmyError(f"caller_ip_url: {url!r} is no web address.", hint)
    try:
        with open_url(url, timeout=ASK_SECONDS, http_agent=USER_AGENT) as answer:
            text = answer.read(256).decode("ascii", "replace").strip()
        return str(ipaddress.ip_address(text))
    except (OSError, ValueError) as exc:
        raise OhmyError(f"{url} did not tell this machine's public address: {exc}.", hint) from exc
