# What `make test-windows` runs; tools/wine.sh sources this. A piece has a limit, in seconds: one that exceeds it is ended with
# everything in it, and has failed.

declare -A folders=(
  [kernel]="tests/actors/kernel"
  [config]="tests/config"
  [nodes]="tests/supervisor/nodes"
  [persistence]="tests/actors/persistence"
  [rooms]="tests/actors/osc tests/actors/world tests/actors/users tests/actors/llm"
  [vision]="tests/actors/vision"
  [page]="tests/supervisor/page tests/supervisor/metrics"
  [doctor]="tests/supervisor/doctor tests/supervisor/plugins"
  [flows]="tests/flows"
)
quick=(kernel config nodes)
full=("${quick[@]}" persistence rooms vision page doctor flows live kills exchange)
failed=()

within_limit() { # name, limit, command: its line at the end
  local name=$1 limit=$2 begun=$SECONDS status=0 verdict=passed
  run --limit "$limit" "${@:3}" || status=$?
  [ "$status" = 0 ] || { verdict="FAILED ($status)"; failed+=("$name"); }
  say "--- $name: $verdict, $((SECONDS - begun)) s"
}

smoke() { within_limit "$1" 480 tools/wine/smoke.py "$@"; }

smoke_on_linux() {
  PYTHONPATH=$root "$root/.venv/bin/python" tools/wine/smoke.py "$@" || failed+=("$1, on Linux")
}

exchange() { # what each system wrote is read on the other
  local left=$wine/left
  rm -rf "$left" && mkdir -p "$left"
  smoke_on_linux write "$left/linux"
  smoke read "Z:${left//\//\\}\\linux"
  smoke write "Z:${left//\//\\}\\windows"
  smoke_on_linux read "$left/windows"
}

piece() { # name
  local limit=480
  case $1 in
    live) smoke live ;;
    kills) smoke kills 50 ;;
    exchange) exchange ;;
    *)
      [ -n "${folders[$1]:-}" ] || die "there is no piece '$1'; there are ${full[*]}"
      [ "$1" != flows ] || limit=900
      # shellcheck disable=SC2086  # folders are words
      within_limit "$1" "$limit" -m pytest -p no:cacheprovider -n "${JOBS:-2}" --timeout 60 ${folders[$1]} ;;
  esac
}

cd "$root"
pieces=("$@")
[ ${#pieces[@]} -gt 0 ] || pieces=("${quick[@]}")
[ -z "${FULL:-}" ] || pieces=("${full[@]}")
for one in "${pieces[@]}"; do piece "$one"; done
[ ${#failed[@]} = 0 ] || die "failed: ${failed[*]}"
say "all passed"
