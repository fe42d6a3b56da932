#!/bin/bash
# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# by_hand.sh stage|launch|job|end FOLDER: a cluster and a job as somebody would do it who knows Hadoop and AWS, and is in a
# hurry: whatever can be goes in parallel, polls have no pauses, nothing is checked, nothing is tried again.
#
# FOLDER holds master.tar and worker.tar (bench/hand.py), hadoop.tar and java.tar, an SSH key pair (key, key.pub), and for a job
# mapper.py, reducer.py, books.txt and input.txt. The environment tells: AWS (the command), WORKERS, TYPE, BUCKET.
set -euo pipefail
cd "$2"

ssh_options=(-i key -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR -o ControlMaster=auto
  -o "ControlPath=$PWD/%C" -o ControlPersist=60)

# shellcheck disable=SC2029 # the words are meant to be those of this side
on_master() { ssh "${ssh_options[@]}" "admin@$(<master)" "$@"; }

# Archives and configuration into S3.
stage() {
  "$AWS" s3 mb "s3://$BUCKET" > /dev/null
  local name
  for name in hadoop java master worker; do "$AWS" s3 cp --only-show-errors "$name.tar" "s3://$BUCKET/" & done
  wait
}

url() { "$AWS" s3 presign "s3://$BUCKET/$1.tar"; }

# The user data of a role: users, then all archives at once, then the daemons.
user_data() {
  local role=$1 master=$2 daemons=$3
  cat << END
#!/bin/bash
set -eu
groupadd hadoop
for user in hdfs yarn mapred hadoop; do useradd -m -g hadoop "\$user"; done
groupadd hdfs; groupadd yarn
self=\$(hostname -I | cut -d ' ' -f 1)
mkdir -p /opt/ohmy/hadoop /opt/ohmy/java
curl -sf '$(<hadoop.url)' | tar -x --strip-components=1 -C /opt/ohmy/hadoop &
curl -sf '$(<java.url)' | tar -xz --strip-components=1 -C /opt/ohmy/java &
curl -sf '$(<"$role.url")' | tar -x -C /
sed -i "s/192\.0\.2\.1\b/\$self/g; s/192\.0\.2\.2\b/$master/g" /etc/hadoop/*.xml
systemctl daemon-reload
wait
if [ $role = master ]; then
  su hdfs -s /bin/bash -c 'hdfs namenode -format -nonInteractive' > /dev/null 2>&1
fi
systemctl start --no-block $daemons
END
}

# Launch so many with this user data; print their ids and private addresses.
run_instances() {
  "$AWS" ec2 run-instances --image-id "$(<image)" --instance-type "$TYPE" --count "$1" --key-name byhand \
    --security-group-ids "$(<group)" --user-data "file://$2" --query 'Instances[].[InstanceId,PrivateIpAddress]' --output text
}

live() {
  local name=NameNodeInfo
  [ "$(curl -s -m 2 "http://$(<master):9870/jmx?qry=Hadoop:service=NameNode,name=$name" | grep -o 'xferaddr' | wc -l)" -ge "$WORKERS" ] &&
    [ "$(curl -s -m 2 "http://$(<master):8088/ws/v1/cluster/nodes" | grep -o '"state":"RUNNING"' | wc -l)" -ge "$WORKERS" ]
}

launch() {
  local parameter=/aws/service/debian/release/12/latest/amd64 name
  for name in hadoop java master worker; do url "$name" > "$name.url" & done
  "$AWS" ssm get-parameter --name "$parameter" --query Parameter.Value --output text > image &
  "$AWS" ec2 import-key-pair --key-name byhand --public-key-material fileb://key.pub > /dev/null &
  "$AWS" ec2 create-security-group --group-name byhand --description byhand --query GroupId --output text > group
  "$AWS" ec2 describe-vpcs --query 'Vpcs[0].CidrBlock' --output text > cidr
  "$AWS" ec2 authorize-security-group-ingress --group-id "$(<group)" --protocol all --cidr "$(<cidr)" > /dev/null &
  wait
  user_data master 127.0.0.1 'hadoop-namenode hadoop-resourcemanager hadoop-historyserver' > master.sh
  run_instances 1 master.sh > instances
  cut -f 2 instances > master
  user_data worker "$(<master)" 'hadoop-datanode hadoop-nodemanager' > worker.sh
  run_instances "$WORKERS" worker.sh >> instances
  local until=$((SECONDS + 300))
  until live; do [ $SECONDS -lt $until ] || { echo "not live after 300 s" >&2; exit 1; }; done
}

# The shipped example: input into HDFS, two reduces, the answer back.
job() {
  mkdir -p answer
  tar -ch mapper.py reducer.py books.txt input.txt | on_master tar -x
  on_master sudo bash -eu << 'END'
su hdfs -s /bin/bash -c 'hdfs dfs -mkdir -p /tmp /user/hadoop /mr-history/tmp /mr-history/done /app-logs &&
  hdfs dfs -chmod 1777 /tmp /mr-history/tmp /app-logs && hdfs dfs -chown hadoop:hadoop /user/hadoop &&
  hdfs dfs -chown -R mapred:hadoop /mr-history'
mv /home/admin/{mapper.py,reducer.py,books.txt,input.txt} /home/hadoop/
chmod a+rx /home/hadoop /home/hadoop/*
cd /home/hadoop
su hadoop -s /bin/bash -c 'hdfs dfs -put input.txt . && mapred streaming -D mapreduce.job.reduces=2 \
  -files mapper.py,reducer.py,books.txt -input input.txt -output answer -mapper mapper.py -reducer reducer.py &&
  hdfs dfs -get answer /home/hadoop/answer' > /home/hadoop/job.log 2>&1 || { tail -n 40 /home/hadoop/job.log >&2; exit 1; }
chmod -R a+rX /home/hadoop/answer
END
  on_master tar -c -C /home/hadoop answer | tar -x
}

# The instances that are not terminated yet; aws's own wait would pause for 15 s.
there() {
  cut -f 1 instances | xargs "$AWS" ec2 describe-instances --filters 'Name=instance-state-name,Values=running,shutting-down' \
    --query 'Reservations[].Instances[].InstanceId' --output text --instance-ids
}

end() {
  if [ -s instances ]; then
    cut -f 1 instances | xargs "$AWS" ec2 terminate-instances --instance-ids > /dev/null
    local until=$((SECONDS + 120))
    while [ "$(there)" ] && [ $SECONDS -lt $until ]; do :; done
  fi
  "$AWS" ec2 delete-key-pair --key-name byhand > /dev/null &
  [ ! -s group ] || "$AWS" ec2 delete-security-group --group-id "$(<group)" > /dev/null &
  wait
  rm -rf instances group master answer
}

"$1"
