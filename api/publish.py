"""`haiphong publish` and `haiphong diff`: releases of the store's own data, in a folder."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

import typer
from sqlalchemy import NullPool, create_engine

from api.parameters import choose
from api.site import PAGES, PROJECT, crawl
from api.store import prepare, store
from geo.errors import InvalidParameter
from geo.packages import Say
from geo.settings import Settings
from layers.catalog import Catalog
from layers.edition.folder import Beside
from layers.release import publish, signing, verify
from layers.release.changes import Comparison, Edition
from layers.release.publish import Step
from layers.release.release import Release, Wanted
from layers.release.telling import Sink, tell


def write(
    settings: Settings, layers: str | None, as_of: str | None, base: str, key: Path | None, out: Path, say: Say
) -> Path:
    """Write a release of these layers (a comma list; None: everything) under `out`; its folder.

    `as_of`: what was recorded up to then, as the API takes it; None: all that is.
    """
    catalog = Catalog.load(settings.definitions, settings.layers_path)
    chosen = choose("layer", layers, tuple(catalog.layers)) if layers else ()
    secret = signing.secret_key(key) if key is not None else None
    with store(settings, say) as url:
        prepare(url, settings, say)
        engine = create_engine(url, poolclass=NullPool, isolation_level="REPEATABLE READ")
        with engine.connect() as connection, connection.begin():
            return publish.publish(
                connection,
                catalog,
                settings.data,
                settings.web / "node_modules",
                out,
                Wanted(chosen, base=base.rstrip("/") + "/" if base else "", as_of=as_of),
                _watched,
                secret,
                say,
                partial(_pages, settings, url, say),
            )


def _pages(settings: Settings, url: str, say: Say, release: Release, each: bool) -> Beside:
    """The pages that the server would write of what the release holds; `each`: one of each project too."""
    from api.main import create_app, read_only_engine

    engine = read_only_engine(url)
    known = release.clocks.known or release.issued
    foot = {
        "vi": f"Bản phát hành {release.name}: dữ liệu ghi nhận đến {release.stamp}.",
        "en": f"Release {release.name}: data as recorded by {release.stamp}.",
    }
    try:
        kinds = PAGES if each else tuple(kind for kind in PAGES if kind != PROJECT)
        return crawl(create_app(settings, engine), known.isoformat(), foot, say, kinds)
    finally:
        engine.dispose()


def differences(
    settings: Settings, old: Path, new: Path, *, unverified: bool, output: Callable[[Comparison], Sink]
) -> dict[str, int]:
    """Tell `output` what changed between two release folders; how many features of each kind.

    Raises InvalidParameter when one is no release, or is not as it was published and `unverified` is not set.
    """
    for folder in (old, new):
        # Without a wish to verify it still has to be a release.
        flaws = verify.verify(folder).flaws
        if flaws and not unverified:
            raise InvalidParameter(
                f"{folder}: không còn nguyên vẹn / not as it was published: {flaws[0]}. "
                "`haiphong verify` kể hết / tells all; --unverified: vẫn so sánh / compare nevertheless."
            )
    catalog = Catalog.load(settings.definitions, settings.layers_path)
    comparison = Comparison(Edition.read(old.resolve()), Edition.read(new.resolve()), catalog)
    if not comparison.shared:
        raise InvalidParameter(f"{old}, {new}: không có bộ dữ liệu chung / they share no collection.")
    return tell(comparison, [output(comparison)])


def _watched(steps: Sequence[Step]) -> Iterator[Step]:
    with typer.progressbar(
        steps, label="Ghi tệp / Writing", item_show_func=lambda step: step.name if step else "", file=_screen()
    ) as shown:
        yield from shown


def _screen() -> typer.FileTextWrite:
    return typer.get_text_stream("stderr")  # type: ignore[return-value]
