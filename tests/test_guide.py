"""The user guide as HTML: whole, self-contained, and refused where something is broken."""

from __future__ import annotations

import re
import runpy
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pytest

from xps import resources

ROOT = Path(__file__).parents[1]
PAGES = runpy.run_path(str(ROOT / "docs" / "pages.py"))
Make = Callable[[], Path]


class Links(HTMLParser):
    """What a page links to or loads, and the places in it that can be linked to."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.links: list[str] = []
        self.loads: list[str] = []
        self.ids: list[str] = []
        self.tags: list[str] = []
        self.feed(path.read_text("utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.tags.append(tag)
        self.ids += [found["id"]] if found.get("id") else []
        if tag == "a":
            self.links.append(found["href"] or "")
        self.loads += [found[name] or "" for name in ("src", "srcset") if name in found]
        self.loads += [found["href"] or ""] if tag == "link" else []


@pytest.fixture(scope="module")
def guide(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made") / "guide"
    PAGES["build"](ROOT / "docs", folder, "1.2.3")
    return folder


def html(guide: Path) -> list[Path]:
    return sorted(guide.rglob("*.html"))


def test_every_page_of_the_documentation_is_in_the_guide(guide: Path) -> None:
    sources = [*(ROOT / "docs" / "guide").rglob("*.md"), *(ROOT / "docs" / "reference").glob("*")]
    assert {page.stem for page in html(guide)} == {source.stem for source in sources}
    assert (guide / "index.html").is_file()


def test_every_link_and_picture_of_the_guide_is_inside_it(guide: Path) -> None:
    ids = {page.resolve(): Links(page).ids for page in html(guide)}
    for page in html(guide):
        for link in Links(page).links + Links(page).loads:
            if re.match(r"https?://", link):
                continue
            file, _, anchor = link.partition("#")
            target = (page.parent / unquote(file)).resolve() if file else page.resolve()
            assert target.is_relative_to(guide.resolve()), link
            assert target.is_file(), f"{page.name}: {link}"
            assert not anchor or unquote(anchor) in ids[target], f"{page.name}: {link}"


def test_every_picture_is_shown_somewhere(guide: Path) -> None:
    shown = {path.name for path in (guide / "pictures").iterdir()}
    shown |= set(
        re.findall(r"docs/pictures/([\w-]+\.png)", (ROOT / "README.md").read_text("utf-8"))
    )
    assert {path.name for path in (ROOT / "docs" / "pictures").iterdir()} == shown


def test_the_guide_needs_no_network_and_no_script(guide: Path) -> None:
    for page in html(guide):
        found = Links(page)
        assert not {"script", "iframe", "object", "form"} & set(found.tags)
        assert not [load for load in found.loads if ":" in load or load.startswith("//")]
    assert not re.search(r"@import|url\(", (guide / "guide.css").read_text("utf-8"))


def test_every_page_leads_to_every_other(guide: Path) -> None:
    for page in html(guide):
        reached = {
            (page.parent / link.partition("#")[0]).resolve()
            for link in Links(page).links
            if link and not link.startswith(("#", "http"))
        }
        assert reached | {page.resolve()} >= {other.resolve() for other in html(guide)}


def test_places_in_a_page_have_names_of_their_own(guide: Path) -> None:
    for page in html(guide):
        ids = Links(page).ids
        assert len(ids) == len(set(ids)), page.name


def test_options_keep_their_dashes_where_a_command_is_parted_between_lines(guide: Path) -> None:
    page = (guide / "reference" / "command-line.html").read_text("utf-8")
    assert '<span class="short">[--sample</span> <span class="short">TEXT]</span>' in page
    assert '<code><span class="short">doublet --example</span></code>' in page


@pytest.fixture
def made(tmp_path: Path) -> Make:
    """A guide of two pages and a picture, whole until a test breaks it."""
    docs = tmp_path / "docs"
    files = {
        "guide/index.md": "# Guide\n\n## Pages\n\n- [One](../reference/one.md): first\n",
        "reference/one.md": "# One\n\n## A place\n\n[up](#a-place)\n\n![Plot](../pictures/a.png)\n",
        "pictures/a.png": "",
    }
    for name, text in files.items():
        (docs / name).parent.mkdir(parents=True, exist_ok=True)
        (docs / name).write_text(text, "utf-8")

    def make() -> Path:
        PAGES["build"](docs, tmp_path / "out", "1")
        return tmp_path / "out"

    return make


def test_a_small_guide_is_made_with_its_picture(made: Make) -> None:
    out = made()
    assert {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()} == {
        "index.html",
        "guide.css",
        "reference/one.html",
        "pictures/a.png",
    }


def test_spectra_that_a_page_links_to_come_with_the_guide(made: Make, tmp_path: Path) -> None:
    spectra = tmp_path / "resources" / "samples" / "a.vms"
    spectra.parent.mkdir(parents=True)
    spectra.write_text("VAMAS", "utf-8")
    page = tmp_path / "docs" / "reference" / "one.md"
    page.write_text("# One\n\n[a](../../resources/samples/a.vms)\n", "utf-8")
    out = made()
    assert (out / "samples" / "a.vms").read_text("utf-8") == "VAMAS"
    assert Links(out / "reference" / "one.html").links.count("../samples/a.vms") == 1


@pytest.mark.parametrize(
    ("added", "reason"),
    [
        ("[x](two.md)", "leads to no page"),
        ("[x](#nowhere)", "leads to no heading"),
        ("[x](../guide/index.md#nowhere)", "leads to no heading"),
        ("[x](../../pyproject.toml)", "leads to no page"),
        ("![x](../pictures/b.png)", "missing"),
        ("![](../pictures/a.png)", "without a description"),
        ("<script>1</script>", "holds HTML"),
        ("words <b>bold</b>", "holds HTML"),
    ],
)
def test_a_page_with_a_fault_is_refused(
    made: Make, tmp_path: Path, added: str, reason: str
) -> None:
    page = tmp_path / "docs" / "reference" / "one.md"
    page.write_text(f"{page.read_text('utf-8')}\n{added}\n", "utf-8")
    with pytest.raises(PAGES["GuideError"], match=reason):
        made()


def test_a_page_outside_the_navigation_is_refused(made: Make, tmp_path: Path) -> None:
    (tmp_path / "docs" / "reference" / "two.md").write_text("# Two\n", "utf-8")
    with pytest.raises(PAGES["GuideError"], match=r"reference/two\.md is not in the navigation"):
        made()


def test_a_page_of_the_navigation_that_is_missing_is_refused(made: Make, tmp_path: Path) -> None:
    (tmp_path / "docs" / "reference" / "one.md").unlink()
    with pytest.raises(PAGES["GuideError"], match="which is missing"):
        made()


def test_a_page_without_a_title_is_refused(made: Make, tmp_path: Path) -> None:
    (tmp_path / "docs" / "reference" / "one.md").write_text("words\n", "utf-8")
    with pytest.raises(PAGES["GuideError"], match="title"):
        made()


def test_text_of_a_page_is_escaped(made: Make, tmp_path: Path) -> None:
    (tmp_path / "docs" / "reference" / "one.md").write_text("# A < B & C\n", "utf-8")
    text = (made() / "reference" / "one.html").read_text("utf-8")
    assert "<title>A &lt; B &amp; C – Doublet</title>" in text
    assert '<h1 id="a--b--c">A &lt; B &amp; C</h1>' in text


def test_the_page_of_the_guide_is_found_where_it_was_made(
    guide: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resources, "_GUIDE", guide)
    assert resources.guide_page() == guide / "index.html"
    assert resources.guide_page("reference/checks") == guide / "reference" / "checks.html"
    assert resources.guide_page("no-such-page") is None
