"""The process in which GDAL and Arrow write files (`layers/convert.py`): one file, or many one after another."""

import selectors
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

import orjson

# -I: only what is installed is imported, nothing of ours, and nothing that lies about.
_COMMAND = (sys.executable, "-I", str(Path(__file__).with_name("convert.py")))
_LAST_WORDS = 2_000
Job = Mapping[str, Any]


def once(job: Job, seconds: float) -> Path:
    """The file that the job makes, in a process of its own.

    Raises subprocess.TimeoutExpired after so many seconds, RuntimeError with the last words of a process that failed.
    """
    done = subprocess.run(_COMMAND, input=orjson.dumps(job), capture_output=True, timeout=seconds, check=False)
    if done.returncode:
        raise _failed(job, done.stderr)
    return Path(job["file"])


class Workshop:
    """One process for many files: to start it takes longer than to write a small one."""

    def __enter__(self) -> Self:
        self._errors: IO[bytes] = tempfile.TemporaryFile()
        self._process = subprocess.Popen(_COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._errors)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None:
            self._process.kill()
        self._process.communicate()
        self._errors.close()

    def make(self, job: Job, seconds: float) -> Path:
        """The file that the job makes. Raises as `once` does; the workshop is then closed for good."""
        orders, answers = self._process.stdin, self._process.stdout
        if orders is None or answers is None or self._process.poll() is not None:
            raise self._ended(job)
        orders.write(orjson.dumps(job) + b"\n")
        orders.flush()
        with selectors.DefaultSelector() as waiting:
            waiting.register(answers, selectors.EVENT_READ)
            if not waiting.select(seconds):
                self._process.kill()
                raise subprocess.TimeoutExpired(_COMMAND, seconds)
        if answers.readline().decode().strip() != job["file"]:
            raise self._ended(job)
        return Path(job["file"])

    def _ended(self, job: Job) -> RuntimeError:
        self._process.wait()
        self._errors.seek(0)
        return _failed(job, self._errors.read())


def _failed(job: Job, words: bytes) -> RuntimeError:
    name = Path(job["file"]).name
    return RuntimeError(f"{name} could not be written: {words.decode('utf-8', 'replace')[-_LAST_WORDS:]}")
