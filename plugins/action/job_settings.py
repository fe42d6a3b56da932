# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Action of ``job_settings``: read, check and complete the variables of a run."""

from __future__ import annotations

import os
import typing as t

from ansible import constants
from ansible.errors import AnsibleError
from ansible.parsing.vault import AnsibleVaultError, AnsibleVaultFormatError
from ansible.plugins.action import ActionBase
from ansible.utils.collection_loader._collection_finder import _get_collection_role_path
from ansible.utils.vars import load_extra_vars

from ansible_collections.ohmy.hadoop.plugins.module_utils._aws import launched
from ansible_collections.ohmy.hadoop.plugins.module_utils._aws.want import refuse_reserved
from ansible_collections.ohmy.hadoop.plugins.module_utils._core.errors import OhmyError
from ansible_collections.ohmy.hadoop.plugins.module_utils._node.diff import has_secrets
from ansible_collections.ohmy.hadoop.plugins.plugin_utils import archives, hidden_values, own_hosts, settings
from ansible_collections.ohmy.hadoop.plugins.plugin_utils.node_document import node_document, software

CLUSTER = ("cluster_", "job_name")
# With what the variables begin that matter to a scope.
RELEVANT = {
    "job": ("",),
    "cluster": CLUSTER,
    "account": CLUSTER,
    "nodes": (*CLUSTER, "hadoop_batch", "hadoop_roles"),
    "node": ("hadoop_", "cluster_timeout"),
}

VAULT_PASSWORD = "as by --ask-vault-pass or --vault-password-file"
QUOTE = "Quote a value that begins with a sign or holds ': ', and one with a comma, brace or quote between braces."


class ActionModule(ActionBase):
    """Reads local files only; no API is called and nothing is changed."""

    _requires_connection = False
    TRANSFERS_FILES = False

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        """Return the settings, or one failure that names every problem."""
        super().run(tmp, task_vars)
        task_vars = task_vars or {}
        try:
            return self._settings(task_vars)
        except OhmyError as exc:
            return {"failed": True, "changed": False, **exc.as_result()}

    def _settings(self, task_vars: dict[str, t.Any]) -> dict[str, t.Any]:
        specs = settings.load_specs()
        job_file = self._task.args.get("file") or None
        extra = load_extra_vars(self._loader)
        if cut := extra.get("_raw_params"):
            raise OhmyError(
                f"Of what -e says, {cut} belongs to no variable.",
                "What holds blanks wants quotes of its own, as in -e \"job_file='my jobs/job.yml'\".",
            )
        if job_file:
            job_file = os.path.abspath(os.path.expanduser(str(job_file)))
        from_file = self._load(job_file) if job_file else {}
        # A job file's variables may name each other, as those of -e @FILE do.
        said = {name: task_vars[name] for name in extra if name in task_vars}
        self._templar.available_variables = {**task_vars, **from_file, **said}
        known = {name: self._value(task_vars[name], name) for name in specs if name in task_vars}
        problems = settings.unknown_names(from_file, specs, strict=True)
        problems += settings.unknown_names(set(task_vars) - set(from_file), specs, strict=False)
        folder = os.path.dirname(job_file) if job_file else os.getcwd()
        in_file = {name: self._value(value, name) for name, value in from_file.items() if name in specs}
        sources = [
            (os.getcwd(), {name: value for name, value in known.items() if name not in extra}),
            (folder, in_file),
            (os.getcwd(), {name: value for name, value in known.items() if name in extra}),
        ]
        asked = str(self._task.args.get("scope") or "job")
        about, scope = RELEVANT[asked], "cluster" if asked in ("account", "nodes") else asked
        if scope == "node":
            sources.append((os.getcwd(), {"cluster_provider": "inventory"}))
        if scope != "job":
            specs = {name: {**option, "required": False} for name, option in specs.items()}
        if scope == "cluster":
            # What is not said of a standing cluster is as it was launched.
            specs.update((name, {**specs[name], "default": None}) for name in launched.VARIABLES)
        secrets = self._secrets(task_vars, known, from_file, in_file)
        values, more = settings.settle(specs, sources, about)
        # A cluster can be removed after its job's files are gone, and a node knows of no job.
        problems = [text for text in problems + more if text.startswith(about)]
        nothing = not job_file and {"job_mapper: is missing", "job_input: is missing"} <= {*problems}
        hint = "Name a job file with -e job_file=PATH" if nothing else ""
        settings.refuse(problems, f"The job file {job_file}" if job_file else "The run's variables", hint)
        nameless = (
            scope == "cluster"
            and not job_file
            and not any(values[name] for name in ("cluster_name", "job_name"))
            and not any(step["mapper"] for step in values["job_steps"])
        )
        if nameless and asked != "account":
            raise OhmyError(
                "No cluster is named.", "Say which one with -e cluster_name=NAME, -e job_file=PATH or -e @job.yml."
            )
        values = settings.fill_defaults(values, job_file)
        if nameless:
            values["cluster_name"] = None
        if scope == "job":
            refuse_reserved(values["cluster_name"])
        result: dict[str, t.Any] = {"changed": False, "settings": values}
        problems = archives.problems(values)
        problems += archives.codec_problems(values) if scope == "job" else []
        if scope == "node":
            problems += self._node_problems(values)
        elif values["cluster_provider"] == "inventory" and values["cluster_name"]:
            problems += self._own_hosts(values, task_vars)
        problems = [] if scope == "cluster" else problems
        if scope != "cluster" or asked == "nodes":
            problems += [text for name in values["hadoop_roles"] if (text := self._role_problem(name))]
        settings.refuse(problems, "The run's variables")
        values["job_file"] = job_file
        # A failure stays readable: it names variables and properties, not the values of these.
        result["_ansible_no_log"] = has_secrets(values) or bool(secrets)
        if scope == "node":
            result["document"] = self._document(values, task_vars)
        elif scope == "job":
            values["job_hidden"] = sorted(secrets)
            result["document"] = software(values)
            result["codecs"] = [codec.name for codec in archives.codecs_of(values)]
        return result

    def _secrets(
        self,
        task_vars: dict[str, t.Any],
        known: dict[str, t.Any],
        from_file: dict[str, t.Any],
        in_file: dict[str, t.Any],
    ) -> set[str]:
        """Return the values that nobody is to see, of variables and of a job file."""
        found = hidden_values.Sources({**task_vars, **from_file}, self._templar.template)
        pairs = [(task_vars[name], value) for name, value in known.items()]
        pairs += [(from_file[name], value) for name, value in in_file.items()]
        return {text for written, value in pairs for text in found.of(written, value)}

    def _role_problem(self, name: str) -> str:
        """Return why a role of the user's cannot be found; after a launch it would cost money."""
        base = self._loader.get_basedir()
        places = [*constants.DEFAULT_ROLES_PATH, os.path.join(base, "roles"), base]
        if name.count(".") == 2:
            found = _get_collection_role_path(name) is not None
        else:
            found = os.path.isdir(name) or any(os.path.isdir(os.path.join(place, name)) for place in places)
        where = "installed" if name.count(".") == 2 else f"in {', '.join(places)}"
        return "" if found else f"hadoop_roles: there is no role {name} {where}"

    def _own_hosts(self, values: dict[str, t.Any], task_vars: dict[str, t.Any]) -> list[str]:
        """Fill in which hosts the inventory gives to the cluster; return what is wrong with them."""
        values["hadoop_cluster"] = values["hadoop_cluster"] or values["cluster_name"]
        found: list[str] = []
        if not values["hadoop_master_host"]:
            groups = {name: list(hosts) for name, hosts in task_vars["groups"].items()}
            master, workers, found = own_hosts.members(values["cluster_name"], groups)
            values["hadoop_master_host"] = master
            values["hadoop_worker_hosts"] = values["hadoop_worker_hosts"] or workers
        values["hadoop_worker_hosts"] = values["hadoop_worker_hosts"] or []
        return found or own_hosts.problems(
            values["hadoop_master_host"], values["hadoop_worker_hosts"], task_vars["hostvars"]
        )

    @staticmethod
    def _node_problems(values: dict[str, t.Any]) -> list[str]:
        values["hadoop_worker_hosts"] = values["hadoop_worker_hosts"] or []
        return [
            f"{name}: is missing; the role needs it to know the cluster of its hosts"
            for name in ("hadoop_cluster", "hadoop_master_host")
            if not values[name]
        ]

    @staticmethod
    def _document(values: dict[str, t.Any], task_vars: dict[str, t.Any]) -> dict[str, t.Any]:
        host = str(task_vars["inventory_hostname"])
        master, workers = values["hadoop_master_host"], values["hadoop_worker_hosts"]
        own_problems = own_hosts.problems(master, workers, task_vars["hostvars"], addresses=host == master)
        if host not in (master, *workers):
            own_problems.append(f"hadoop_worker_hosts: {host} is neither the master nor one of the workers")
        settings.refuse(own_problems, "The role's variables")
        login = task_vars.get("ansible_user") or task_vars.get("ansible_ssh_user")
        return node_document(values, host, str(login) if login else None)

    def _load(self, path: str) -> dict[str, t.Any]:
        if os.path.isdir(path):
            inside = os.path.join(path, "job.yml")
            hint = f"-e job_file={inside}" if os.path.isfile(inside) else "-e job_file=PATH"
            raise OhmyError(f"{path} is a folder, and no job file.", f"Name the file in it: {hint}.")
        if not os.path.isfile(path):
            raise OhmyError(f"There is no job file {path}.", "Give its path with -e job_file=PATH (make run JOB=PATH).")
        try:
            with open(path, encoding="utf-8") as stream:
                stream.read()
        except OSError as exc:
            raise OhmyError(f"The job file {path} cannot be read: {exc.strerror}.", "Look at its rights.") from exc
        except UnicodeDecodeError as exc:
            raise OhmyError(
                f"The job file {path} is not UTF-8: byte {exc.start + 1} is 0x{exc.object[exc.start]:02x}.",
                "Save it as UTF-8, by iconv -f UTF-16 -t UTF-8 for example.",
            ) from exc
        try:
            data = self._loader.load_from_file(path, trusted_as_template=True)
        except (AnsibleVaultError, AnsibleVaultFormatError) as exc:
            raise OhmyError(
                f"The job file {path} is encrypted, and was not opened: {exc}",
                f"Give its password, {VAULT_PASSWORD}.",
            ) from exc
        except AnsibleError as exc:
            line = getattr(exc.obj, "line_num", None)
            where = f"{path}, line {line}," if line else path
            reason = str(exc).removeprefix("YAML parsing failed: ")
            hint = "Indent lines by blanks." if reason.startswith("Tabs") else QUOTE
            raise OhmyError(f"The job file {where} is not valid YAML: {reason}", hint) from exc
        if not isinstance(data, dict) or not all(isinstance(name, str) for name in data):
            raise OhmyError(
                f"The job file {path} must hold variables, one 'name: value' a line.",
                "Write job_input: books.txt, for example.",
            )
        return data

    def _value(self, value: t.Any, name: str) -> t.Any:
        try:
            return self._templar.template(value)
        except AnsibleError as exc:
            locked = "no vault secrets" in str(exc)
            raise OhmyError(
                f"The value of {name} cannot be worked out: {exc}",
                f"Give the vault's password, {VAULT_PASSWORD}." if locked else "See the variables that it names.",
            ) from exc
