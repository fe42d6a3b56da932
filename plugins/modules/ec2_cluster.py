#!/usr/bin/python
# -*- coding: utf-8 -*-
# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Make a cluster's instances stand, stop and start them, or remove all that carries its tag."""

from __future__ import annotations

DOCUMENTATION = r"""
module: ec2_cluster
short_description: Launch, stop, start or remove the EC2 instances of a cluster
version_added: 1.0.0
description:
  - Launches a master and any number of workers with all they need, a security group, an SSH key pair and an instance profile
    with the least policy, and waits until the master has shown its SSH host key; or removes all of it.
  - The state of a cluster is tags (C(ohmy:cluster), C(ohmy:group), C(ohmy:incarnation), C(ohmy:schema)) and objects in S3,
    nothing on the controller; any controller with access to the account can go on with it.
  - Does nothing where the wanted number of instances is there with the wanted settings. Missing workers are launched
    again and stopped instances are started. The number of API calls does not grow with the number of workers, waits aside.
  - Never touches anything that does not carry both the tags C(ohmy:cluster) and C(ohmy:schema).
  - The nodes converge by themselves from documents in S3; this module does not connect to them.
  - What a launch wished for is kept in S3. Without C(hadoop) in O(document), and with O(state=started), what is not said of
    image, instance types, volumes, subnets, addresses, tags, groups of workers and time to live is as it was launched, and the
    profile and further security groups are those that the instances have. What is said wins.
  - Of a cluster that no version with this memory launched, instance types, profile and security groups are seen on its
    instances; where workers are to be launched, or a lease begins, the rest has to be said.
author: the ohmy.hadoop contributors (@ohmy-hadoop)
extends_documentation_fragment:
  - ohmy.hadoop._attributes
  - ohmy.hadoop._attributes.action
  - ohmy.hadoop.aws
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
  platform:
    support: full
    platforms: posix
  action:
    support: full
  async:
    support: none
options:
  name:
    description:
      - The cluster's name, 1 to 40 lower-case letters, digits and hyphens, a letter first.
    type: str
    required: true
  state:
    description:
      - V(present) makes the cluster stand; V(absent) removes it and fails where anything is left.
      - V(stopped) stops the instances of a cluster that stands. Their volumes and private addresses stay, and volumes cost
        money; a stopped cluster does not end by itself. HDFS is not asked; F(playbooks/stop.yml) saves its image before.
      - V(started) starts what is stopped, with a new lease, and launches nothing. Public addresses are new ones then.
    type: str
    choices: [present, started, stopped, absent]
    default: present
  force:
    description:
      - With O(state=stopped), stop where that loses data too. One-time spot instances, which cannot be stopped, end then, and
        disks that come with an instance type are empty after a start.
    type: bool
    default: false
  workers:
    description:
      - How many workers; V(0) makes the master work alone.
      - Workers are never taken away, as they hold data, but for those in O(leaving).
      - The documents of the nodes keep the number with which the cluster was launched, so that nothing restarts when it
        grows.
    type: int
    default: 2
  at_least:
    description:
      - Whether a standing cluster may have more workers than O(workers), which are then left as they are.
    type: bool
    default: false
  leaving:
    description:
      - The ids of workers that are terminated, once O(workers) others run. Those that are gone already are fine.
      - What they hold is lost unless it was copied before, as M(ohmy.hadoop.hadoop_membership) does.
    type: list
    elements: str
    default: []
  instance_type:
    description:
      - The instance type of the workers, or several in order of preference, the next being taken where there is no
        capacity for one. By default C(m6i.large).
    type: list
    elements: str
  master_instance_type:
    description:
      - The instance type of the master, or several; by default O(instance_type).
    type: list
    elements: str
  worker_groups:
    description:
      - Further groups of workers, beside those of O(workers).
      - What is kept of a group is taken by its name, but not how many there are.
    type: list
    elements: dict
    suboptions:
      name:
        description:
          - The group's name, 1 to 20 lower-case letters, digits and hyphens, a letter first.
        type: str
        required: true
      workers:
        description: How many.
        type: int
        required: true
      instance_type:
        description: The instance type, or several in order of preference; by default as O(instance_type).
        type: list
        elements: str
      image:
        description: The image; by default as O(image).
        type: str
      spot:
        description:
          - Whether they are spot instances. V(prefer) takes instances on demand where there is no capacity for any type of
            spot instance, V(only) fails then.
          - The master and the workers of O(workers) are always on demand. By default V(no).
        type: str
        choices: ['no', prefer, only]
      datanode:
        description:
          - Whether they hold data. By default they do unless they are spot instances, as these may go at any time.
        type: bool
      root_volume:
        description: The root volume; by default as O(root_volume).
        type: dict
        suboptions: &volume
          size:
            description: Its size in GiB.
            type: int
            default: 50
          type:
            description: Its type.
            type: str
            default: gp3
      volumes:
        description: Further volumes; by default as O(volumes).
        type: list
        elements: dict
        suboptions: *volume
  image:
    description:
      - The image to boot, as the name of a system, whose newest image for the processors of the instance type is taken.
        One of V(debian-11), V(debian-12), V(debian-13), V(ubuntu-22.04), V(ubuntu-24.04) and V(amazon-linux-2023).
      - Or an image's id, or V(ssm:) and the path of a public parameter.
      - By default V(debian-12).
    type: str
  master_image:
    description:
      - The image of the master; by default O(image).
    type: str
  subnet_id:
    description:
      - The subnet; by default that of the default VPC's with the most free addresses.
      - It needs a way to S3, by public addresses, NAT or an S3 endpoint.
    type: str
  fallback_subnet_ids:
    description:
      - Subnets of the same VPC in other zones, in order of preference, for a group for which there is no capacity.
      - A group lies in one zone. Once the master is launched, the others are first tried where it is.
      - By default the default VPC's other subnets where O(subnet_id) is not given, else none.
    type: list
    elements: str
  public_ip:
    description:
      - Whether instances get public addresses, V(subnet) meaning as the subnet says.
      - With V(never) the controller connects to the master's private address.
      - By default V(subnet).
    type: str
    choices: [subnet, always, never]
  ssh_cidr:
    description:
      - From where SSH to the master is allowed, a CIDR or V(auto) for this controller's own address.
      - What is wider than V(/8), or V(/16) of IPv6, is refused as open to the whole world.
    type: str
    default: auto
  ssh_proxy:
    description:
      - A jump host of your own before the master, as C(host), C(user@host) or C(user@host:port), for a subnet that this
        controller has no route to.
      - It is reached with your own SSH configuration, keys and known hosts. O(ssh_cidr) has to be where it connects from.
    type: str
  security_group_ids:
    description:
      - Groups of your own for all nodes, beside the cluster's, four of them unless AWS allows an interface more than five.
      - They are never changed; they have to exist, in the same VPC, and need to allow nothing.
      - A warning names each rule of theirs that opens a port of SSH or Hadoop to the whole world.
    type: list
    elements: str
  caller_ip_url:
    description:
      - What to ask for this controller's public address when O(ssh_cidr=auto) and the master has a public one.
    type: str
    default: https://checkip.amazonaws.com
  public_key:
    description:
      - The file of the SSH public key to log in with.
      - By default the user's own F(~/.ssh/id_ed25519.pub) or F(~/.ssh/id_rsa.pub), the first whose private half opens
        without a passphrase, else one that is made once under F(~/.local/share/ohmy.hadoop). EC2 takes ED25519 and RSA.
      - With O(key_name) the one among these that is the key pair's is taken, and none is made.
    type: path
  key_name:
    description:
      - The name of an EC2 key pair of your own to launch with, which is neither imported nor ever deleted.
      - By default the public half of the key is imported as C(ohmy-NAME), and removed with the cluster. A cluster that
        stands goes on with the key pair that it was launched with.
      - Its private half has to be on this machine. Where EC2 tells the public half it has to be that of O(public_key), or of
        a key of the user's own.
      - A standing cluster takes another name only where that is the same key.
    type: str
  ssh_user:
    description:
      - The user that the image lets log in.
    type: str
    default: admin
  root_volume:
    description:
      - The root volume of each instance; always encrypted, and deleted with its instance.
    type: dict
    suboptions: *volume
  master_root_volume:
    description:
      - The root volume of the master; by default as O(root_volume).
    type: dict
    suboptions: *volume
  volumes:
    description:
      - Further volumes of each worker, or of a master that works alone; always encrypted, and deleted with their instance.
    type: list
    elements: dict
    suboptions: *volume
  tags:
    description:
      - More tags for all that is made.
      - Without O(instance_profile) they may hold letters, digits, blanks and C(_.:/=+-@), as IAM, where the role has them,
        takes no other character.
    type: dict
  instance_profile:
    description:
      - The name or ARN of an instance profile for the nodes; by default one is made with the least policy, and
        removed with the cluster.
    type: str
  ttl:
    description:
      - After how long the cluster ends by itself unless it is renewed, such as V(4h), V(90m) or a number of seconds, 10
        minutes or more; V(0) means never. By default V(4h).
    type: str
  ttl_max:
    description:
      - Past which time after the launch it is not renewed. By default V(24h).
    type: str
  max_hourly_cost:
    description:
      - What the whole cluster may cost an hour, in USD. Where it would cost more, or a price is not known, nothing is
        launched and nothing started, with O(state=started) neither.
      - It is kept nowhere.
    type: float
  prices:
    description:
      - Prices by region, each a mapping of instance types (USD an hour), kinds of volumes (USD a GiB and month) and
        C(public-ipv4) to numbers; below C(spot) those of spot instances, which otherwise count as on demand.
      - They win over the table of list prices in this collection, which knows us-east-1 on one day, told as C(date).
    type: dict
    default: {}
  bucket:
    description:
      - The bucket that holds the archives and the cluster's own objects; required with O(state=present).
      - With O(state=absent) the bucket that the cluster's tags name, if not given.
    type: str
  read_uris:
    description:
      - S3 URIs of the job's input, which the nodes may read.
    type: list
    elements: str
    default: []
  write_uris:
    description:
      - S3 URIs under which the nodes may write the job's output.
    type: list
    elements: str
    default: []
  document:
    description:
      - What the nodes are to become; required for a launch, except in check mode.
      - Without C(hadoop) the nodes of a cluster that stands stay what they are, and new ones become the same.
    type: dict
    suboptions:
      hadoop:
        description:
          - Hadoop's archive, as RV(ohmy.hadoop.s3_upload#module:archives) tells it, with C(url) and C(sha512).
          - C(overlay), with C(url) and C(sha512) likewise, is an archive that is laid over it.
        type: dict
      java:
        description: Java's archive with C(url) and C(sha512), or a C(package) of the distribution.
        type: dict
      properties:
        description: The user's Hadoop properties, a dict per site file, such as C(hdfs-site).
        type: dict
      packages:
        description: Packages of the distribution that each node installs.
        type: list
        elements: str
      task_memory:
        description: What one map or reduce task gets by default, in MiB; otherwise that follows the node's memory.
        type: int
      profile:
        description:
          - With V(auto) memory, signs of life and the JVMs are fitted to the cluster, with V(stock) they are Hadoop's own;
            docs/profiles.md lists what differs. The default is V(auto).
        type: str
        choices: [auto, stock]
      disks:
        description:
          - Which disks HDFS and YARN use on nodes that hold data, by default the root's alone. With C(volumes)
            V(attached) they are all EBS volumes beside the root, with C(instance_store) V(true) the instance's own.
          - Only blank ones are ever formatted.
        type: dict
  bundle:
    description:
      - The file of the node bundle. The action plugin makes it; leave this out.
    type: path
  wait_timeout:
    description:
      - How many seconds to wait at most, for the instances and the master's host key, or for their end.
    type: int
    default: 600
  on_launch_failure:
    description:
      - What becomes of a launch that cannot be completed, for want of capacity say, or as an instance dies while it boots.
      - With V(removed) all that it made is removed again, so that nothing of it costs money.
      - With V(kept) it stays, costs money, and the next run completes it.
      - A cluster that stood before is never removed by a failure, as it may hold data. With V(removed) those of the workers
        that a failed run added to it are terminated that had not begun to be nodes.
    type: str
    choices: [removed, kept]
    default: removed
  state_dir:
    description:
      - The folder for the known_hosts and ssh_config files of clusters; by default F(~/.local/state/ohmy.hadoop).
    type: path
"""

EXAMPLES = r"""
- name: Launch a small cluster
  ohmy.hadoop.ec2_cluster:
    name: demo
    bucket: example-bucket
    document:
      hadoop: "{{ archives.archives[0] }}"

- name: Launch a larger one in a subnet of its own
  ohmy.hadoop.ec2_cluster:
    name: demo
    workers: 20
    instance_type: m6i.xlarge
    subnet_id: subnet-0123456789abcdef0
    ssh_cidr: 192.0.2.7/32
    ttl: 12h
    max_hourly_cost: 6
    prices:
      eu-central-1: {m6i.xlarge: 0.23, gp3: 0.0952}
    bucket: example-bucket
    read_uris:
      - s3://example-data/logs/2026/
    document:
      hadoop: "{{ archives.archives[0] }}"
      java: "{{ archives.archives[1] }}"
      properties:
        hdfs-site:
          dfs.replication: "2"
    tags:
      team: search

- name: Launch one with a key pair that is in EC2, where none may be imported
  ohmy.hadoop.ec2_cluster:
    name: demo
    key_name: my-key
    public_key: ~/.ssh/my-key.pem.pub
    bucket: example-bucket
    document:
      hadoop: "{{ archives.archives[0] }}"

- name: Take one of three workers away that has left Hadoop before
  ohmy.hadoop.ec2_cluster:
    name: demo
    workers: 2
    leaving:
      - i-0123456789abcdef0
    bucket: example-bucket

- name: Launch one whose tasks run on spot instances where there are any, and whose data does not lie on them
  ohmy.hadoop.ec2_cluster:
    name: demo
    workers: 3
    worker_groups:
      - name: spot
        workers: 20
        spot: prefer
        instance_type: [m6i.xlarge, m5.xlarge, m6a.xlarge]
    bucket: example-bucket
    document:
      hadoop: "{{ archives.archives[0] }}"

- name: Stop it for the night
  ohmy.hadoop.ec2_cluster:
    name: demo
    state: stopped

- name: Start it again
  ohmy.hadoop.ec2_cluster:
    name: demo
    state: started
    ttl: 12h

- name: Remove it and prove that nothing is left
  ohmy.hadoop.ec2_cluster:
    name: demo
    state: absent
"""

RETURN = r"""
cluster:
  description: The cluster as it is now.
  returned: success
  type: dict
  contains:
    name:
      description: Its name.
      returned: always
      type: str
      sample: demo
    state:
      description: One of absent, running, stopped, partial.
      returned: always
      type: str
      sample: running
    incarnation:
      description: The id of this life of the cluster; null where there is none.
      returned: always
      type: str
      sample: 0b54bd1a-7b0e-4d5c-9d39-0f4a3a1b8c11
    region:
      description: The region.
      returned: always
      type: str
      sample: eu-central-1
    bucket:
      description: The bucket.
      returned: always
      type: str
      sample: example-bucket
    prefix:
      description: The prefix of the cluster's own objects in the bucket.
      returned: always
      type: str
      sample: clusters/demo/0b54bd1a-7b0e-4d5c-9d39-0f4a3a1b8c11/
    endpoint:
      description: The S3 endpoint that the nodes use.
      returned: always
      type: str
      sample: https://s3.eu-central-1.amazonaws.com
    master:
      description: The master; null where there is none.
      returned: always
      type: dict
      contains: &instance
        instance_id:
          description: Its id.
          returned: always
          type: str
          sample: i-0123456789abcdef0
        short:
          description: What C(ssh_config) calls it.
          returned: always
          type: str
          sample: worker-1
        private_ip:
          description: Its private address.
          returned: always
          type: str
          sample: 10.0.0.5
        public_ip:
          description: Its public address, null where it has none.
          returned: always
          type: str
          sample: 192.0.2.5
        address:
          description: The address that the controller connects to.
          returned: always
          type: str
          sample: 192.0.2.5
        host_key:
          description: Its pinned SSH host key, null while it has shown none.
          returned: always
          type: str
          sample: ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIExample
        state:
          description: Its state in EC2's words.
          returned: always
          type: str
          sample: running
        instance_type:
          description: Its type.
          returned: always
          type: str
          sample: m6i.large
        launch_time:
          description: When it was launched, UTC.
          returned: always
          type: str
          sample: "2026-07-01T12:00:00Z"
        group:
          description: Its group.
          returned: always
          type: str
          sample: master
        market:
          description: Either on-demand or spot.
          returned: always
          type: str
          sample: on-demand
        zone:
          description: Its availability zone.
          returned: always
          type: str
          sample: eu-central-1a
    workers:
      description: The workers.
      returned: always
      type: list
      elements: dict
      contains: *instance
    nodes:
      description: Every node, as M(ohmy.hadoop.hadoop_health) wants them.
      returned: always
      type: list
      elements: dict
      contains:
        instance_id:
          description: Its instance.
          returned: always
          type: str
          sample: i-0123456789abcdef0
        private_ip:
          description: Its private address.
          returned: always
          type: str
          sample: 10.0.0.5
        role:
          description: One of master, worker and compute, which is a worker without a DataNode.
          returned: always
          type: str
          sample: master
    hosts:
      description: The nodes that have an address, the master first, as hosts of an inventory.
      returned: always
      type: list
      elements: dict
      contains:
        name:
          description: Its name in an inventory.
          returned: always
          type: str
          sample: demo-worker-i-0123456789abcdef1
        group:
          description: Its group, which is master, worker or one of O(worker_groups).
          returned: always
          type: str
          sample: worker
        groups:
          description: Its groups in an inventory.
          returned: always
          type: list
          elements: str
          sample: [demo_workers, ohmy_workers]
        instance_id:
          description: Its instance.
          returned: always
          type: str
          sample: i-0123456789abcdef1
        private_ip:
          description: Its private address.
          returned: always
          type: str
          sample: 10.0.0.6
        state:
          description: Its state in EC2's words.
          returned: always
          type: str
          sample: running
        variables:
          description:
            - Ansible's connection variables. A worker is reached through the master, as its C(ssh_config) says.
            - C(ansible_ssh_private_key_file) is missing where only an agent may have the key.
          returned: always
          type: dict
          sample:
            ansible_connection: ssh
            ansible_host: 10.0.0.6
            ansible_port: 22
            ansible_user: admin
            ansible_ssh_args: >-
              -o StrictHostKeyChecking=yes
              -o 'UserKnownHostsFile="/home/me/.local/state/ohmy.hadoop/demo-0b54bd1a/known_hosts"'
              -o ControlMaster=auto -o ControlPersist=30m -o ServerAliveInterval=30
            ansible_ssh_common_args: -F /home/me/.local/state/ohmy.hadoop/demo-0b54bd1a/ssh_config
            ansible_control_path: /run/user/1000/ohmy-1000/0b54bd1a-i-0123456789abcdef1
            ansible_host_key_checking: true
            ansible_pipelining: true
            ansible_become_method: ansible.builtin.sudo
            ansible_sudo_exe: sudo
            ansible_python_interpreter: /usr/bin/python3
            ansible_ssh_private_key_file: /home/me/.ssh/id_ed25519
    ssh:
      description: How to reach the master; all null where there is no cluster.
      returned: always
      type: dict
      contains:
        user:
          description: The user to log in as.
          returned: always
          type: str
          sample: admin
        private_key:
          description: The path of the private key; null where only an agent may have it.
          returned: always
          type: str
          sample: /home/me/.ssh/id_ed25519
        config:
          description: The path of an ssh_config that knows C(master) and C(worker-1) and so on.
          returned: always
          type: str
          sample: /home/me/.local/state/ohmy.hadoop/demo-0b54bd1a/ssh_config
        known_hosts:
          description: The path of the pinned host keys.
          returned: always
          type: str
          sample: /home/me/.local/state/ohmy.hadoop/demo-0b54bd1a/known_hosts
        control_path:
          description: The path for the socket of a shared connection to the master.
          returned: always
          type: str
          sample: /run/user/1000/ohmy-1000/0b54bd1a-master
        tunnel:
          description: The name, for M(ohmy.hadoop.ssh_tunnel), of a tunnel to the web pages, which ends with the cluster.
          returned: always
          type: str
          sample: 0b54bd1a-ui
    digests:
      description: The sha256 of the nodes' documents, null where there is none.
      returned: always
      type: dict
      contains:
        master:
          description: The master's.
          returned: always
          type: str
          sample: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
        worker:
          description: The workers'.
          returned: always
          type: str
          sample: 60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752
        compute:
          description: That of workers without a DataNode.
          returned: always
          type: str
          sample: 1b4f0e9851971998e732078544c96b36c3d01cedf7caa332359d6f1d83567014
    expires:
      description: When the cluster ends by itself, in seconds since 1970; null for never.
      returned: always
      type: int
      sample: 1782921600
    price:
      description: What the cluster costs an hour as it is wanted; null with another O(state) than V(present).
      returned: always
      type: dict
      contains:
        per_hour:
          description: The sum in USD; null where a price is not known.
          returned: always
          type: float
          sample: 0.3184
        at_most:
          description: Whether the sum is a bound, as spot instances of unknown price count as on demand.
          returned: always
          type: bool
          sample: false
        missing:
          description: What no table has a price of.
          returned: always
          type: list
          elements: str
          sample: []
        text:
          description: The sum spelled out.
          returned: always
          type: str
          sample: 0.3044 USD an hour (3 x m6i.large at 0.096 + 150 GiB of gp3 at 0.08 a month)
        date:
          description: Of which day the prices are; null where that is not known.
          returned: always
          type: str
          sample: "2025-06-10"
launches:
  description: How each group was launched, where one was.
  returned: success
  type: list
  elements: dict
  contains:
    group:
      description: The group.
      returned: always
      type: str
      sample: spot
    tries:
      description: What was tried, in order; the next after each for which there was no capacity.
      returned: always
      type: list
      elements: dict
      contains:
        instance_type:
          description: The instance type.
          returned: always
          type: str
          sample: m6i.large
        market:
          description: Either on-demand or spot.
          returned: always
          type: str
          sample: spot
        zone:
          description: The availability zone.
          returned: always
          type: str
          sample: eu-central-1a
        subnet_id:
          description: The subnet.
          returned: always
          type: str
          sample: subnet-0123456789abcdef0
        count:
          description: How many were launched, or refused.
          returned: always
          type: int
          sample: 10
        code:
          description: AWS's code of the refusal; null for what was launched.
          returned: always
          type: str
          sample: InsufficientInstanceCapacity
actions:
  description: What was done, or would be in check mode, in order.
  returned: success
  type: list
  elements: str
  sample: ["create security group ohmy-demo", "launch master of demo", "launch worker of demo"]
removed:
  description: What O(state=absent) removed, or would remove in check mode, or a launch that failed, of what it had made.
  returned: success, or when a failed launch was removed
  type: list
  elements: str
  sample: ["instance i-0123456789abcdef0", "security group sg-0123456789abcdef0"]
left:
  description: What is left after O(state=absent) or the removal of a failed launch, with a failure where that is anything.
  returned: success, or when something is left
  type: list
  elements: str
  sample: []
kept:
  description: The volumes that O(state=stopped) keeps, or would keep in check mode, and that cost money; otherwise empty.
  returned: success
  type: list
  elements: dict
  contains:
    volume_id:
      description: Its id.
      returned: always
      type: str
      sample: vol-0123456789abcdef0
    size:
      description: Its size in GiB.
      returned: always
      type: int
      sample: 50
    type:
      description: Its type.
      returned: always
      type: str
      sample: gp3
evidence:
  description:
    - Where the last logs of nodes whose time to live was over lie, of all clusters of this name; O(state=absent) looks for
      them, and leaves them. Null where there are none.
  returned: success
  type: str
  sample: s3://example-bucket/evidence/demo/
"""

import typing as t

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.ohmy.hadoop.plugins.module_utils._aws import (
    absent,
    argspec,
    launched,
    present,
    started,
    stopped,
    want,
)
from ansible_collections.ohmy.hadoop.plugins.module_utils._aws.client import Clients, require_boto3
from ansible_collections.ohmy.hadoop.plugins.module_utils._core.errors import OhmyError, as_result
from ansible_collections.ohmy.hadoop.plugins.module_utils._node.diff import DocumentHider

VERBS = {"present": present, "started": started, "stopped": stopped, "absent": absent}
SPEC = {
    "name": {"type": "str", "required": True},
    "state": {"type": "str", "choices": list(VERBS), "default": "present"},
    "force": {"type": "bool", "default": False},
    "workers": {"type": "int", "default": 2},
    "at_least": {"type": "bool", "default": False},
    "leaving": {"type": "list", "elements": "str", "default": []},
    "ssh_cidr": {"type": "str", "default": "auto"},
    "ssh_proxy": {"type": "str"},
    "caller_ip_url": {"type": "str", "default": "https://checkip.amazonaws.com"},
    "public_key": {"type": "path", "no_log": False},
    "key_name": {"type": "str", "no_log": False},
    "ssh_user": {"type": "str", "default": "admin"},
    "max_hourly_cost": {"type": "float"},
    "prices": {"type": "dict", "default": {}},
    "bucket": {"type": "str"},
    "read_uris": {"type": "list", "elements": "str", "default": []},
    "write_uris": {"type": "list", "elements": "str", "default": []},
    "document": {
        "type": "dict",
        "options": {
            "hadoop": {"type": "dict"},
            "java": {"type": "dict"},
            "properties": {"type": "dict"},
            "packages": {"type": "list", "elements": "str"},
            "task_memory": {"type": "int"},
            "profile": {"type": "str", "choices": ["auto", "stock"]},
            "disks": {"type": "dict"},
        },
    },
    "bundle": {"type": "path"},
    "wait_timeout": {"type": "int", "default": 600},
    "on_launch_failure": {"type": "str", "choices": ["removed", "kept"], "default": "removed"},
    "state_dir": {"type": "path"},
    **launched.OPTIONS,
    **launched.SEEN,
    **argspec.CONNECTION,
}
# What only one of the states has to tell of.
NOTHING: dict[str, t.Any] = {"launches": [], "removed": [], "left": [], "kept": [], "evidence": None}


class Module(DocumentHider, AnsibleModule):
    """A module that keeps secrets among the document's properties."""


def main() -> None:
    """Run the module."""
    module = Module(
        argument_spec=SPEC,
        required_if=[("state", "present", ("bucket",))],
        supports_check_mode=True,
        **argspec.RULES,
    )
    require_boto3(module)
    try:
        wanted = want.from_params(module.params)
        result = VERBS[module.params["state"]].run(Clients(module.params), wanted, module.check_mode)
    except (OhmyError, OSError) as exc:
        module.fail_json(**as_result(exc))
    for remark in result.pop("warnings", []):
        module.warn(remark)
    module.exit_json(**{**NOTHING, **result})


if __name__ == "__main__":
    main()
