#!/bin/bash
# Run a command as a container would, in namespaces of its own that `unshare` has made:
#
#     contained.sh ROOT VOLUME SECRETS USER FOLDER [NAME=VALUE …] COMMAND [WORD …]
set -euo pipefail
root=$1 volume=$2 secrets=$3 user=$4 folder=$5
shift 5
mkdir -p "$root/run/secrets"
mount --bind "$root" "$root"
mount --bind "$volume" "$root/data"
mount --bind "$secrets" "$root/run/secrets"
mount -o remount,ro,bind "$root/run/secrets"
mount --bind /dev "$root/dev"
mount -t proc proc "$root/proc"
mount -o remount,ro,bind "$root"
exec chroot --userspec="$user" "$root" /usr/bin/env --ignore-environment --chdir="$folder" "$@"
