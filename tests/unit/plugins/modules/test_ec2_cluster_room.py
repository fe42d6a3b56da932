# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where groups go for which a subnet has too few free addresses."""

from __future__ import annotations

from .test_ec2_cluster_groups import Market


def small_home(account):
    """Make two subnets, the first with few addresses, in one VPC; return the wish of a cluster in them."""
    vpc = account.ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    blocks = {"a": "10.9.0.0/28", "b": "10.9.1.0/24"}
    made = [
        account.ec2.create_subnet(VpcId=vpc, CidrBlock=block, AvailabilityZone=f"eu-central-1{zone}")
        for zone, block in blocks.items()
    ]
    service = "com.amazonaws.eu-central-1.s3"
    tables = account.ec2.describe_route_tables(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["RouteTables"]
    account.ec2.create_vpc_endpoint(VpcId=vpc, ServiceName=service, RouteTableIds=[tables[0]["RouteTableId"]])
    home, other = (one["Subnet"]["SubnetId"] for one in made)
    return {"subnet_id": home, "fallback_subnet_ids": [other], "public_ip": "never", "instance_type": "m5.large"}


def test_a_group_for_which_the_subnet_has_no_room_goes_to_another(account, cluster):
    wish = small_home(account)
    alone = cluster(check=True, workers=12, **{**wish, "fallback_subnet_ids": []})
    assert alone.get("failed") and "has 11 free addresses, 13 are needed" in alone["msg"], alone
    assert "cluster_workers" in alone["hint"], alone
    more = cluster(check=True, workers=300, **wish)
    assert more.get("failed") and "251 free addresses and the others have no more, 300 are needed" in more["msg"], more
    stock = Market(account)
    result = cluster(workers=110, **wish)
    assert not result.get("failed"), result
    assert stock.asked == ["on-demand m5.large a", *["on-demand m5.large b"] * 2]
    assert "in eu-central-1a (InsufficientFreeAddressesInSubnet)" in str(result["warnings"]), result
    # Those of a group stay together.
    account.before_send = None
    full = cluster(check=True, workers=300, **wish)
    assert full.get("failed") and "free addresses, 190 are needed" in full["msg"], full
