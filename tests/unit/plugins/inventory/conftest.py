# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Clusters in a made-up account, and inventory files read by the plugin as Ansible would have it read them."""

from __future__ import annotations

import types
import uuid

import pytest
import yaml
from ansible import constants
from ansible.errors import AnsibleError
from ansible.inventory.data import InventoryData
from ansible.parsing.dataloader import DataLoader
from ansible.plugins.loader import fragment_loader
from ansible.utils.plugin_docs import add_fragments

from ansible_collections.ohmy.hadoop.plugins.doc_fragments.aws import ModuleDocFragment
from ansible_collections.ohmy.hadoop.plugins.inventory import ec2_cluster
from ansible_collections.ohmy.hadoop.plugins.module_utils._aws import client

from ..modules.conftest import BUCKET, REGION, account, kept, watch

__all__ = ["account"]
PLUGIN = "ohmy.hadoop.ec2_cluster"


@pytest.fixture(scope="session", autouse=True)
def _options():
    """Tell Ansible of the plugin's options, as its loader would of a collection that it found itself."""
    ModuleDocFragment.ansible_name = "ohmy.hadoop.aws"
    own = {"ohmy.hadoop.aws": ModuleDocFragment}
    loader = types.SimpleNamespace(get=lambda name: own.get(name) or fragment_loader.get(name))
    told = yaml.safe_load(ec2_cluster.DOCUMENTATION)
    add_fragments(told, __file__, loader)
    constants.config.initialize_plugin_configuration_definitions("inventory", PLUGIN, told["options"])


@pytest.fixture
def launch(account):
    """Make instances as the module tags them: ``launch("demo", 2)``; their host keys lie in S3."""

    def run(name, workers=2, keys=True, incarnation=None, ec2=None, masters=1, **more):
        life = incarnation or str(uuid.uuid4())
        made = []
        for group, count in (("master", masters), ("worker", workers)):
            if not count:
                continue
            told = {"cluster": name, "group": group, "incarnation": life, "schema": "1", "bucket": BUCKET, **more}
            tags = [{"Key": f"ohmy:{key}", "Value": value} for key, value in told.items()]
            tags += [{"Key": "Name", "Value": f"{name}-{group}"}, {"Key": "team", "Value": "search"}]
            made += (ec2 or account.ec2).run_instances(
                ImageId=account.image,
                MinCount=count,
                MaxCount=count,
                InstanceType="m6i.large",
                TagSpecifications=[{"ResourceType": "instance", "Tags": tags}],
            )["Instances"]
        for one in made if keys else []:
            account.put_host_key(one)
        return made

    return run


class Read:
    """An inventory as it was read: hosts, groups, warnings, the error that ended it, and the calls it took."""

    def __init__(self):
        self.data, self.warnings, self.error, self.calls = InventoryData(), [], None, {}

    @property
    def hosts(self):
        return sorted(self.data.hosts)

    def group(self, name):
        return sorted(host.name for host in self.data.groups[name].get_hosts())

    def of(self, name):
        return self.data.hosts[name].get_vars()


@pytest.fixture
def read(account, tmp_path, monkeypatch):
    """Read an inventory file with these options; ``refresh`` is what ``meta: refresh_inventory`` does."""
    made = client.Clients

    class Watched(made):
        def _client(self, *args, **kwargs):
            make = super()._client
            return kept((self.region, args, tuple(kwargs.items())), lambda: watch(make(*args, **kwargs)))

    monkeypatch.setattr(client, "Clients", Watched)
    monkeypatch.setenv("AWS_REGION", REGION)
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    key = tmp_path / "key"
    key.write_text("")
    path = tmp_path / "ec2.ohmy_hadoop.yml"

    def run(refresh=False, **options):
        found = Read()
        path.write_text(yaml.safe_dump({"plugin": PLUGIN, "private_key": str(key), **options}))
        plugin = ec2_cluster.InventoryModule()
        plugin._load_name = plugin.ansible_name = PLUGIN
        monkeypatch.setattr(plugin.display, "warning", lambda text, **_kwargs: found.warnings.append(str(text)))
        account.calls.clear()
        try:
            plugin.parse(found.data, DataLoader(), str(path), cache=not refresh)
            if plugin.get_option("cache"):
                plugin.update_cache_if_changed()
        except AnsibleError as exc:
            found.error = str(exc)
        found.calls = dict(account.calls)
        return found

    return run
