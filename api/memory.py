"""Memory: what the C library no longer uses is given back, and what stays is not looked through."""

import ctypes
import gc

_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8
_KB = 1024


def give_back() -> None:
    """Let this process and those forked from it hold what they need, and little more. Elsewhere than in glibc, nothing.

    Left alone, glibc raises its own bounds as soon as a large answer was let go (to 32 MB, and twice that at the end of
    each of sixteen heaps), and keeps what many threads have needed at once for ever. With bounds so low that
    every page comes from the system anew, each costs a third more.
    """
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):
        return
    mallopt(_MMAP_THRESHOLD, 256 * _KB)
    mallopt(_TRIM_THRESHOLD, 8 * _KB * _KB)
    mallopt(_ARENA_MAX, 4)


def grow() -> None:
    """Look for no garbage while what stays is made, until `settle`.

    The imports and the application are 200 000 objects; to go through them again and again as they grow took a start a
    fifth of its time, and found some 700 to let go.
    """
    gc.disable()


def settle() -> None:
    """All that was made stays as long as the process: nobody looks through it, so that workers go on sharing it."""
    gc.freeze()
    gc.enable()
