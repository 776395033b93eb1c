#!/usr/bin/env bash
# usage: eng/busybox-image.sh OUTPUT.tar
#
# Makes the root file system of the image `busybox` from Debian's busybox-static: one static program, its applets as hard
# links, and the directories a container expects. The same program gives the same bytes.
set -euo pipefail
source "$(dirname "$0")/common.sh"
[[ ${1:-} == --help ]] && { usage "$0"; exit; }
output=${1:?usage: eng/busybox-image.sh OUTPUT.tar}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

busybox=
if dpkg-query -W -f '${db:Status-Status}' busybox-static 2>/dev/null | grep -qx installed; then
  busybox=$(command -v busybox)
else
  say "fetching busybox-static"
  (cd "$work" && apt-get download -qq busybox-static && dpkg-deb -x busybox-static_*.deb deb) || die "could not fetch the package busybox-static"
  for candidate in "$work"/deb/bin/busybox "$work"/deb/usr/bin/busybox; do
    [[ -x $candidate ]] && busybox=$candidate
  done
fi
[[ -n $busybox ]] || die "the package busybox-static holds no busybox"

tree=$work/tree
mkdir -p "$tree"/{bin,dev,etc,home,proc,root,sys,tmp,usr/bin,usr/sbin,var/spool/mail,var/www}
install -m 755 "$busybox" "$tree/bin/busybox"
while read -r applet; do
  [[ -e $tree/bin/$applet ]] || ln "$tree/bin/busybox" "$tree/bin/$applet"
done < <("$busybox" --list)
ln -s ../../bin/env "$tree/usr/bin/env"

cat >"$tree/etc/passwd" <<'END'
root:x:0:0:root:/root:/bin/sh
daemon:x:1:1:daemon:/usr/sbin:/bin/false
bin:x:2:2:bin:/bin:/bin/false
sys:x:3:3:sys:/dev:/bin/false
sync:x:4:100:sync:/bin:/bin/sync
mail:x:8:8:mail:/var/spool/mail:/bin/false
www-data:x:33:33:www-data:/var/www:/bin/false
operator:x:37:37:Operator:/var:/bin/false
nobody:x:65534:65534:nobody:/home:/bin/false
END
cat >"$tree/etc/group" <<'END'
root:x:0:
daemon:x:1:
bin:x:2:
sys:x:3:
adm:x:4:
tty:x:5:
disk:x:6:
wheel:x:10:root
mail:x:8:
cdrom:x:11:
dialout:x:18:
floppy:x:19:
video:x:28:
audio:x:29:
tape:x:32:
www-data:x:33:
operator:x:37:
users:x:100:
nogroup:x:65534:
END
# Mount points of what every container is given: without them each would make its own in its writable layer.
touch "$tree"/etc/{hosts,hostname,resolv.conf}
printf '%s\n' 'root:*:10933:0:99999:7:::' 'nobody:*:10933:0:99999:7:::' >"$tree/etc/shadow"
printf '%s\n' 'passwd: files' 'group: files' 'hosts: files dns' >"$tree/etc/nsswitch.conf"
find "$tree" -type d -exec chmod 755 {} +
chmod 644 "$tree"/etc/*
chmod 600 "$tree/etc/shadow"
chmod 700 "$tree/root"
chmod 1777 "$tree/tmp" "$tree/var/spool/mail"
chmod 555 "$tree/proc" "$tree/sys"

mkdir -p "$(dirname "$output")"
tar --create --file "$work/image.tar" --directory "$tree" --format ustar --sort name --mtime @0 --owner 0 --group 0 --numeric-owner .
mv "$work/image.tar" "$output"
