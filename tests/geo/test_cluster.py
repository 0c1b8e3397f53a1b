"""The private cluster: alone on its machine, durable, and back on its feet after a sudden end."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread

import pytest
from sqlalchemy import NullPool, create_engine, text

from geo import processes
from geo.cluster import Cluster
from geo.errors import ClusterError
from geo.place import LONGEST_SOCKET_BYTES, Place, find_place

Start = Callable[..., Cluster]


@pytest.fixture
def start(short_folder: Path, furnish: Callable[[Path], Path]) -> Iterator[Start]:
    """Starts durable clusters in folders of this test, and stops and removes them after it."""
    started: list[Cluster] = []
    top = short_folder / f"cluster-{time.monotonic_ns()}"
    top.mkdir()

    def begin(name: str = "home") -> Cluster:
        cluster = Cluster(furnish(top / name), lambda _: None)
        started.append(cluster)
        cluster.start()
        return cluster

    yield begin
    for cluster in started:
        place = place_of(cluster)
        cluster.stop()
        shutil.rmtree(place.folder)
    shutil.rmtree(top)


def place_of(cluster: Cluster) -> Place:
    return find_place(cluster.home, lambda _: None)


def ask(cluster: Cluster, sql: str) -> str:
    status = cluster.status()
    assert status is not None
    engine = create_engine(status.url, poolclass=NullPool)
    with engine.begin() as connection:
        answer = connection.execute(text(sql))
        return str(answer.scalar()) if answer.returns_rows else ""


def awaited(look: Callable[[], bool], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not look():
        assert time.monotonic() < end
        time.sleep(0.05)


def runs(cluster: Cluster) -> bool:
    status = cluster.status()
    return status is not None and status.running


def kill_everything(cluster: Cluster) -> None:
    for pid in processes.of(place_of(cluster).data):
        os.kill(pid, signal.SIGKILL)


def test_acknowledged_means_durable(start: Start) -> None:
    cluster = start()
    for setting in ("fsync", "full_page_writes", "synchronous_commit", "data_checksums"):
        assert ask(cluster, f"SHOW {setting}") == "on"


def test_nobody_reaches_it_but_through_its_closed_folder(start: Start) -> None:
    cluster = start()
    place = place_of(cluster)
    assert ask(cluster, "SHOW listen_addresses") == ""
    assert place.sockets.stat().st_mode & 0o777 == 0o700
    assert place.data.stat().st_mode & 0o777 == 0o700
    assert place.socket.is_socket()


def test_it_speaks_vietnamese_and_has_what_the_store_needs(start: Start) -> None:
    cluster = start()
    assert ask(cluster, "SELECT lower('HẢI PHÒNG ĐỒ SƠN')") == "hải phòng đồ sơn"
    for name in ("postgis", "unaccent", "pg_trgm"):
        ask(cluster, f"CREATE EXTENSION {name}")
    on_the_meridian = "ST_SetSRID(ST_MakePoint(105, 20.8), 4326)"  # of UTM zone 48: 500 km by definition
    assert ask(cluster, f"SELECT round(ST_X(ST_Transform({on_the_meridian}, 32648)))::int") == "500000"


def test_a_statement_ends_with_the_program_that_asked_it(start: Start) -> None:
    cluster = start()
    status = cluster.status()
    assert status is not None
    ask_long = f"""
from sqlalchemy import create_engine, text
create_engine({status.url!r}).connect().execute(text("SELECT pg_sleep(600)"))
"""
    working = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep%' AND state = 'active'"
    program = subprocess.Popen([sys.executable, "-c", ask_long])
    try:
        awaited(lambda: ask(cluster, working) == "1")
    finally:
        program.kill()
        program.wait()
    awaited(lambda: ask(cluster, working) == "0")


def test_starting_twice_is_starting_once(start: Start) -> None:
    cluster = start()
    first = cluster.status()
    cluster.start()
    assert cluster.status() == first


def test_two_who_start_at_once_meet_in_one_cluster(start: Start) -> None:
    cluster = start()
    cluster.stop()
    urls: list[str] = []
    both = [Thread(target=lambda: urls.append(Cluster(cluster.home, lambda _: None).start())) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert len(urls) == 2
    assert len(set(urls)) == 1


def test_two_clones_side_by_side_never_meet(start: Start) -> None:
    one, other = start("one"), start("other")
    ask(one, "CREATE TABLE only_here ()")
    assert ask(other, "SELECT to_regclass('only_here')") == "None"
    one.stop()
    assert ask(other, "SELECT 1") == "1"


def test_a_copied_clone_does_not_mistake_the_server_of_the_original_for_its_own(start: Start) -> None:
    original = start("original")
    copied = original.home.with_name("copied")
    ask(original, "CHECKPOINT")
    subprocess.run(["cp", "-a", original.home, copied], check=True)
    shutil.rmtree(copied / "cluster" / "run")
    assert (copied / "cluster/data/postmaster.pid").exists()
    copy = start("copied")
    assert place_of(copy).socket != place_of(original).socket
    assert ask(original, "SELECT pg_postmaster_start_time()") != ask(copy, "SELECT pg_postmaster_start_time()")


def test_after_a_power_cut_every_acknowledged_row_is_there(start: Start) -> None:
    cluster = start()
    ask(cluster, "CREATE TABLE project AS SELECT 301 AS number")
    kill_everything(cluster)
    assert (place_of(cluster).data / "postmaster.pid").exists()
    cluster.start()
    assert ask(cluster, "SELECT number FROM project") == "301"


def test_a_stranger_who_got_the_dead_servers_number_is_left_alone(start: Start) -> None:
    cluster = start()
    cluster.stop()
    place = place_of(cluster)
    with subprocess.Popen(["cat"], stdin=subprocess.PIPE, cwd="/", **place.user.drop()) as stranger:
        stale = f"{stranger.pid}\n{place.data}\n0\n5432\n{place.sockets}\n\n0 0\n"
        (place.data / "postmaster.pid").write_text(stale)
        place.socket.with_name(f"{place.socket.name}.lock").write_text(stale)
        assert not runs(cluster)
        cluster.start()
        assert stranger.poll() is None
        stranger.communicate()
    assert ask(cluster, "SELECT 1") == "1"


def test_a_folder_that_was_half_made_is_made_anew(start: Start) -> None:
    cluster = start()
    cluster.stop()
    place = place_of(cluster)
    place.data.rename(place.folder / "data.new")
    (place.folder / "data.new" / "PG_VERSION").unlink()
    cluster.start()
    assert ask(cluster, "SELECT 1") == "1"
    assert not (place.folder / "data.new").exists()


def test_a_folder_that_is_no_database_is_not_touched(start: Start) -> None:
    cluster = start()
    cluster.stop()
    version = place_of(cluster).data / "PG_VERSION"
    version.rename(version.with_name("PG_VERSION.kept"))
    with pytest.raises(ClusterError, match="Move it away"):
        cluster.start()
    version.with_name("PG_VERSION.kept").rename(version)


def test_a_clone_deep_in_folders_with_vietnamese_names_works(start: Start) -> None:
    deep = start(f"{'thư mục rất dài, có dấu phẩy/' * 5}Bản đồ 'Hải Phòng'")
    place = place_of(deep)
    assert len(bytes(place.socket)) <= LONGEST_SOCKET_BYTES
    assert place.sockets.stat().st_mode & 0o777 == 0o700
    assert place.sockets.stat().st_uid == place.user.uid
    assert ask(deep, "SELECT 1") == "1"
    deep.stop()
    assert not place.sockets.is_symlink()


def test_the_last_one_out_stops_it_unless_it_was_started_to_stay(start: Start) -> None:
    cluster = start()
    with cluster.in_use(), cluster.in_use():
        pass
    assert not runs(cluster)
    cluster.start()
    cluster.keep(wanted=True)
    with cluster.in_use():
        pass
    assert runs(cluster)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root starts servers as somebody else")
def test_a_clone_that_only_root_may_enter_keeps_its_data_where_the_server_can_go(start: Start) -> None:
    home = start("first").home.with_name("closed") / "clone"
    home.parent.mkdir(mode=0o700)
    said: list[str] = []
    cluster = start("closed/clone")
    place = find_place(home, said.append)
    assert home not in place.folder.parents
    assert (home / "cluster").is_symlink()
    assert said == []  # told once, when the place was chosen
    ask(cluster, "CREATE TABLE only_here ()")
    subprocess.run(["cp", "-a", home, home.with_name("copy")], check=True)
    copy = start("closed/copy")
    assert ask(copy, "SELECT to_regclass('only_here')") == "None"
    cluster.stop()
    home.rename(home.with_name("moved"))
    moved = Cluster(home.with_name("moved"), lambda _: None)
    moved.start()
    assert ask(moved, "SELECT to_regclass('only_here')") == "only_here"
    moved.stop()
    home.with_name("moved").rename(home)


def test_a_home_that_cannot_be_written_is_named_with_the_way_out(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ClusterError, match=r"file/home cannot be written[^/]*HAIPHONG_HOME"):
        Cluster(tmp_path / "file/home", lambda _: None).start()
