# Sourced by the scripts at the root: the Debian packages they need, and how to get them.
# Each is checked by something it brings, since asking dpkg would cost more than the whole check.

# A package whose proof is missing goes to the array `lacking`.
need() { local package=$1 proof=$2; eval "$proof" 2>/dev/null || lacking+=("$package"); }

has() { command -v "$1" >/dev/null; }

# busybox-static and busybox exclude each other: where the latter is installed, eng/busybox-image.sh fetches the former
# without installing it.
has_busybox() { [[ -x /bin/busybox || -x /usr/bin/busybox ]]; }

has_library() { compgen -G "/usr/lib/*/$1" >/dev/null || compgen -G "/lib/*/$1" >/dev/null; }

need_for_build() {
  need gcc 'has gcc || has clang'
  need libc6-dev '[[ -e /usr/include/stdlib.h ]]'
  need zlib1g-dev '[[ -e /usr/include/zlib.h ]]'
  need binutils 'has objcopy'
  need busybox-static has_busybox
}

need_for_tests() {
  need gcc 'has gcc'
  need util-linux 'has unshare && has ipcmk'
  need libcap2-bin 'has setcap'
  need libseccomp2 'has_library libseccomp.so.2'   # the seccomp compiler is compared with it
  need linux-libc-dev '[[ -e /usr/include/linux/seccomp.h ]]'
}

# Engines that run containers by sampan-runtime.
need_for_root_tests() {
  need podman 'has podman'
  need containerd 'has containerd'
  need docker.io 'has dockerd'
  # A registry to pull from, and who fills it.
  need docker-registry 'has docker-registry'
  need skopeo 'has skopeo'
  # Images go both ways between these and us.
  need umoci 'has umoci'
  need buildah 'has buildah'
  # Time zones of the host, for containers.
  need tzdata '[[ -e /usr/share/zoneinfo/UTC ]]'
}

need_for_vm() {
  need debootstrap 'has debootstrap'
  need e2fsprogs 'has mke2fs'
  need qemu-system-x86 'has qemu-system-x86_64'
}

# Installs the packages that the named functions find missing.
install_packages() {
  local lacking=() step
  for step in "$@"; do "$step"; done
  ((${#lacking[@]})) || return 0
  local command="apt-get install -y --no-install-recommends ${lacking[*]}"
  has apt-get || die "these are missing, and there is no apt-get to install them: ${lacking[*]}"
  ((EUID == 0)) || die "these Debian packages are missing; as root run: $command"
  say "installing ${lacking[*]}"
  export DEBIAN_FRONTEND=noninteractive
  # What these packages bring is started by the tests alone: invoke-rc.d(8) asks this program whether it may start a service.
  local policy=/usr/sbin/policy-rc.d
  if [[ ! -e $policy ]]; then
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
    trap 'rm -f /usr/sbin/policy-rc.d' EXIT
  fi
  # The lists of a fresh machine are empty or old; most often the second line is enough.
  quietly "installing packages" $command || { quietly "apt-get update" apt-get update && quietly "installing packages" $command; } ||
    die "could not install ${lacking[*]}"
  [[ $(trap -p EXIT) != *"$policy"* ]] || { rm -f "$policy"; trap - EXIT; }
}
