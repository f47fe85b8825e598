# Sourced: `stage NAME COMMAND…` runs a command under a heading and stops the script when it fails;
# however the script ends, the seconds of each stage are printed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
stage_seconds=''

# Host packages, selected alike in every call: another selection unifies features anew and compiles dependencies twice.
# The entries stay out, because the features of browser and server must not meet.
host=(--workspace --exclude doorstep-family)

stage() {
  local name=$1 began=$SECONDS
  shift
  printf '\n== %s\n' "$name"
  if "$@"; then
    stage_seconds+=$(printf '%6d s  %s' $((SECONDS - began)) "$name")$'\n'
  else
    stage_seconds+=$(printf '%6d s  %s FAILED' $((SECONDS - began)) "$name")$'\n'
    exit 1
  fi
}

trap 'printf "\nSeconds per stage:\n%s%6d s  total\n" "$stage_seconds" "$SECONDS"' EXIT
