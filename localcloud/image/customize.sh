#!/bin/sh
# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# mmdebstrap's customize hook: make the tree in $1 what Debian's cloud image is where it matters.
set -eu
here=$(dirname "$0")
root=$1

cp -R --no-preserve=ownership "$here/root/." "$root/"

# A cloud image has no identity of its own: cloud-init makes the host keys at first boot.
rm -f "$root"/etc/ssh/ssh_host_*
: > "$root/etc/machine-id"
printf 'localhost\n' > "$root/etc/hostname"
printf '127.0.0.1\tlocalhost\n::1\t\tlocalhost ip6-localhost ip6-loopback\n' > "$root/etc/hosts"

# On EC2 cloud-init knows the platform by its DMI strings; in a container it never reads them, and would
# then not ask for an IMDSv2 token. Its other source, Xen's sysfs file, is read from a path that can exist.
source=usr/lib/python3/dist-packages/cloudinit/sources/DataSourceEc2.py
grep -q '"/sys/hypervisor/uuid"' "$root/$source"
sed -i 's|"/sys/hypervisor/uuid"|"/etc/cloud/hypervisor-uuid"|' "$root/$source"
chroot "$root" python3 -m compileall -q -f "/$source"

# What has no meaning without own hardware, or would load the machine behind the tests' back.
for unit in apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer e2scrub_reap.service \
    fstrim.timer getty.target console-getty.service systemd-firstboot.service; do
    ln -sf /dev/null "$root/etc/systemd/system/$unit"
done
