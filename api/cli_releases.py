"""`haiphong publish`, `verify`, `diff`: releases, written, checked and compared."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.cli_filters import Filter, Words, given, one_list
from geo.cluster import tell
from geo.errors import InvalidParameter
from geo.settings import Settings

if TYPE_CHECKING:
    from layers.release.changes import Comparison
    from layers.release.telling import Sink

EXIT_OK, EXIT_DIFFERENT = 0, 1
LANGUAGES = ("vi", "en")

app = typer.Typer(rich_markup_mode=None)
Release = Annotated[Path, typer.Argument(help="Thư mục của bản phát hành / the folder of a release.")]
Recorded = Annotated[
    str | None,
    typer.Option(help="Chỉ những gì ghi nhận đến ngày này / only what was recorded by this day: 2026-06-30."),
]


@app.command(
    help="Phát hành dữ liệu ra một thư mục / publish a release into a folder: mọi lớp, mọi định dạng / every layer in "
    "every format, tiles, kiểu vẽ / styles, checksums. Chạy lại sau khi gián đoạn thì làm tiếp / run again, it goes on."
)
def publish(
    out: Annotated[Path, typer.Argument(help="Thư mục chứa các bản phát hành / the folder of all releases.")],
    layer: Filter = None,
    as_of: Recorded = None,
    sign: Annotated[Path | None, typer.Option(help="Khóa bí mật của Minisign / a secret key of Minisign.")] = None,
    base: Annotated[str, typer.Option("--url", help="Địa chỉ sẽ đặt thư mục này / where the folder will stand.")] = "",
) -> None:
    """Write the release, and print its folder."""
    from api import publish as releases

    folder = releases.write(Settings.from_env(os.environ), one_list(layer), as_of, base, sign, out, tell)
    tell(f"Đã phát hành / Published: {folder}")


@app.command(
    help="Bản đồ trong một tệp HTML, mở không cần mạng / the map in one HTML file that opens without a network: "
    "haiphong copy haiphong.html --district cat-hai"
)
def copy(
    file: Annotated[Path, typer.Argument(help="Tệp HTML / the HTML file.")],
    layer: Filter = None,
    district: Filter = None,
    status: Filter = None,
    condition: Filter = None,
    q: Words = None,
    ids: Filter = None,
    as_of: Recorded = None,
) -> None:
    """Write the file, and print how many projects it carries."""
    from api import copies

    asked = given(layer=layer, district=district, status=status, condition=condition, q=q, ids=ids, as_of=as_of)
    found = copies.write(Settings.from_env(os.environ), asked, file, tell)
    tell(f"{found} dự án / projects: {file} ({file.stat().st_size / 1e6:.1f} MB)")


@app.command(
    help="Kiểm tra một bản phát hành, không cần mạng / check a release, without a network; "
    "1 khi có tệp không còn như lúc phát hành / when a file is not as it was published."
)
def verify(
    folder: Release,
    key: Annotated[
        Path | None, typer.Option(help="Khóa công khai của nơi phát hành / the publisher's public key.")
    ] = None,
) -> None:
    """Print what is not as it was published."""
    from layers.release import verify as releases

    verdict = releases.verify(folder, key)
    for line in releases.told(verdict):
        typer.echo(line)
    raise typer.Exit(EXIT_DIFFERENT if verdict.flaws else EXIT_OK)


@app.command(
    help="Hai bản phát hành khác nhau gì, bằng câu / what two releases differ in, in sentences; mã kết thúc như diff / "
    "exit codes as of diff: 0 giống nhau / equal, 1 khác nhau / different, 2 không so sánh được / cannot be compared."
)
def diff(
    old: Release,
    new: Release,
    as_json: Annotated[bool, typer.Option("--json", help="In JSON / print JSON.")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="In bảng CSV / print a table.")] = False,
    lang: Annotated[str, typer.Option(help="vi hoặc/or en")] = "vi",
    unverified: Annotated[
        bool, typer.Option("--unverified", help="Cả khi tệp đã bị sửa / even of files that were changed.")
    ] = False,
) -> None:
    """Print what changed from the older to the newer release."""
    from api.publish import differences
    from layers.release.telling import Csv, Json, Text

    if as_json and as_csv:
        raise InvalidParameter("--json, --csv: chọn một / choose one.")
    if lang not in LANGUAGES:
        raise InvalidParameter(f"--lang {lang!a}: vi hoặc/or en.")

    def output(comparison: "Comparison") -> "Sink":
        if as_json:
            return Json(comparison, sys.stdout.buffer)
        return Csv(sys.stdout.buffer) if as_csv else Text(comparison, lang, typer.echo)

    counts = differences(Settings.from_env(os.environ), old, new, unverified=unverified, output=output)
    sys.stdout.flush()
    raise typer.Exit(EXIT_DIFFERENT if counts["changed"] or counts["collections_in_one_only"] else EXIT_OK)
