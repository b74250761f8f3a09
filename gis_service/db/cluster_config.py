"""What is written down about a private cluster: its port and secrets, its server settings."""

import json
import os
import random
import secrets
import socket
from dataclasses import asdict, dataclass
from pathlib import Path

LOOPBACK = "127.0.0.1"
# Below the range from which the kernel hands out ports for outgoing connections, so that a stopped
# cluster finds its port free again.
_PORTS = range(5440, 6400)
_MIB = 2**20
_GIB = 2**30


@dataclass(frozen=True, slots=True)
class Manifest:
    """What must stay the same over the life of a cluster, kept in ``cluster.json`` (mode 0600).

    Parameters
    ----------
    port
        Chosen once, so that a connection saved in QGIS goes on working.
    owner_password
        Of the role that owns the layer tables.
    admin_password
        Of the superuser, used for set-up only.
    """

    port: int
    owner_password: str
    admin_password: str
    format: int = 1

    @classmethod
    def new(cls) -> "Manifest":
        """Choose a free port and random passwords."""
        return cls(free_port(), secrets.token_urlsafe(24), secrets.token_urlsafe(24))

    @classmethod
    def read(cls, path: Path) -> "Manifest":
        """Read it from its file."""
        return cls(**json.loads(path.read_text("utf-8")))

    def write(self, path: Path) -> None:
        """Write it so that only its owner reads it, whole or not at all."""
        draft = path.with_suffix(".new")
        draft.unlink(missing_ok=True)
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            json.dump(asdict(self), file, indent=2)
            file.flush()
            os.fsync(file.fileno())
        draft.rename(path)


def port_is_free(port: int) -> bool:
    """Tell whether a server could listen on this port of the loopback address now."""
    with socket.socket() as probe:
        # Without it the sockets of a server that has just ended would count as taken.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def free_port() -> int:
    """Choose a free port; by chance, so that two clusters made at once seldom meet."""
    candidates = random.sample(_PORTS, len(_PORTS))
    return next(port for port in candidates if port_is_free(port))


def memory_bytes() -> int:
    """Give the memory this machine, or the container around us, allows."""
    machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    limit = Path("/sys/fs/cgroup/memory.max")
    text = limit.read_text().strip() if limit.exists() else "max"
    return min(machine, int(text)) if text.isdigit() else machine


def _megabytes(value: int, least: int, most: int) -> str:
    return f"{max(least, min(value // _MIB, most))}MB"


def server_settings(port: int, socket_dir: Path, log_dir: Path, memory: int, *, durable: bool) -> str:
    """Write the server's settings for this machine.

    Parameters
    ----------
    port, socket_dir, log_dir
        Where it listens and where it writes its log.
    memory
        Bytes the machine has; the server takes an eighth of it, at most 1 GB, as shared buffers.
    durable
        False is for throw-away clusters only, of many short connections: it gives up safety against power
        failure, allows more connections, and has PostGIS loaded once instead of by each of them.
    """
    settings: dict[str, str | int] = {
        "listen_addresses": LOOPBACK,
        "port": port,
        "unix_socket_directories": str(socket_dir),
        "password_encryption": "scram-sha-256",
        "max_connections": 60,
        "shared_buffers": _megabytes(memory // 8, 32, 1024),
        "effective_cache_size": _megabytes(memory // 2, 128, 64 * 1024),
        "maintenance_work_mem": _megabytes(memory // 16, 32, 512),
        "work_mem": _megabytes(memory // 256, 4, 64),
        # Spatial queries are short and many: compiling each would cost more than it gives.
        "jit": "off",
        # Solid state disks: a random page costs nearly as little as the next one.
        "random_page_cost": "1.1",
        "max_wal_size": "2GB",
        "wal_compression": "on",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "lc_messages": "C.UTF-8",
        "logging_collector": "on",
        "log_directory": str(log_dir),
        "log_filename": "postgres-%a.log",
        "log_truncate_on_rotation": "on",
        "log_rotation_age": "1d",
        "log_min_duration_statement": "5s",
        "log_line_prefix": "%m [%p] %u@%d ",
    }
    if not durable:
        settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        settings |= {"max_connections": 120, "shared_preload_libraries": "postgis-3"}
    lines = ["# Written anew at every start; put your own changes into ALTER SYSTEM."]
    for name, value in settings.items():
        escaped = str(value).replace("'", "''")
        lines.append(f"{name} = '{escaped}'")
    return "\n".join(lines) + "\n"


HOST_RULES = f"""# A password always; nobody from outside this machine.
local all all scram-sha-256
host  all all {LOOPBACK}/32 scram-sha-256
"""
