# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The way to S3 and the caller's address, against answers in AWS's form."""

from __future__ import annotations

import http.server
import threading

import botocore.session
import pytest
from botocore.stub import ANY, Stubber

from ansible_collections.ohmy.hadoop.plugins.module_utils._aws import network
from ansible_collections.ohmy.hadoop.plugins.module_utils._core.errors import OhmyError

SUBNET = network.Subnet("subnet-1", "vpc-1", "eu-central-1a", "127.0.0.0/28", 10, False)
PUBLIC = network.Subnet("subnet-1", "vpc-1", "eu-central-1a", "127.0.0.0/28", 10, True)
GATEWAY = {"DestinationCidrBlock": "0.0.0.0/0", "GatewayId": "igw-1", "State": "active"}
NAT = {"DestinationCidrBlock": "0.0.0.0/0", "NatGatewayId": "nat-1", "State": "active"}
WAN = {"DestinationCidrBlock": "0.0.0.0/0", "CoreNetworkArn": "arn:aws:x", "State": "active"}
OUTPOST = {"DestinationCidrBlock": "0.0.0.0/0", "LocalGatewayId": "lgw-1", "State": "active"}
SHARED = network.Subnet("subnet-1", "vpc-1", "eu-central-1a", "127.0.0.0/28", 10, False, "210987654321")
OWN = network.Subnet("subnet-1", "vpc-1", "eu-central-1a", "127.0.0.0/28", 10, False, "123456789012")
DEAD = {**NAT, "State": "blackhole"}
ENDPOINT = {
    "ServiceName": "com.amazonaws.eu-central-1.s3",
    "VpcEndpointType": "Gateway",
    "State": "available",
    "RouteTableIds": ["rtb-1"],
}


@pytest.fixture(scope="module")
def client():
    session = botocore.session.get_session()
    keys = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing"}
    return session.create_client("ec2", region_name="eu-central-1", **keys)


@pytest.mark.parametrize(
    ("subnet", "public_ip", "routes", "endpoints", "reachable"),
    [
        (PUBLIC, "subnet", [GATEWAY], [], True),
        (PUBLIC, "never", [GATEWAY], [], False),
        (PUBLIC, "subnet", [], [], False),
        (SUBNET, "always", [GATEWAY], [], True),
        (SUBNET, "subnet", [GATEWAY], [], False),
        (SUBNET, "subnet", [NAT], [], True),
        (SUBNET, "subnet", [DEAD], [], False),
        (SUBNET, "subnet", [WAN], [], True),
        (SUBNET, "subnet", [OUTPOST], [], True),
        (SHARED, "subnet", [], [], True),
        (OWN, "subnet", [], [], False),
        (SUBNET, "subnet", [], [ENDPOINT], True),
        (SUBNET, "subnet", [], [{**ENDPOINT, "RouteTableIds": ["rtb-9"]}], False),
        (SUBNET, "subnet", [], [{**ENDPOINT, "ServiceName": "com.amazonaws.eu-central-1.dynamodb"}], False),
        (SUBNET, "subnet", [], [{**ENDPOINT, "VpcEndpointType": "Interface", "RouteTableIds": []}], True),
    ],
)
def test_with_way_to_s3(client, subnet, public_ip, routes, endpoints, reachable):
    table = {"RouteTableId": "rtb-1", "Associations": [{"SubnetId": "subnet-1"}], "Routes": routes}
    main = {"RouteTableId": "rtb-0", "Associations": [{"Main": True}], "Routes": [NAT]}
    with Stubber(client) as stub:
        stub.add_response("describe_route_tables", {"RouteTables": [main, table]}, {"Filters": ANY})
        stub.add_response("describe_vpc_endpoints", {"VpcEndpoints": endpoints}, {"Filters": ANY})
        if reachable:
            network.with_way_to_s3(client, [subnet], public_ip, False, "123456789012")
        else:
            with pytest.raises(OhmyError, match="no way to S3"):
                network.with_way_to_s3(client, [subnet], public_ip, False, "123456789012")


def test_a_subnet_without_ipv4_is_refused(client):
    told = {"SubnetId": "subnet-6", "VpcId": "vpc-1", "AvailabilityZone": "eu-central-1a", "Ipv6Native": True}
    with Stubber(client) as stub, pytest.raises(OhmyError, match="Subnet subnet-6 has IPv6 addresses alone"):
        stub.add_response("describe_subnets", {"Subnets": [told]}, {"SubnetIds": ["subnet-6"]})
        network.find(client, "subnet-6", None, ())


def test_caller_of_a_private_master_is_the_source_of_the_route():
    assert network.caller_cidr(SUBNET, False, "").startswith("127.0.0.")


@pytest.fixture
def answers():
    """Serve one text; return how to set it and the URL."""

    class Handler(http.server.BaseHTTPRequestHandler):
        text = b"192.0.2.9\n"

        def do_GET(self):
            self.send_response(200)
            self.end_headers()
            self.wfile.write(self.text)

        def log_message(self, *_args):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield Handler, f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


def test_caller_of_a_public_master_is_what_the_service_answers(answers):
    handler, url = answers
    assert network.caller_cidr(SUBNET, True, url) == "192.0.2.9/32"
    handler.text = b"<html>sign in</html>"
    with pytest.raises(OhmyError, match="did not tell"):
        network.caller_cidr(SUBNET, True, url)


def test_caller_ip_url_is_a_web_address():
    with pytest.raises(OhmyError, match="no web address"):
        network.caller_cidr(SUBNET, True, "file:///etc/passwd")
