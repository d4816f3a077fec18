#!/usr/bin/env bash
# Gerald on Windows' own Python under Wine. Everything lies in one folder: GERALD_WINE, or .wine of the checkout.
#   tools/wine.sh setup                         makes it: Wine, Python 3.13, the packages of tools/lock, two DLLs
#   tools/wine.sh ready                         whether it is made (exit status 0)
#   tools/wine.sh python [--limit SECONDS] ...  Windows' Python with these arguments in the current folder
#   tools/wine.sh test [PIECES]                 tests in pieces (tools/wine/tests.sh): quick ones, or with FULL=1 all
# To set up is safe to repeat and to interrupt. One run at a time; one that exceeds its limit is ended with everything in it.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
. "$root/tools/index.sh"
wine=$(realpath -m "${GERALD_WINE:-$root/.wine}")
python=$wine/python
packages=$python/Lib/site-packages
stamp=$wine/ready           # written last: the sum of the inputs
default_limit=240

as_wine_wants() { # the environment of whatever runs there
  export WINEPREFIX=$wine/prefix WINEARCH=win64 WINEDEBUG=${WINEDEBUG:--all} HOME=$wine/home
  export WINEDLLOVERRIDES="mscoree=;mshtml=;winemenubuilder.exe=;winedbg.exe="   # nothing asks to install, or to debug
  export KMP_AFFINITY=disabled   # Intel's OpenMP asks for processor groups, which Wine 8 does not know
  unset DISPLAY
}

say() { printf '%s\n' "$*" >&2; }
die() { say "wine: $*"; exit 1; }
inputs_sum() { (cd "$root" && cat tools/lock/{dev,weights}.txt tools/wine/{setup.sh,shims.py,sitecustomize.py,*.c,*.txt} | sha256sum); }
ready() { [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$(inputs_sum)" ] && command -v wine >/dev/null; }

end_everything() { wineserver --kill >/dev/null 2>&1 || true; } # of this prefix only

within() { # seconds, command: what it leaves behind would keep the streams open
  local status=0
  timeout --foreground --kill-after 5 "$@" || status=$?
  [ "$status" != 124 ] || say "wine: ended after $1 seconds, with everything in it"
  end_everything
  return "$status"
}

run() { # [--limit SECONDS] arguments
  local limit=$default_limit status=0
  if [ "${1:-}" = --limit ]; then limit=$2; shift 2; fi
  ready || die "not set up, or for other packages than these: tools/wine.sh setup"
  exec 8>"$wine/run.lock"
  flock -n 8 || { say "waiting for another run in $wine"; flock 8; }
  as_wine_wants
  trap end_everything EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
  export PYTHONPATH="Z:${root//\//\\}"
  # Streams are pipes: the handles that Wine makes of redirected files are none for Python's fstat.
  # In the background, since bash heeds a signal only while it waits.
  cat </dev/null | within "$limit" wine "$python/python.exe" "$@" 2>&1 8>&- | cat &
  wait $! || status=$?
  trap - EXIT INT TERM
  exec 8>&-
  return "$status"
}

case ${1:-} in
  setup) . "$root/tools/wine/setup.sh"; setup ;;
  ready) ready ;;
  python) shift; run "$@" ;;
  test) shift; . "$root/tools/wine/tests.sh" ;;
  *) sed -n '2,6p' "$0" >&2; exit 2 ;;
esac
