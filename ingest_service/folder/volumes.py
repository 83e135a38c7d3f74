"""The watched folder and the file systems mounted below it: which are present, and which were replaced.

A path says nothing about what is mounted there. Each volume is therefore remembered with the file system that holds it
and with its inode. The kernel's list of mounts (proc(5), `/proc/PID/mountinfo`) also shows a bind mount of the same
device, which no device number does.
"""

import errno
import functools
import json
import os
import stat
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from ingest_service import file_names
from ingest_service.folder import scan

MOUNTS = Path("/proc/self/mountinfo")
ROOT = ""
NOT_MOUNTED = "no file system can be reached there"
Covered = Callable[[str, bool], bool]
"""Whether a path, and whether it is a folder, is ignored, or a folder above it is."""


@dataclass(frozen=True, slots=True)
class Volume:
    """The watched folder, or a mount point below it. `mount` is the absolute path of the mount that holds it.

    `file_system` names the file system independently of its device number, which may differ after every mount.
    It is empty if the release that remembered the volume did not record it.
    """

    mount: str
    device: int
    inode: int
    file_system: str

    def is_same(self, other: "Volume") -> bool:
        """Whether both are the same folder of the same file system."""
        if self.file_system and other.file_system:
            return (self.inode, self.file_system) == (other.inode, other.file_system)
        return (self.inode, self.device) == (other.inode, other.device)


Volumes: TypeAlias = Mapping[str, Volume]
"""Volumes by their path relative to the watched folder, whose own path is empty."""


@dataclass(frozen=True, slots=True)
class VolumeChange:
    """A volume that differs from the remembered one; `place` is its absolute path."""

    path: str
    place: str
    condition: Literal["missing", "replaced"]

    def __str__(self) -> str:
        if self.condition == "missing":
            return f"source unavailable: {self.place}: {NOT_MOUNTED}"
        return f"another folder or file system is at {self.place}"


@dataclass(frozen=True, slots=True)
class _Mount:
    """One line of the kernel's list; `root` is the folder of the file system that is mounted."""

    number: int
    root: str
    point: str
    source: str


# In a chroot the kernel does not list the mount that holds the new root.
UNLISTED = _Mount(0, "", "", "")


def present(folder: int, remembered: Volumes, ignored: Covered) -> dict[str, Volume]:
    """The volumes that are present now, without ignored ones; `folder` is an open descriptor of the watched folder.

    Opens the mount points, so that automounted file systems are mounted. Raises OSError when the list cannot be read.
    """
    top = str(Path(f"/proc/self/fd/{folder}").readlink())
    for path in remembered:
        with suppress(OSError):
            os.close(_opened(Path(top, file_names.to_name(path))))
    mounts = _mounts(MOUNTS.read_bytes())
    above = top.rstrip("/") + "/"
    volumes = {ROOT: _volume(folder, mounts.get(_mount_number(folder), UNLISTED))}
    for mount in mounts.values():
        name = mount.point.removeprefix(above)
        if name == mount.point or ignored(path := file_names.to_text(name), True):
            continue
        with suppress(OSError):
            volume = _mounted(mount)
            if volume is not None:
                volumes[path] = volume
    return volumes


def changes(root: Path, remembered: Volumes, now: Volumes, ignored: Covered) -> list[VolumeChange]:
    """The missing and the replaced volumes; none while no volumes are remembered."""
    result = []
    for path, volume in sorted(remembered.items()):
        if path != ROOT and ignored(path, True):
            continue
        if path not in now:
            result.append(VolumeChange(path, _place(root, path), "missing"))
        elif not volume.is_same(now[path]):
            result.append(_changed(root, path, volume, now[path]))
    new = sorted(now.keys() - remembered.keys()) if remembered else []
    return [*result, *(VolumeChange(path, _place(root, path), "replaced") for path in new)]


def holding(volumes: Volumes, path: str) -> str:
    """The path of the volume that a file is on."""
    return next(above for above in scan.upwards(path) if above in volumes)


def _changed(root: Path, path: str, before: Volume, now: Volume) -> VolumeChange:
    """The change of a volume. A root that was on its own mount and now is on a mount above is missing."""
    holds = before.mount and root.resolve().is_relative_to(before.mount)
    if path == ROOT and holds and len(now.mount) < len(before.mount):
        return VolumeChange(path, file_names.to_text(before.mount), "missing")
    return VolumeChange(path, _place(root, path), "replaced")


def _place(root: Path, path: str) -> str:
    """The absolute path of a volume, as text."""
    return file_names.to_text(str(root)) + (f"/{path}" if path else "")


def dumped(volumes: Volumes) -> str:
    """The volumes as text for the database."""
    return json.dumps({path: asdict(volume) for path, volume in volumes.items()}, sort_keys=True)


def loaded(text: str) -> dict[str, Volume]:
    """The volumes from the text that `dumped` made."""
    return {path: Volume(**volume) for path, volume in json.loads(text).items()}


def _mounted(mount: _Mount) -> Volume | None:
    """The volume at a mount point; None when another mount hides it."""
    descriptor = _opened(Path(mount.point))
    try:
        return _volume(descriptor, mount) if _mount_number(descriptor) == mount.number else None
    finally:
        os.close(descriptor)


def _opened(path: Path) -> int:
    """A descriptor, for which no right to read is needed. Opening it as a folder mounts an automounted file system."""
    folder = os.O_DIRECTORY if stat.S_ISDIR(path.stat().st_mode) else 0
    return os.open(path, os.O_PATH | os.O_CLOEXEC | folder)


def _volume(descriptor: int, mount: _Mount) -> Volume:
    facts = os.fstat(descriptor)
    number = os.fstatvfs(descriptor).f_fsid
    # Network and user-space file systems have no number of their own; the server's name identifies them.
    file_system = f"{number:x}" if number else f"{mount.source}{mount.root}"
    return Volume(mount.point, facts.st_dev, facts.st_ino, file_system)


def _mount_number(descriptor: int) -> int:
    """The number of the mount that a descriptor is on (proc(5), `fdinfo`)."""
    for line in Path(f"/proc/self/fdinfo/{descriptor}").read_text(encoding="ascii").splitlines():
        name, _, value = line.partition(":")
        if name == "mnt_id":
            return int(value)
    raise OSError(errno.ENOTSUP, "the kernel does not report mounts")


# Each scan reads the list twice, and it hardly ever changes.
@functools.lru_cache(maxsize=1)
def _mounts(content: bytes) -> Mapping[int, _Mount]:
    """The mounts in the kernel's list, by their numbers."""
    return {mount.number: mount for mount in map(_mount, content.splitlines())}


def _mount(line: bytes) -> _Mount:
    before, _, after = line.partition(b" - ")
    number, _, _, root, point, *_ = before.split(b" ")
    _, source, *_ = after.split(b" ")
    return _Mount(int(number), _text(root), _text(point), _text(source))


def _text(field: bytes) -> str:
    """A field of the list: white space and backslashes are written as octal numbers."""
    parts = field.split(b"\\")
    octal = (bytes([int(part[:3], 8)]) + part[3:] for part in parts[1:])
    return os.fsdecode(b"".join([parts[0], *octal]))
