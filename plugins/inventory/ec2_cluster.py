# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The hosts of clusters on EC2, by their tags."""

from __future__ import annotations

DOCUMENTATION = r"""
name: ec2_cluster
short_description: Hosts of Hadoop clusters on EC2
version_added: 1.0.0
description:
  - Finds the instances of one or all clusters by the tags that M(ohmy.hadoop.ec2_cluster) gives them, with one API call per
    region, however many there are.
  - Masters are called C(<cluster>-master), workers C(<cluster>-worker-<instance id>), or with the name of their group in
    place of C(worker). They are in the groups C(<cluster>), C(<cluster>_master) and C(<cluster>_workers), hyphens made
    underscores, and in C(ohmy_master) and C(ohmy_workers); those of a further group of workers in C(<cluster>_<group>), too.
  - Sets all that a connection needs. Workers are reached through their master. SSH host keys are pinned from what the nodes
    wrote to S3, one listing per cluster that has new ones; checking stays on, and the first connection trusts nobody.
  - Works on any controller that has the SSH key, whoever launched the cluster.
  - The name of the file must end in C(ohmy_hadoop.yml) or C(ohmy_hadoop.yaml).
author: the ohmy.hadoop contributors (@ohmy-hadoop)
extends_documentation_fragment:
  - ohmy.hadoop.aws
  - constructed
  - inventory_cache
options:
  plugin:
    description:
      - Says that the file is for this plugin.
    type: str
    required: true
    choices: [ohmy.hadoop.ec2_cluster]
  clusters:
    description:
      - The names of the clusters; by default all.
    type: list
    elements: str
    default: []
    aliases: [cluster]
  regions:
    description:
      - The regions to look in; by default O(region) alone.
    type: list
    elements: str
    default: []
  region:
    env:
      - name: AWS_REGION
  endpoint_url:
    env:
      - name: AWS_URL
  aws_ca_bundle:
    env:
      - name: AWS_CA_BUNDLE
  states:
    description:
      - In which states instances are hosts, of V(pending), V(running), V(stopping) and V(stopped).
    type: list
    elements: str
    default: [pending, running]
  address:
    description:
      - By which address hosts are reached; V(auto) is the public one where there is one, else the private one.
      - Behind O(jump=true) this is about the master alone.
      - A host without such an address is left out, with a warning.
    type: str
    choices: [auto, public, private]
    default: auto
  jump:
    description:
      - Whether workers are reached through their master, by their private addresses.
      - Where no master is among the hosts they are reached directly.
    type: bool
    default: true
  ssh_proxy:
    description:
      - A jump host of your own before the cluster, as C(host), C(user@host) or C(user@host:port).
      - It is reached with your own SSH configuration, keys and known hosts; a name that your F(~/.ssh/config) knows will do.
    type: str
  ssh_user:
    description:
      - The user that the image lets log in.
    type: str
    default: admin
  private_key:
    description:
      - The file of the private SSH key.
      - By default found as M(ohmy.hadoop.ec2_cluster) finds O(ohmy.hadoop.ec2_cluster#module:public_key), else what the agent has.
    type: path
  state_dir:
    description:
      - The folder for the known_hosts and ssh_config files of clusters; by default F(~/.local/state/ohmy.hadoop).
    type: path
seealso:
  - module: ohmy.hadoop.ec2_cluster
  - module: ohmy.hadoop.ec2_cluster_info
notes:
  - Ansible only warns of an inventory that cannot be read. With E(ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED) it fails.
"""

EXAMPLES = r"""
# All clusters in the profile's region.
plugin: ohmy.hadoop.ec2_cluster

---
# Two clusters, from inside the VPC's network, with groups by zone and instance type.
plugin: ohmy.hadoop.ec2_cluster
profile: research
regions: [eu-central-1]
clusters: [demo, nightly]
address: private
jump: false
strict: true
keyed_groups:
  - prefix: zone
    key: ohmy_zone
groups:
  large: ohmy_instance_type.endswith('xlarge')
compose:
  team: ohmy_tags.team | default('nobody')

---
# Through a jump host of one's own, kept for ten minutes.
plugin: ohmy.hadoop.ec2_cluster
ssh_proxy: me@bastion.example.com
cache: true
cache_plugin: ansible.builtin.jsonfile
cache_connection: ~/.cache/ohmy.hadoop
cache_timeout: 600
"""

import difflib
import hashlib
import json
import os
import typing as t

from ansible.errors import AnsibleParserError
from ansible.plugins.inventory import BaseInventoryPlugin, Cacheable, Constructable

from ansible_collections.ohmy.hadoop.plugins.module_utils._aws import (
    argspec,
    client,
    connection,
    host_access,
    hosts,
    key_pair,
    want,
)
from ansible_collections.ohmy.hadoop.plugins.module_utils._aws.instances import Instance
from ansible_collections.ohmy.hadoop.plugins.module_utils._core.errors import OhmyError

STATES = ("pending", "running", "stopping", "stopped")
ENVIRONMENT = ("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_DEFAULT_REGION", "AWS_ACCESS_KEY_ID", "AWS_CONFIG_FILE")


class InventoryModule(BaseInventoryPlugin, Constructable, Cacheable):
    """Instances of clusters as hosts."""

    NAME = "ohmy.hadoop.ec2_cluster"

    def verify_file(self, path: str) -> bool:
        """Tell whether a file is for this plugin, by its name."""
        return super().verify_file(path) and path.endswith(("ohmy_hadoop.yml", "ohmy_hadoop.yaml"))

    def parse(self, inventory: t.Any, loader: t.Any, path: str, cache: bool = True) -> None:
        """Fill the inventory; raise AnsibleParserError that says what is wrong."""
        super().parse(inventory, loader, path, cache=cache)
        problem = client.boto3_problem()
        if problem is not None:
            raise AnsibleParserError(problem)
        config = self._read_config_data(path)
        try:
            self._check(config)
            wish = self._wish()
            self._fill(self._instances(path, cache), wish)
        except OhmyError as exc:
            raise AnsibleParserError(f"{path}: {exc}") from exc

    def _value(self, name: str) -> t.Any:
        """Return an option, templates in it resolved: a password manager's lookup, say."""
        value = self.get_option(name)
        self.templar.available_variables = self._vars or {}
        return self.templar.template(value) if isinstance(value, (str, list, dict)) else value

    def _check(self, config: t.Mapping[str, t.Any]) -> None:
        """Refuse options that there are not, and combinations and values that cannot be."""
        aliases = {"cluster"} | {alias for one in argspec.CONNECTION.values() for alias in one.get("aliases", [])}
        known = set(self._options) | aliases
        for name in config:
            if name not in known:
                near = difflib.get_close_matches(str(name), sorted(known), 1)
                raise OhmyError(
                    f"There is no option {name}.",
                    f"Did you mean {near[0]}?" if near else "See ansible-doc -t inventory ohmy.hadoop.ec2_cluster.",
                )
        keys = [name for name in ("access_key", "secret_key", "session_token") if self.get_option(name) is not None]
        if keys and self.get_option("profile") is not None:
            raise OhmyError(f"profile and {keys[0]} exclude each other.", "Give one of them.")
        if len({"access_key", "secret_key"} & set(keys)) == 1:
            raise OhmyError("access_key and secret_key belong together.", "Give both, or better a profile.")
        for state in self._value("states"):
            if state not in STATES:
                raise OhmyError(f"states: {state!r} is none.", f"There are {', '.join(STATES)}.")
        if not self._value("states"):
            raise OhmyError("states: none is wanted.", f"There are {', '.join(STATES)}.")
        for name in self._value("clusters"):
            want.checked_name(name)

    def _wish(self) -> host_access.Wish:
        private = self.get_option("private_key")
        if private is not None and not os.path.isfile(private):
            raise OhmyError(f"private_key: {private} is no file.", "Give the path of a private SSH key.")
        wish = host_access.Wish(
            address=self.get_option("address"),
            jump=self.get_option("jump"),
            proxy=self._value("ssh_proxy"),
            user=self._value("ssh_user"),
            private=private or key_pair.find(None).private,
            state_dir=self.get_option("state_dir") or want.default_state_dir(),
        )
        wish.require_sane()
        return wish

    def _clients(self, region: str | None) -> client.Clients:
        params = {name: self._value(name) for name in argspec.CONNECTION}
        return client.Clients({**params, "region": region or params["region"]})

    def _regions(self) -> list[str | None]:
        return list(dict.fromkeys(self._value("regions"))) or [None]

    def _instances(self, path: str, cache: bool) -> dict[str, list[Instance]]:
        """Return the instances by region, from the cache where that is wanted and has them."""
        wanted = self.get_option("cache")
        key = self._key(path) if wanted else ""
        if wanted and cache:
            try:
                return {region: hosts.from_plain(found) for region, found in self._cache[key].items()}
            except (KeyError, TypeError, AttributeError):
                self.display.vv(f"{path}: nothing in the cache, asking AWS")
        found = {}
        for region in self._regions():
            clients = self._clients(region)
            found[clients.region] = hosts.observe(clients.ec2, self._value("clusters"), self._value("states"))
        if wanted:
            self._cache[key] = {region: hosts.as_plain(known) for region, known in found.items()}
        return found

    def _key(self, path: str) -> str:
        """Return the key of the cache: another account, region or wish has another one."""
        options = ("regions", "clusters", "states", "region", "profile", "access_key", "endpoint_url")
        told = [[self._value(name) for name in options], [os.environ.get(name) for name in ENVIRONMENT]]
        return f"{self.get_cache_key(path)}_{hashlib.sha256(json.dumps(told).encode()).hexdigest()[:12]}"

    def _fill(self, by_region: dict[str, list[Instance]], wish: host_access.Wish) -> None:
        kept = {}
        for region, known in by_region.items():
            kept[region], left = hosts.ours(known)
            for text in left:
                self.display.warning(text)
        stands = hosts.stands(kept)
        hosts.require_own_groups(stands)
        for group in (want.ALL_MASTERS, want.ALL_WORKERS):
            self.inventory.add_group(group)
        for stand in stands:
            hosts.require_one_master(stand)
            self._add(stand, wish.to(stand))

    def _add(self, stand: hosts.Stand, access: connection.Access) -> None:
        whole, masters, workers = want.group_names(stand.cluster)
        for group in (whole, masters, workers):
            self.inventory.add_group(group)
        self.inventory.add_child(whole, masters)
        self.inventory.add_child(whole, workers)
        for text in host_access.prepare(lambda: self._clients(stand.region), stand, access):
            self.display.warning(text)
        found = host_access.hosts(access, stand)
        for one in stand.members:
            if one.id not in {host.instance.id for host in found}:
                text = f"Instance {one.id} of {stand.cluster} has no {access.address} address and is left out."
                self.display.warning(text)
        for host in found:
            own, *others = want.host_groups(stand.cluster, host.group)
            self.inventory.add_host(host.name, own)
            for group in others:
                self.inventory.add_group(group)
                self.inventory.add_child(group, host.name)
            told = {**hosts.facts(host.instance, stand.region), **connection.variables(access, host)}
            # Fifty connections at once are more than a master's sshd lets in at once.
            told["ansible_ssh_retries"] = 3
            for key, value in told.items():
                self.inventory.set_variable(host.name, key, value)
            self._construct(host.name, told)

    def _construct(self, name: str, found: dict[str, t.Any]) -> None:
        strict = self.get_option("strict")
        self._set_composite_vars(self.get_option("compose"), found, name, strict=strict)
        self._add_host_to_composed_groups(self.get_option("groups"), found, name, strict=strict)
        self._add_host_to_keyed_groups(self.get_option("keyed_groups"), found, name, strict=strict)
