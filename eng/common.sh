# Sourced by the scripts at the root of the repository. Sets `root`, moves nowhere.
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1 DOTNET_CLI_UI_LANGUAGE=en
# No build servers: they outlive the build, and a test run must leave no process behind.
export MSBUILDDISABLENODEREUSE=1 UseSharedCompilation=false

say() { printf '%s\n' "$*" >&2; }
die() { say "$(basename "$0"): $*"; exit 1; }

# Prints the comment block at the top of the calling script as its usage.
usage() { sed -n '2,/^[^#]/{s/^# \{0,1\}//;t p;b;:p;p}' "$1"; }

need_dotnet() {
  command -v dotnet >/dev/null || die "the .NET 10 SDK is not installed (https://dotnet.microsoft.com/download/dotnet/10.0)"
}

# Runs a command with its output kept aside, shown only when it fails. Says what takes long once two seconds have passed.
quietly() {
  local what=$1 log status=0 watcher=
  shift
  log=$(mktemp)
  { sleep 2 && say "$what ..."; } >/dev/null 2>&3 3>&- &
  watcher=$!
  "$@" >"$log" 2>&1 </dev/null || status=$?
  kill "$watcher" 2>/dev/null || true
  wait "$watcher" 2>/dev/null || true
  if ((status)); then cat "$log" >&2; say "$what: failed"; fi
  rm -f "$log"
  return "$status"
} 3>&2
