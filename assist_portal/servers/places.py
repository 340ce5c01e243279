"""Where the servers keep their things: a locked folder of ours and socket folders with short names."""

import fcntl
import hashlib
import os
import tempfile
from pathlib import Path

from assist_portal.servers.processes import OURSELVES, CannotStart, Identity

LONGEST_SOCKET_PATH = 100  # the kernel takes 107 bytes on Linux and 103 on macOS


class Lock:
    """One owner per folder. The kernel drops it whatever way the owner dies, so it is never stale."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.file = path.open("a+")
        os.register_at_fork(after_in_child=self.file.close)  # a fork that outlives its owner would keep it
        try:
            fcntl.flock(self.file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self.file.seek(0)
            owner = self.file.read().strip() or "unknown"
            self.file.close()
            raise CannotStart(f"The portal already runs on {path.parent} (process {owner}).") from None
        self.file.seek(0)
        self.file.truncate()
        self.file.write(str(os.getpid()))
        self.file.flush()


def socket_folder(preferred: Path, socket_name: str, owner: Identity = OURSELVES) -> Path:
    """Return `preferred`, or a private folder in the temporary one when its path is too long for a socket.

    The folder belongs to `owner`, and only the owner may enter.

    :raises CannotStart: when somebody else sits on the private folder's name.
    """
    folder = preferred
    if len(os.fsencode(preferred / socket_name)) > LONGEST_SOCKET_PATH:
        mark = hashlib.sha256(os.fsencode(preferred)).hexdigest()[:12]
        folder = Path(tempfile.gettempdir()) / f"assist-{os.getuid()}-{mark}"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if folder.is_symlink() or folder.stat().st_uid not in {os.geteuid(), owner.uid}:
        raise CannotStart(f"{folder} belongs to somebody else; remove it, or move the data with VAR.")
    hand_over(folder, owner)
    return folder


def hand_over(folder: Path, owner: Identity) -> None:
    """Make the folder private to its owner."""
    folder.chmod(0o700)
    if owner.uid is not None and owner.gid is not None:
        os.chown(folder, owner.uid, owner.gid)
