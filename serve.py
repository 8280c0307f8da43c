"""Serves the dashboard; what its pages need is there before the first visitor comes."""

import logging
import pkgutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module

import streamlit as st

import view
from view.board import load_ahead

# That nobody visits while things are loaded ahead is meant.
logging.getLogger("streamlit.runtime.scriptrunner_utils.script_run_context").setLevel(logging.ERROR)


@asynccontextmanager
async def ready(_app: st.App) -> AsyncIterator[None]:
    """Imports what pages import, which takes seconds, and holds the mirror."""
    for module in pkgutil.iter_modules(view.__path__):
        import_module(f"view.{module.name}")
    load_ahead()
    yield


app = st.App("dashboard.py", lifespan=ready)
