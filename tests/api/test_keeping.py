"""Which answers stay in memory: without a server, for what leaves first is a matter of order alone."""

from api.keeping import LARGEST, Keeping
from api.reply import JOINED, Key, Reply

SIZE = 100_000
ONCE, AGAIN = 4 * SIZE + 50_000, 10 * SIZE + 100_000
"""Room for four and for ten answers, with what each takes beside its bytes."""


def key(name: str) -> Key:
    return ("http", name)


def reply(*pieces: bytes) -> Reply:
    return Reply("1", b"", 200, [], pieces or (bytes(SIZE),))


def asked(keeping: Keeping, name: str) -> bool:
    """Ask for an answer, which is made where it is not kept; whether it was."""
    if keeping.get(key(name)) is not None:
        return True
    keeping.put(key(name), reply())
    return False


def test_what_everybody_asks_outlives_a_walk_through_all_pages() -> None:
    keeping = Keeping(ONCE, AGAIN)
    for name in "ab" * 2:
        asked(keeping, name)
    for page in range(1000):
        asked(keeping, f"page {page}")
    assert asked(keeping, "a")
    assert asked(keeping, "b")
    assert not asked(keeping, "page 0")


def test_what_is_asked_in_turn_stays_though_it_never_fits_among_what_was_asked_once() -> None:
    keeping = Keeping(ONCE, AGAIN)
    rounds = [[asked(keeping, f"box {number}") for number in range(9)] for _ in range(3)]
    assert rounds[2] == [True] * 9


def test_memory_is_bounded_and_the_longest_unused_leaves_first() -> None:
    keeping = Keeping(ONCE, AGAIN)
    for name in [f"{number}" for number in range(12) for _ in range(2)]:
        asked(keeping, name)
        assert keeping.bytes <= ONCE + AGAIN
    assert [f"{number}" for number in range(12) if key(f"{number}") not in keeping] == ["0", "1"]
    for number in range(100):
        asked(keeping, f"once {number}")
        assert keeping.bytes <= ONCE + AGAIN


def test_an_answer_of_another_version_takes_the_place_of_the_older_one() -> None:
    keeping = Keeping(ONCE, AGAIN)
    for _ in range(3):
        keeping.put(key("a"), reply())
    before = keeping.bytes
    newest = reply()
    keeping.put(key("a"), newest)
    assert keeping.get(key("a")) is newest
    assert keeping.bytes == before


def test_a_very_large_answer_is_not_kept_and_neither_is_what_it_replaces() -> None:
    keeping = Keeping()
    keeping.put(key("a"), reply())
    keeping.put(key("a"), reply(bytes(LARGEST + 1)))
    assert key("a") not in keeping
    assert keeping.bytes == 0


def test_what_stays_is_one_piece_with_the_same_bytes() -> None:
    keeping, pieces = Keeping(), tuple(bytes([number]) * JOINED for number in range(3))
    keeping.put(key("a"), reply(*pieces))
    kept = keeping.get(key("a"))
    assert kept is not None
    assert list(kept.pieces) == [b"".join(pieces)]


def test_a_short_answer_is_put_together_anew_when_the_second_is_another_one() -> None:
    short = Reply("1", b"", 200, [(b"etag", b"a")], (b"body",))
    for line in (b"date: 1\r\n", b"date: 1\r\n", b"date: second\r\n"):
        assert short.wire(line) == b"HTTP/1.1 200 OK\r\n" + line + b"etag: a\r\n\r\nbody"
        assert short.wire(line).startswith(short.start(line))
