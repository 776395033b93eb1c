#!/usr/bin/env bash
# usage: tests/vm/image.sh
#
# Makes the disk, the kernel and the initial RAM disk of the virtual machine, unless they are there, and prints the folder that
# holds them: ${XDG_CACHE_HOME:-/var/cache}/sampan-vm/HASH, where HASH is that of the recipe. Needs root, and Debian's mirror.
set -euo pipefail
source "$(dirname "$0")/../../eng/common.sh"
[[ ${1:-} == --help || ${1:-} == -h ]] && { usage "$0"; exit; }

here=$root/tests/vm
cache=${XDG_CACHE_HOME:-/var/cache}/sampan-vm
mirror=${DEBIAN_MIRROR:-http://deb.debian.org/debian}
# Units that take time at every boot and that no test looks at.
unwanted=(apparmor.service apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer e2scrub_reap.service fstrim.timer
  getty.target modprobe@drm.service systemd-binfmt.service systemd-journal-flush.service systemd-pstore.service systemd-random-seed.service
  systemd-update-utmp.service systemd-update-utmp-runlevel.service)

hash=$(cat "$here/image.sh" "$here/packages" "$here"/guest/* | sha256sum)
image=$cache/${hash:0:15}
finished() { [[ -e $image/disk ]] && touch "$image" && echo "$image"; }

finished && exit
mkdir -p "$cache"
exec 9>"$cache/lock"
flock 9
finished && exit               # another one was at it

((EUID == 0)) || die "making the virtual machine's disk needs root"
work=$(mktemp -d "$cache/making.XXXXXX")
trap 'rm -rf "$work"' EXIT
mkdir "$work/result"
tree=$work/tree

packages=$(sed 's/#.*//' "$here/packages" | xargs | tr ' ' ,)
export DEBIAN_FRONTEND=noninteractive
# INITRD: Debian's own initial RAM disk takes long to make and to load.
cp -a /tmp/vm-x/root "$tree"

install -D --target-directory="$tree/usr/local/sbin" "$here/guest/sampan-vm"
install -D --mode=644 --target-directory="$tree/etc/systemd/system" "$here/guest/sampan-vm.service"
for unit in "${unwanted[@]}"; do ln -sf /dev/null "$tree/etc/systemd/system/$unit"; done
mkdir -p "$tree/etc/systemd/system/graphical.target.wants"
ln -s ../sampan-vm.service "$tree/etc/systemd/system/graphical.target.wants/"
echo sampan-vm >"$tree/etc/hostname"
echo '127.0.0.1 localhost sampan-vm' >"$tree/etc/hosts"
rm -rf "$tree"/var/cache/apt/* "$tree"/var/lib/apt/lists/* "$tree"/usr/share/{doc,locale,man}/*

# The initial RAM disk: busybox and the modules on the way to the disk, in the order of loading.
mkdir -p "$work/initrd"/{bin,modules}
install "$here/guest/init" "$work/initrd/init"
cp "$tree/bin/busybox" "$work/initrd/bin/"
version=$(basename "$tree"/lib/modules/*)
for module in virtio_pci virtio_blk virtio_console ext4; do
  chroot "$tree" modprobe --set-version "$version" --show-depends "$module"
done | awk '$1 == "insmod" && !seen[$2]++ { print $2 }' | while read -r file; do
  cp "$tree$file" "$work/initrd/modules/"
  basename "$file" >>"$work/initrd/modules/order"
done
mkdir "$tree/initrd"
cp -r "$work/initrd/." "$tree/initrd/"
chroot "$tree" sh -c 'cd /initrd && find . | cpio --quiet -o -H newc' | gzip -1 >"$work/result/initrd"
rm -rf "$tree/initrd"
cp "$tree"/boot/vmlinuz-* "$work/result/vmlinuz"

quietly "making the disk" mke2fs -q -t ext4 -d "$tree" -E lazy_itable_init=0 "$work/disk" 6G
mv "$work/disk" "$work/result/disk"
mv "$work/result" "$image"
# Of older recipes, those that nobody has used for a fortnight.
find "$cache" -mindepth 1 -maxdepth 1 -type d -name '????????????????' -mtime +14 -exec rm -rf {} +
finished
