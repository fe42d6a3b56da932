# shellcheck shell=sh
# Copyright (c) 2026, the ohmy.hadoop contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Sourced by hadoop, hdfs, yarn and mapred: finds Hadoop, Java and the configuration, and starts a class.
# Honours JAVA_HOME HADOOP_CONF_DIR HADOOP_HEAPSIZE_MAX HADOOP_HEAPSIZE_MIN HADOOP_OPTS HADOOP_CLIENT_OPTS
# HADOOP_CLASSPATH HADOOP_USER_CLASSPATH_FIRST HADOOP_LOG_DIR HADOOP_LOGFILE HADOOP_ROOT_LOGGER, and for a daemon
# <PROGRAM>_<VERB>_OPTS (HDFS_NAMENODE_OPTS, YARN_NODEMANAGER_OPTS …). OHMY_CLASS_DATA=no leaves Hadoop's class data alone.

die() {
  echo "${program:?}: $*" >&2
  exit 1
}

# Print the absolute form of a path.
absolute() {
  case $1 in
    /*) printf '%s\n' "$1" ;;
    *) printf '%s\n' "$PWD/$1" ;;
  esac
}

# Print a heap size as Java wants it: a bare number counts MiB.
heap_size() {
  case $1 in
    *[!0-9]*) printf '%s\n' "$1" ;;
    *) printf '%sm\n' "$1" ;;
  esac
}

# Print the class path. First the jar that stands for all jars of this archive, so that the class data made with it fits;
# none of them holds a configuration file. Then the folders, for jars that somebody laid into them.
class_path() (
  path=$HADOOP_HOME/share/hadoop/classpath.jar
  if [ -n "${HADOOP_CLASSPATH:-}" ] && [ -n "${HADOOP_USER_CLASSPATH_FIRST:-}" ]; then
    path=$HADOOP_CLASSPATH:$path
  fi
  path=$path:$HADOOP_CONF_DIR:$HADOOP_HOME/share/hadoop/hdfs
  for folder in common/lib common hdfs/lib hdfs mapreduce yarn/lib yarn tools/lib; do
    path="$path:$HADOOP_HOME/share/hadoop/$folder/*"
  done
  if [ -n "${HADOOP_CLASSPATH:-}" ] && [ -z "${HADOOP_USER_CLASSPATH_FIRST:-}" ]; then
    path=$path:$HADOOP_CLASSPATH
  fi
  printf '%s\n' "$path"
)

find_java() {
  if [ -z "${JAVA_HOME:-}" ] && [ -x "$HADOOP_HOME/../java/bin/java" ]; then
    JAVA_HOME=$(cd "$HADOOP_HOME/../java" && pwd -P)
  fi
  if [ -z "${JAVA_HOME:-}" ]; then
    java=$(command -v java) || die "JAVA_HOME is not set and there is no java in PATH."
    JAVA_HOME=$(dirname "$(dirname "$(readlink -f "$java")")")
  fi
  [ -x "$JAVA_HOME/bin/java" ] || die "JAVA_HOME is $JAVA_HOME, where there is no bin/java."
  export JAVA_HOME
}

# Find the archive of Hadoop's classes that was made with Java. It fits only the jars at the place where nodes have them,
# and first on the class path; elsewhere it would cost the JDK's own, though Java would say nothing of it.
find_class_data() {
  class_data=
  if [ "${OHMY_CLASS_DATA:-}" != no ] && [ -z "${HADOOP_CLASSPATH:+${HADOOP_USER_CLASSPATH_FIRST:-}}" ] &&
    [ "$HADOOP_HOME" = "$(readlink -f /opt/ohmy/hadoop)" ] && [ -f "$HADOOP_HOME/share/hadoop/classpath.jar" ] &&
    [ -f "$JAVA_HOME/lib/server/hadoop.jsa" ]; then
    class_data=$JAVA_HOME/lib/server/hadoop.jsa
  fi
}

# start KIND VERB CLASS [ARGUMENT…]: replace this shell by Java; KIND is client or daemon.
start() {
  kind=$1 verb=$2 class=$3
  shift 3
  find_java
  find_class_data
  name=$(printf '%s' "$program" | tr '[:lower:]' '[:upper:]')_$(printf '%s' "$verb" | tr '[:lower:]' '[:upper:]')_OPTS
  if [ "$kind" = daemon ]; then
    eval "extra=\${$name:-}"
  else
    # A command lives for seconds: the quick compiler and the small collector halve its start.
    extra=${HADOOP_CLIENT_OPTS:--XX:TieredStopAtLevel=1 -XX:+UseSerialGC}
  fi
  if [ -n "${HADOOP_HEAPSIZE_MIN:-}" ]; then extra="-Xms$(heap_size "$HADOOP_HEAPSIZE_MIN") $extra"; fi
  if [ -n "${HADOOP_HEAPSIZE_MAX:-}" ]; then extra="-Xmx$(heap_size "$HADOOP_HEAPSIZE_MAX") $extra"; fi
  logs=$(absolute "${HADOOP_LOG_DIR:-$HADOOP_HOME/logs}")
  logger=${HADOOP_ROOT_LOGGER:-INFO,console}
  file=${HADOOP_LOGFILE:-$program-$verb.log}
  CLASSPATH=$(class_path)
  export CLASSPATH
  # Options are words separated by blanks, as everywhere in Hadoop.
  # Elsewhere than at the address that it was made for, every process would have a changed copy of the class data.
  # shellcheck disable=SC2086
  exec "$JAVA_HOME/bin/java" "-Dproc_$verb" -Djava.net.preferIPv4Stack=true \
    ${class_data:+-XX:+UnlockDiagnosticVMOptions -XX:ArchiveRelocationMode=0 "-XX:SharedArchiveFile=$class_data"} \
    "-Dhadoop.home.dir=$HADOOP_HOME" "-Dyarn.home.dir=$HADOOP_HOME" \
    "-Dhadoop.log.dir=$logs" "-Dyarn.log.dir=$logs" "-Dhadoop.log.file=$file" "-Dyarn.log.file=$file" \
    "-Dhadoop.root.logger=$logger" "-Dyarn.root.logger=$logger" \
    ${HADOOP_OPTS:-} $extra "$class" "$@"
}

client() { start client "$@"; }
daemon() { start daemon "$@"; }

unknown() {
  [ -z "$1" ] || echo "$program: '$1' is not a command of this archive." >&2
  echo "Usage: $program [--config DIRECTORY] [--loglevel LEVEL] ${usage:?}" >&2
  exit 1
}

HADOOP_HOME=${home:?}
export HADOOP_HOME
# Containers find the jars by these.
export HADOOP_COMMON_HOME="$home" HADOOP_HDFS_HOME="$home" HADOOP_YARN_HOME="$home" HADOOP_MAPRED_HOME="$home"

HADOOP_CONF_DIR=${HADOOP_CONF_DIR:-$HADOOP_HOME/etc/hadoop}
while :; do
  case ${1:-} in
    --config)
      HADOOP_CONF_DIR=${2:?--config wants a directory}
      shift 2
      ;;
    --loglevel)
      HADOOP_ROOT_LOGGER=${2:?--loglevel wants a level},console
      shift 2
      ;;
    *) break ;;
  esac
done
HADOOP_CONF_DIR=$(absolute "$HADOOP_CONF_DIR")
export HADOOP_CONF_DIR
[ -d "$HADOOP_CONF_DIR" ] || die "the configuration directory $HADOOP_CONF_DIR does not exist."
