"""Who may see the dashboard: decided where data is loaded, so on every page, however it was come by."""

import re
import time
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT, Config
from oidc_standin import Provider
from playwright.sync_api import Page, expect
from serving import Dashboard
from streamlit.testing.v1 import AppTest

from view.access import sign_in_is_possible

PAGES = sorted(path.stem for path in (ROOT / "pages").glob("[!_]*.py"))
ASK = "Olive Grant, olive@example.org"
ACCESS = {"emails": ["Guest@Elsewhere.org"], "domains": ["Example.org"], "ask": ASK}
AUTH = {"auth": {"redirect_uri": "http://127.0.0.1/oauth2callback", "cookie_secret": "kept"}}


def somebody(**claims: object) -> dict[str, Any]:
    return {"is_logged_in": True, "email": "ann@example.org", "iat": time.time(), **claims}


ENTER = """
import streamlit as st

from settings.errors import MilestonesError
from view.access import viewer
from view.board import place

try:
    place()
except MilestonesError as error:
    st.error(f"{type(error).__name__}: {error}")
else:
    person = viewer()
    st.error(f"{person.name} {person.email}" if person else "nobody")
"""


@pytest.fixture
def entered(write_config: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """What becomes of a visitor with these claims, secrets and this section of config.toml."""

    def visit(user: dict[str, Any], access: object = ACCESS, secrets: dict[str, Any] = AUTH) -> str:
        monkeypatch.setenv("MILESTONES_CONFIG", str(write_config(access=access)))
        (tmp_path / "enter.py").write_text(ENTER, encoding="utf-8")
        app = AppTest.from_file(str(tmp_path / "enter.py"), default_timeout=30)
        app.user, app.secrets = user, secrets
        sign_in_is_possible.clear()
        app.run()
        assert not app.exception, app.exception
        [said] = app.error
        return str(said.value)

    return visit


def test_without_the_section_everybody_comes_in(entered: Any) -> None:
    assert entered({}, access=None, secrets={}) == "nobody"
    assert entered(somebody(name="Ann"), access=None) == "Ann ann@example.org"


@pytest.mark.parametrize(
    "claims",
    [
        {"email": "ann@example.org"},
        {"email": "ANN@EXAMPLE.ORG", "email_verified": True},
        {"email": "guest@elsewhere.org"},
        {"email": None, "preferred_username": "ann@example.org"},
    ],
)
def test_whoever_is_named_comes_in(entered: Any, claims: dict[str, Any]) -> None:
    assert entered(somebody(**claims)).casefold().endswith(str(claims["email"] or "ann@example.org").casefold())


@pytest.mark.parametrize(
    "claims",
    [
        {"email": "other@elsewhere.org"},
        {"email": "ann@evil-example.org"},
        {"email": "ann@example.org.evil.net"},
        {"email": "ann@sub.example.org"},
        {"email": "example.org"},
        {"email": "@example.org"},
        {"email": ""},
        {"email": "ann@example.org", "email_verified": False},
    ],
)
def test_nobody_else_does_and_is_told_whom_to_ask(entered: Any, claims: dict[str, Any]) -> None:
    said = entered(somebody(**claims))
    assert said.startswith("NoAccess: ") and said.endswith(f"Ask {ASK}")


@pytest.mark.parametrize("user", [{}, {"is_logged_in": False}, {"is_logged_in": False, "email": "ann@example.org"}])
def test_nobody_comes_in_unsigned(entered: Any, user: dict[str, Any]) -> None:
    assert entered(user).startswith("SignInNeeded: ")


@pytest.mark.parametrize("ago", [24 * 3600 + 60, None])
def test_a_sign_in_ends(entered: Any, ago: float | None) -> None:
    claims = {} if ago is None else {"iat": time.time() - ago}
    user = somebody(**claims)
    if ago is None:
        del user["iat"]
    assert entered(user).startswith("SignInNeeded: You signed in more than 24 hours ago")


def test_a_section_without_a_way_to_sign_in_is_a_fault(entered: Any) -> None:
    assert "no section [auth]" in entered({}, secrets={})


@pytest.mark.parametrize("access", [{"ask": ASK}, {"domains": ["example.org"]}, {"emails": ["ann"], "ask": ASK}])
def test_a_section_that_lets_nobody_in_or_names_nobody_to_ask_is_a_fault(entered: Any, access: object) -> None:
    assert entered(somebody(), access=access).startswith("SettingsError: ")


def test_people_sign_in_at_the_provider_and_pages_opened_cold_show_nothing_before(
    page: Page, dashboard: Dashboard
) -> None:
    with Provider(email="ann@example.org", email_verified=True, name="Hugo Martins") as provider:
        url = dashboard(sign_in=provider.secrets, access=ACCESS)
        for name in PAGES:  # the first of them runs alone: nobody has declared a navigation yet
            page.goto(f"{url}/{'' if name == 'overview' else name}")
            expect(page.get_by_role("button", name="Sign in").first).to_be_visible()
            expect(page.get_by_test_id("stDataFrame")).to_have_count(0)
            expect(page.locator(".summary .number")).to_have_count(0)
            expect(page.get_by_label("Search", exact=True)).to_have_count(0)
        page.get_by_test_id("stMain").get_by_role("button", name="Sign in").click()
        expect(page.get_by_text("Signed in as Hugo Martins")).to_be_visible()
        expect(page.locator(".summary .number").first).to_be_visible()
        assert "/token" in provider.asked

        page.get_by_role("link", name="Project", exact=True).click()
        expect(page.get_by_text("My projects", exact=True)).to_be_visible()
        mine = page.get_by_role("link", name=re.compile("· Hugo Martins"))
        expect(mine.nth(1)).to_be_visible()
        name = (mine.first.text_content() or "").removeprefix("person").split(" · ")[0]
        mine.first.click()
        expect(page.get_by_role("heading", name=name, exact=True)).to_be_visible()
        expect(page.get_by_text("Product manager Hugo Martins")).to_be_visible()

        page.get_by_role("button", name="Sign out").click()
        expect(page.get_by_test_id("stMain").get_by_role("button", name="Sign in")).to_be_visible()
        expect(page.locator(".summary .number")).to_have_count(0)

        provider.person = {"email": "mallory@elsewhere.org", "name": "Mallory"}
        page.get_by_test_id("stMain").get_by_role("button", name="Sign in").click()
        expect(page.get_by_text("mallory@elsewhere.org may not see this dashboard")).to_be_visible()
        expect(page.get_by_text(ASK)).to_be_visible()
        expect(page.locator(".summary .number")).to_have_count(0)
        expect(page.get_by_role("button", name="Sign out")).to_be_visible()
