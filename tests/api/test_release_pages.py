"""The page of downloads, and the folder of releases behind it: what is read there, and what never is."""

import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from html import unescape
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import geopandas
import pytest
from fastapi import FastAPI
from sqlalchemy import Connection, Engine
from starlette.testclient import TestClient

from api.main import create_app
from geo.settings import Settings
from layers.catalog import Catalog
from layers.release.publish import publish
from layers.release.release import Wanted
from tests.factories import edit, fact, point, store

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{7*7}}"
SETTINGS = Settings.from_env({})


@pytest.fixture(scope="module")
def shelf(own_engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two releases of the ports: in the second a port is being built, and one with a hostile name came."""
    out = tmp_path_factory.mktemp("shelf")
    steps = [
        [edit("cang-a", geometry=point(), facts=(fact("proposed", valid_from="2023"),))],
        [
            edit("cang-a", geometry=point(), facts=(fact("under_construction", valid_from="2025-12"),)),
            edit("cang-b", name_vi=HOSTILE),
        ],
    ]
    catalog = Catalog.load(SETTINGS.definitions)
    for edits in steps:
        with own_engine.begin() as connection:
            store(connection, *edits)
        with own_engine.connect() as connection, connection.begin():
            publish(connection, catalog, SETTINGS.data, SETTINGS.web / "node_modules", out, Wanted(("port",)))
    return out


@pytest.fixture(scope="module")
def site(own_engine: Engine, shelf: Path) -> FastAPI:
    return create_app(replace(SETTINGS, releases=shelf), own_engine)


@pytest.fixture
def reader(site: FastAPI) -> TestClient:
    return TestClient(site, base_url="http://map.example", follow_redirects=False)


@pytest.fixture
def releases(reader: TestClient) -> list[str]:
    return [one["release"] for one in reader.get("/releases/releases.json").json()["releases"]]


def test_without_releases_every_collection_is_offered_as_it_is_today(
    client: TestClient, connection: Connection
) -> None:
    store(connection, edit("cang-a"), edit("cang-b"))
    for lang, words in (("vi", ("Tải về", "2 dự án", "Ghi nguồn")), ("en", ("Downloads", "2 projects", "Attribution"))):
        page = client.get("/tai-ve", params={"lang": lang})
        assert (page.status_code, page.headers["content-language"]) == (200, lang), page.text
        assert all(word in page.text for word in words)
        assert {f"/layers/port.{suffix}" for suffix in ("geojson", "gpkg", "fgb", "parquet", "kml", "csv")} <= set(
            re.findall(r'href="(/layers/port\.\w+)"', page.text)
        )
        assert "/releases/" not in page.text
        assert not re.search(r"<script(?!( type=\"module\")? src=)|\sstyle=|\son\w+=", page.text)
    assert client.get("/releases/releases.json").status_code == 404
    assert client.get("/tai-ve?release=2025-01-01-00000000").status_code == 404


def test_a_release_tells_sizes_and_what_it_changed(reader: TestClient, releases: list[str], shelf: Path) -> None:
    page = reader.get("/tai-ve").text
    size = (shelf / releases[0] / "layers/port.kml").stat().st_size
    assert f'href="/releases/{releases[0]}/layers/port.kml"' in page
    assert (
        f"{size / 1000:.1f} kB".replace(".", ",") in page or f"{size} B" in page or f"{round(size / 1000)} kB" in page
    )
    assert "đề xuất → đang thi công (12/2025)" in page
    assert "proposed → under construction (Dec 2025)" in reader.get("/tai-ve?lang=en").text
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    first = reader.get(f"/tai-ve?release={releases[1]}").text
    assert "đang thi công" not in first.split("<table")[0]
    assert 'href="/layers/port.kml"' in reader.get("/tai-ve?release=today").text


def test_a_dated_release_is_kept_for_ever_and_the_index_is_asked_for_anew(
    reader: TestClient, releases: list[str]
) -> None:
    path = f"/releases/{releases[0]}/layers/port.geojson"
    dated = reader.get(path)
    assert dated.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert dated.headers["content-type"] == "application/geo+json"
    assert dated.headers["access-control-allow-origin"] == "*"
    assert dated.headers["x-content-type-options"] == "nosniff"
    assert reader.get(path, headers={"If-None-Match": dated.headers["etag"]}).status_code == 304
    for fresh in ("releases.json", "releases.atom", "latest/layers/port.geojson"):
        assert reader.get(f"/releases/{fresh}").headers["cache-control"] == "no-cache", fresh
    assert reader.get("/releases/latest/layers/port.geojson").content == dated.content


@pytest.mark.parametrize(
    ("file", "kind"),
    [
        ("tiles/haiphong.pmtiles", "application/vnd.pmtiles"),
        ("layers/port.parquet", "application/vnd.apache.parquet"),
        ("layers/port.fgb", "application/flatgeobuf"),
        ("layers/port.gpkg", "application/geopackage+sqlite3"),
        ("styles/port.sld", "application/vnd.ogc.sld+xml"),
        ("dcat.jsonld", "application/ld+json"),
        ("README.md", "text/markdown; charset=utf-8"),
        ("SHA256SUMS", "text/plain; charset=utf-8"),
        ("styles/port.png", "image/png"),
    ],
)
def test_files_have_their_media_types_and_are_read_in_parts(
    reader: TestClient, releases: list[str], shelf: Path, file: str, kind: str
) -> None:
    content = (shelf / releases[0] / file).read_bytes()
    path = f"/releases/{releases[0]}/{file}"
    part = reader.get(path, headers={"Range": "bytes=7-70"})
    assert (part.status_code, part.content) == (206, content[7:71])
    assert part.headers["content-range"] == f"bytes 7-70/{len(content)}"
    assert part.headers["content-type"] == kind
    assert "content-encoding" not in part.headers
    head = reader.head(path)
    assert (head.headers["content-length"], head.headers["accept-ranges"]) == (str(len(content)), "bytes")
    assert reader.get(path, headers={"Range": f"bytes={len(content)}-"}).status_code == 416
    preflight = reader.options(path, headers={"Access-Control-Request-Headers": "range"})
    assert "Range" in preflight.headers["access-control-allow-headers"]


@pytest.mark.parametrize(
    "path",
    [
        "../pyproject.toml", "..%2fpyproject.toml", "%2e%2e/pyproject.toml", "....//pyproject.toml",
        "..%5cpyproject.toml",
        "%00", "/etc/passwd", "%2fetc/passwd", "latest/../../secret", ".hidden.part/files/x", "latest/.hidden", "link",
        "latest/" + "a" * 5000, "nothing", "latest/layers", "latest/layers/",
    ],
)  # fmt: skip
def test_nothing_outside_of_the_folder_is_read(reader: TestClient, shelf: Path, path: str) -> None:
    (shelf.parent / "secret").write_text("hush")
    (shelf / ".hidden.part/files").mkdir(parents=True, exist_ok=True)
    (shelf / ".hidden.part/files/x").write_text("hush")
    if not (shelf / "link").is_symlink():
        (shelf / "link").symlink_to(shelf.parent / "secret")
    answer = reader.get(f"/releases/{path}")
    assert answer.status_code in (404, 405), answer.status_code
    assert "hush" not in answer.text


def test_the_folder_of_a_release_leads_to_its_page(reader: TestClient, releases: list[str]) -> None:
    for path, to in ((releases[1], f"/tai-ve?release={releases[1]}"), ("", "/tai-ve"), ("latest/", "/tai-ve")):
        answer = reader.get(f"/releases/{path}")
        assert (answer.status_code, answer.headers["location"]) == (307, to), path


def codes(page: str, name: str) -> list[str]:
    found = re.findall(rf"<h4>{name}</h4><pre[^>]*><code>(.*?)</code>", page, re.DOTALL)
    return [unescape(one) for one in found]


@contextmanager
def folder_served(folder: Path) -> Iterator[str]:
    """Any static server: a release needs no other."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(SimpleHTTPRequestHandler, directory=folder))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_the_snippets_run_as_they_stand(reader: TestClient, shelf: Path, tmp_path: Path) -> None:
    page = reader.get("/tai-ve").text
    with folder_served(shelf) as address:

        def here(name: str) -> str:
            [code] = [one for one in codes(page, name) if "/port." in one]
            return code.replace("http://map.example/releases", address)

        subprocess.run(here("curl").split(), cwd=tmp_path, check=True, capture_output=True)
        assert len(geopandas.read_file(tmp_path / "port.gpkg", layer="port")) == 2
        told: dict[str, geopandas.GeoDataFrame] = {}
        exec(here("GeoPandas"), told)  # noqa: S102 -- what the page tells people to run
        assert sorted(told["features"]["id"]) == ["cang-a", "cang-b"]
        node = shutil.which("node")
        assert node is not None
        run = [node, "--input-type=module", "--eval", here("JavaScript")]
        assert subprocess.run(run, check=True, capture_output=True, text=True).stdout == "2\n"


def test_a_page_with_scripts_of_its_own_is_a_download_and_the_site_is_opened(
    reader: TestClient, releases: list[str], shelf: Path
) -> None:
    name = releases[-1]
    assert (shelf / name / "haiphong.html").is_file()
    copy = reader.get(f"/releases/{name}/haiphong.html")
    assert copy.headers["content-disposition"] == 'attachment; filename="haiphong.html"'
    site = shelf / name / "site"
    site.mkdir()
    (site / "index.html").write_text("<title>site</title>")
    try:
        opened = reader.get(f"/releases/{name}/site/index.html")
        assert "content-disposition" not in opened.headers
        assert f"/releases/{name}/site/index.html" in reader.get("/tai-ve", params={"release": name}).text
    finally:
        (site / "index.html").unlink()
        site.rmdir()
