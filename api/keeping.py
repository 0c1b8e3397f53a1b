"""Which answers stay in memory, and for how long: what was asked again outlives what was asked once.

Were the longest unused always the first to leave, one program that walks through all pages of a layer would drive out
what everybody asks. So a new answer stands on a small shelf. One that is asked for again while it is there, or soon
after it had to leave, moves to the large one, where the longest unused leaves first (2Q, Johnson and Shasha 1994).
"""

from collections import OrderedDict

from api.reply import Key, Reply

ONCE_BYTES = 8 * 1024 * 1024
"""Of answers that were asked for once."""
AGAIN_BYTES = 44 * 1024 * 1024
"""Of answers that were asked for again."""
LARGEST = 4 * 1024 * 1024
"""An answer over this is not kept."""
_OVERHEAD = 4096
"""What an answer takes beside its bytes: question, headers, the dictionary's share."""
_REMEMBERED = 4096
"""So many that had to leave are known again, by a number each."""


class _Shelf:
    """Answers in the order in which they were put or asked for, bounded in bytes."""

    def __init__(self, most: int) -> None:
        self.replies: OrderedDict[Key, Reply] = OrderedDict()
        self.bytes = 0
        self._most = most

    def put(self, key: Key, reply: Reply) -> list[Key]:
        """Keep an answer that is not there yet; whoever had to leave for it."""
        self.replies[key] = reply
        self.bytes += reply.size + _OVERHEAD
        left = []
        while self.bytes > self._most:
            gone, old = self.replies.popitem(last=False)
            self.bytes -= old.size + _OVERHEAD
            left.append(gone)
        return left

    def take(self, key: Key) -> Reply | None:
        """Take an answer away, where it is there."""
        reply = self.replies.pop(key, None)
        if reply is not None:
            self.bytes -= reply.size + _OVERHEAD
        return reply


class Keeping:
    """The kept answers by what was asked."""

    def __init__(self, once: int = ONCE_BYTES, again: int = AGAIN_BYTES) -> None:
        self._once, self._again = _Shelf(once), _Shelf(again)
        self._left: OrderedDict[int, None] = OrderedDict()

    def __contains__(self, key: Key) -> bool:
        return key in self._again.replies or key in self._once.replies

    @property
    def bytes(self) -> int:
        """What all of them take."""
        return self._once.bytes + self._again.bytes

    def get(self, key: Key) -> Reply | None:
        """The answer that is kept, which somebody asks for."""
        reply = self._again.replies.get(key)
        if reply is not None:
            self._again.replies.move_to_end(key)
            return reply
        reply = self._once.take(key)
        if reply is not None:
            self._stays(key, reply)
        return reply

    def put(self, key: Key, reply: Reply) -> None:
        """Keep an answer that was just made, instead of an older one."""
        known = self._again.take(key) is not None or self._once.take(key) is not None or hash(key) in self._left
        self._left.pop(hash(key), None)
        if reply.size > LARGEST:
            return
        if known:
            self._stays(key, reply)
            return
        for gone in self._once.put(key, reply):
            self._left[hash(gone)] = None
        while len(self._left) > _REMEMBERED:
            self._left.popitem(last=False)

    def _stays(self, key: Key, reply: Reply) -> None:
        reply.gather()
        self._again.put(key, reply)
