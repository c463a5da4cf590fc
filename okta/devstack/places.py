"""
Where embedded servers keep their files, and as whom they run.

PostgreSQL refuses to run as root. As root both servers run as `nobody`, who must be able to walk
to the binaries and the data; a checkout under a private home is no such place, and we never
loosen the permissions of a directory that isn't ours.
"""

from __future__ import annotations

import hashlib
import os
import pwd
import shutil
import stat
import tempfile
from pathlib import Path

UNPRIVILEGED = "nobody"
UNUSED = shutil.ignore_patterns("*.a", "include", "doc", "__pycache__")
OUTSIDE = (Path("/var/lib/okta-dev"), Path("/var/tmp/okta-dev"))  # noqa: S108


def server_user() -> str | None:
    """The account embedded servers run as; None means our own."""
    return UNPRIVILEGED if os.geteuid() == 0 else None


def reachable(path: Path) -> bool:
    """Whether the servers' account can walk to `path`, which need not exist yet."""
    if server_user() is None:
        return True
    path = path.resolve()
    existing = [folder for folder in (path, *path.parents) if folder.is_dir()]
    return all(folder.stat().st_mode & stat.S_IXOTH for folder in existing)


def require_reachable(home: Path) -> None:
    """Raise when a server given this home could not walk to it; see `home_for`."""
    if not reachable(home):
        raise RuntimeError(f"Servers run as {UNPRIVILEGED} here, who can't enter {home}.")


def home_for(name: str, *, state: Path) -> Path:
    """The directory of one server of this state: inside the state, or outside if unreachable."""
    home = state / name
    return home if reachable(home) else outside(state) / name


def outside(state: Path) -> Path:
    """Where root keeps what `nobody` can't reach in the state; one directory for each state."""
    digest = hashlib.sha256(str(state.resolve()).encode()).hexdigest()[:16]
    base = next((base for base in OUTSIDE if reachable(base) and is_safe(base)), None)
    if base is None:
        raise RuntimeError(
            f"{UNPRIVILEGED} can reach neither {state} nor {' nor '.join(map(str, OUTSIDE))}; "
            "give --state a directory every account can enter."
        )
    return base / digest


def is_safe(base: Path) -> bool:
    """Whether we made `base`, or can make it: in a public directory a stranger may have been first."""
    return base.stat().st_uid == os.geteuid() if base.exists() else os.access(base.parent, os.W_OK)


def temporary() -> Path:
    """A directory for temporary files that the servers' account can reach."""
    candidates = [Path(tempfile.gettempdir()), Path("/tmp"), Path("/var/tmp")]  # noqa: S108
    return next((place for place in candidates if reachable(place)), candidates[0])


def open_to_server_user(directory: Path) -> None:
    """Make a directory, and the missing ones above it, that the servers' account can walk through."""
    for folder in (*reversed(directory.parents), directory):
        if not folder.exists():
            folder.mkdir(exist_ok=True)
            let_server_user_through(folder)


def let_server_user_through(directory: Path) -> None:
    """Give a directory of ours its mode explicitly: the umask or mkdtemp may have been stricter."""
    directory.chmod(0o711 if server_user() else 0o700)


def give_to_server_user(directory: Path) -> None:
    """Make a private directory owned by the account that runs the server."""
    directory.mkdir(parents=True, exist_ok=True)
    directory.chmod(0o700)
    user = server_user()
    if user is not None:
        account = pwd.getpwnam(user)
        os.chown(directory, account.pw_uid, account.pw_gid)


def give_descriptor_to_server_user(descriptor: int) -> None:
    """Let the servers' account open a descriptor of ours by its /dev/fd name."""
    user = server_user()
    if user is not None:
        os.fchown(descriptor, pwd.getpwnam(user).pw_uid, -1)


def within_reach(source: Path, *, siblings: tuple[str, ...], home: Path) -> Path:
    """
    `source`, or a copy of it and its siblings in `home` when the servers' account can't use it.

    Binaries find their libraries by a path relative to themselves, hence the siblings.
    """
    if reachable(source) and usable(source):
        return source
    # Another installation gets another copy, and the one before is of no use any more.
    copies = home / f"programs-{source.stat().st_mtime_ns}"
    for earlier in home.glob("programs-*"):
        if earlier != copies:
            shutil.rmtree(earlier)
    open_to_server_user(copies)
    for name in (source.name, *siblings):
        if (source.parent / name).exists() and not (copies / name).exists():
            partial = copies / f".{name}.partial"
            shutil.rmtree(partial, ignore_errors=True)
            shutil.copytree(source.parent / name, partial, ignore=UNUSED)
            for copied in (partial, *partial.rglob("*")):
                mode = copied.stat().st_mode
                copied.chmod(0o755 if mode & stat.S_IXUSR else 0o644)
            partial.rename(copies / name)
    return copies / source.name


def usable(programs: Path) -> bool:
    """Whether everybody may read and run what is installed here; a strict umask forbids it."""
    return server_user() is None or all(
        entry.stat().st_mode & (stat.S_IXOTH if entry.is_dir() else stat.S_IROTH)
        for entry in (programs, *programs.glob("*"), *programs.glob("*/bin/*"))
    )
