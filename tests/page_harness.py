"""What tests of pages ask of a page that Streamlit's own harness ran."""

from conftest import ROOT
from streamlit.testing.v1 import AppTest

PAGES = sorted(path.name for path in (ROOT / "pages").glob("[!_]*.py"))


def said(app: AppTest) -> str:
    """All that a page says outside of its tables."""
    parts = [*app.title, *app.markdown, *app.caption, *app.subheader, *app.error, *app.warning, *app.info]
    return "\n".join(part.value for part in parts)


def shown(app: AppTest) -> dict[str, str]:
    return {metric.label: metric.value for metric in app.metric}


def links(app: AppTest) -> dict[str, str]:
    """The page's links to other pages and sites: their label, and the address or the page and its parameters."""
    return {
        link.proto.label: "?".join(filter(None, [link.proto.page, link.proto.query_string]))
        for link in app.get("page_link")
    }
