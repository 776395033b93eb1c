# Sourced by the benchmarks of whole engines: podman, and daemons of containerd and docker, each in a folder of its own below `work`.
export PODMAN_IGNORE_CGROUPSV1_WARNING=1
podman=(podman --root "$work/podman" --runroot "$work/podman-run" --cgroup-manager cgroupfs --events-backend none)
ctr=(ctr --address "$work/containerd.sock")
docker=(docker --host "unix://$work/docker.sock")

daemons=()
stop_daemons() {
  local pid
  for pid in "${daemons[@]}"; do kill "$pid" 2>/dev/null && wait "$pid" || true; done
  among_peers umount -l "$work/podman/overlay" 2>/dev/null || true
  clean_up
}
trap stop_daemons EXIT

# Starts a program that goes on until the end, and waits until COMMAND succeeds. Arguments: name, COMMAND as one word, program...
daemon() {
  local name=$1 ready=$2 tries
  shift 2
  "$@" >"$work/$name.log" 2>&1 </dev/null &
  daemons+=($!)
  for ((tries = 0; tries < 100; tries++)); do
    if eval "$ready" >/dev/null 2>&1; then return; fi
    sleep 0.2
  done
  tail -5 "$work/$name.log" >&2
  die "$name does not start"
}

# In the place of this shell, so that its process id is the program's.
among_peers_now() {
  if [[ -n ${SAMPAN_PEERS:-} ]]; then exec "$SAMPAN_PEERS" run --v1 "$@"; else exec "$@"; fi
}

start_containerd() {
  echo 'version = 2' >"$work/containerd.toml"
  daemon containerd "among_peers ${ctr[*]} version" among_peers_now containerd --config "$work/containerd.toml" --root "$work/containerd" --state "$work/containerd-state" --address "$work/containerd.sock"
}

start_docker() {
  mkdir -p "$work/docker"
  daemon docker "among_peers ${docker[*]} version" among_peers_now dockerd --host "unix://$work/docker.sock" --data-root "$work/docker" --exec-root "$work/docker-exec" \
    --pidfile "$work/docker.pid" --bridge none --iptables=false --ip6tables=false
}
