# Sourced by the benchmarks: a place to work in, the programs, and the peers.
source "$(dirname "${BASH_SOURCE[0]}")/../eng/common.sh"
source "$root/eng/packages.sh"

# Builds Sampan and copies it to `work`; sets `sampan` and `runtime`. Arguments: functions that name the packages needed.
prepare() {
  ((EUID == 0)) || die "making containers needs root"
  install_packages "$@"
  "$root/build" --quiet
  # Under /tmp, which the place of the peers shares.
  work=$(mktemp -d /tmp/sampan-bench.XXXXXX)
  trap clean_up EXIT
  mkdir "$work/bin"
  cp "$root"/artifacts/bin/sampan "$root"/artifacts/bin/sampan-runtime "$work/bin/"
  cp -r "$root/artifacts/share" "$work/share"
  export SAMPAN_ROOT=$work/root SAMPAN_RUNROOT=$work/run
  sampan=$work/bin/sampan runtime=$work/bin/sampan-runtime
}

clean_up() {
  local ids
  ids=$("$sampan" ps -aq 2>/dev/null) || true
  [[ -z $ids ]] || "$sampan" rm -f $ids >/dev/null || true
  rm -rf "$work"
}

among_peers() {
  if [[ -n ${SAMPAN_PEERS:-} ]]; then "$SAMPAN_PEERS" run --v1 "$@"; else "$@"; fi
}

# The bundle that `spec` writes, with the built-in busybox and a command (a JSON array).
make_bundle() {
  local bundle=$1 arguments=$2
  mkdir -p "$bundle/rootfs"
  tar -xpf "$work/share/sampan/images/busybox.tar" -C "$bundle/rootfs"
  "$runtime" spec --bundle "$bundle"
  sed -i -z 's/"terminal": *true/"terminal": false/; s#"args": *\[[^]]*\]#"args": '"$arguments"'#' "$bundle/config.json"
}
