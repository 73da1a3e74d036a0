#!/bin/bash
# The first process of the guest (run.sh). Its root is the host's file system, read-only; the
# checkout is seen at /srv/src, the directory in which results go back at /srv/out.
# shellcheck disable=SC2154 # out comes from the kernel's command line
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
mount -t proc proc /proc
mount -t sysfs sys /sys
ln -s /proc/self/fd /dev/fd
ln -s fd/0 /dev/stdin
ln -s fd/1 /dev/stdout
ln -s fd/2 /dev/stderr
for dir in /run /tmp /srv; do mount -t tmpfs tmp $dir; done
mkdir -p /run/netns /run/m/lib /srv/src /srv/out
mount -t hostfs -o "$out" none /srv/out
. /srv/out/job
mount -t hostfs -o "ro,$job_src" none /srv/src
ln -s /usr/lib/uml/modules /run/m/lib/modules
# Modules come when they are asked for; ipv6 and fou are of those that nothing asks for. lblc and
# lblcr have to be there before: a service that makes the kernel load one holds IPVS's lock, for which
# a namespace waits that ends, for which the module waits. Then all of it stands still.
printf '#!/bin/sh\nexec modprobe -d /run/m "$@"\n' >/run/modprobe
chmod 755 /run/modprobe
echo /run/modprobe >/proc/sys/kernel/modprobe
/run/modprobe -a ipv6 fou ip_vs_lblc ip_vs_lblcr || echo "no modules"
ip link set lo up
read -r uptime _ </proc/uptime
echo "the guest is ready after $uptime s"
# system calls are slow here, a process is dear, and the processor is shared by all tests
export WATCH_PAUSE=10000 PAUSE=0.15 # microseconds; seconds
cd /srv/src || echo "no checkout"
TOOLS=${job_tools/#$job_src//srv/src} SIDECAR=${job_sidecar/#$job_src//srv/src} \
    bash test/net/run.sh "${job_words[@]}" >>/srv/out/log 2>&1
sync
echo o >/proc/sysrq-trigger
sleep 60
