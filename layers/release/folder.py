"""A release on its way: files are written aside, each on the disk before it counts, and appear all at once at the end.

What a broken run left is taken up again: the list of finished files stands beside them, and a release that is asked for
once more has the same bytes.
"""

import contextlib
import errno
import fcntl
import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from geo.errors import HaiphongError, InvalidParameter
from layers.release import sums

_DONE = "done"
_FILES = "files"
Write = Callable[[Path], None]
"""Writes one file at the path it is given."""


class Staging:
    """The folder `.<release>.part` beside the releases, held by one writer at a time."""

    def __init__(self, out: Path, release: str) -> None:
        self.release = out / release
        self.part = out / f".{release}.part"
        self.files = self.part / _FILES
        self.digests: dict[str, str] = {}

    @classmethod
    @contextlib.contextmanager
    def opened(cls, out: Path, release: str) -> Iterator["Staging"]:
        """The staging of this release under `out`, with what an earlier run finished.

        Raises InvalidParameter when the release is there already or another run is writing it, HaiphongError when the
        disk refuses; the releases that are there stay as they are.
        """
        staging = cls(out, release)
        if staging.release.exists():
            raise InvalidParameter(
                f"{staging.release}: bản phát hành này đã có, không ghi đè / this release exists and is never "
                "overwritten. The data has not changed since; choose another folder, layers or as-of."
            )
        with contextlib.ExitStack() as held:
            with _told(staging.part):
                staging.files.mkdir(parents=True, exist_ok=True)
                lock = held.enter_context((staging.part / "lock").open("w"))
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise InvalidParameter(f"{staging.part}: another run is writing this release; wait for it.") from None
            staging._take_up()
            yield staging

    def _take_up(self) -> None:
        done = self.part / _DONE
        if done.exists():
            # The last line may have been cut by a power failure.
            whole = done.read_bytes().rpartition(b"\n")[0]
            for path, digest in sums.read(whole).items():
                if (self.files / path).is_file() and sums.digest(self.files / path) == digest:
                    self.digests[path] = digest
        for left in list(self.files.rglob("*")):
            if left.is_file() and left.relative_to(self.files).as_posix() not in self.digests:
                left.unlink()

    def add(self, name: str, write: Write) -> None:
        """The file `name` (with forward slashes) as `write` makes it; left alone when an earlier run finished it."""
        if name in self.digests:
            return
        path = self.files / name
        with _told(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            write(path)
            path.chmod(0o644)
            _to_disk(path)
            self.digests[name] = sums.digest(path)
            with (self.part / _DONE).open("ab") as done:
                done.write(sums.written({name: self.digests[name]}))
                done.flush()
                os.fsync(done.fileno())

    def add_bytes(self, name: str, content: bytes) -> None:
        """A file of these bytes."""
        self.add(name, lambda path: _write(path, [content]))

    def finish(self, sealing: Iterable[tuple[str, bytes]]) -> None:
        """Add the files that seal the others, and let the release appear under its name."""
        with _told(self.release):
            for name, content in sealing:
                _write(self.files / name, [content])
                _to_disk(self.files / name)
            for folder in (*(path for path in self.files.rglob("*") if path.is_dir()), self.files):
                _to_disk(folder)
            self.files.rename(self.release)
            _to_disk(self.release.parent)
            shutil.rmtree(self.part)


def replace(path: Path, content: bytes) -> None:
    """Put a file in the place of the one that is there; a reader sees the old one or the new one, never half of it."""
    aside = path.with_name(f".{path.name}.part")
    with _told(path):
        _write(aside, [content])
    move_in(aside, path)


def move_in(aside: Path, path: Path) -> None:
    """Put a finished file in the place of the one that is there, if any; both in one folder."""
    with _told(path):
        _to_disk(aside)
        aside.replace(path)
        _to_disk(path.parent)


def _write(path: Path, pieces: Iterable[bytes]) -> None:
    with path.open("wb") as file:
        file.writelines(pieces)


def _to_disk(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextlib.contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise HaiphongError(
                f"{path}: hết chỗ trên đĩa / no space left. Free some and run the same command again: "
                "what is finished stays, earlier releases are untouched."
            ) from error
        raise HaiphongError(
            f"{path} cannot be written ({error.strerror}); earlier releases are untouched. Name a folder of yours."
        ) from error
