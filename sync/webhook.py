"""The change feed's webhook, made and unmade by the owner's word; the job itself never does either."""

from collections.abc import Collection
from contextlib import suppress
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from settings.errors import MilestonesError, SettingsError
from sync.airtable import AirtableBase
from sync.feed import ended
from sync.notes import Feed, feed_of, set_feed
from sync.writable import try_writing

AFTER_ITS_END = "changes come with the next full read, and from then on every run reads everything"


class Action(StrEnum):
    """What the owner may want."""

    CREATE = "create"
    DELETE = "delete"
    STATUS = "status"


def act(
    action: Action, source: AirtableBase, engine: Engine | None, now: datetime, webhook_id: str | None = None
) -> str:
    """Does it, and says in one line what was done or is so.

    Args:
        engine: the store's; None where there is none, which cannot be where a webhook is to be made.
        now: UTC.
        webhook_id: of a webhook to delete that the store does not know, such as one made with another store.

    Raises:
        SettingsError: there is one already, or none, or an id is given that has no part in it.
        MilestonesError: as the calls to Airtable and `try_writing` do. Creating needs creator rights on the base.
    """
    if webhook_id and action is not Action.DELETE:
        raise SettingsError(f"webhook {action} takes no --id", "Leave it out; it says which one to delete")
    feed = feed_of(engine, source.base) if engine else None
    if engine and action is Action.CREATE:
        return _create(source, engine, feed)
    hooks = {str(hook.get("id")): hook for hook in source.webhooks()}
    if action is Action.DELETE and webhook_id and webhook_id not in (feed.webhook_id if feed else None,):
        if webhook_id not in hooks:
            raise SettingsError(f"Base {source.base} has no webhook {webhook_id}", _others(hooks, feed) or "See status")
        source.delete_webhook(webhook_id)
        return f"deleted webhook {webhook_id} of {source.base}"
    if engine is None or feed is None:
        raise SettingsError(
            f"This store knows no webhook of base {source.base}",
            f"Make one with: python -m sync webhook create. {_others(hooks, feed)}".strip(),
        )
    hook = hooks.get(feed.webhook_id)
    if action is Action.DELETE:
        if hook:
            source.delete_webhook(feed.webhook_id)
        set_feed(engine, source.base, None)
        return f"deleted webhook {feed.webhook_id} of {source.base}; every run reads everything from now on"
    if hook is None or ended(hook, now):
        state = "is gone; every run reads everything" if hook is None else f"has ended; {AFTER_ITS_END}"
        raise SettingsError(
            f"Webhook {feed.webhook_id} of {source.base} {state}",
            "Make it anew: python -m sync webhook delete, then create",
        )
    there = hook.get("cursorForNextPayload")
    behind = there - feed.cursor if feed.cursor and isinstance(there, int) else "all"
    expires = hook.get("expirationTime") or "never"
    told = f"webhook {feed.webhook_id} of {source.base} is enabled, expires {expires}, {behind} payloads to read"
    return f"{told}. {_others(hooks, feed)}".rstrip(". ") + ("." if _others(hooks, feed) else "")


def _others(hooks: Collection[str], feed: Feed | None) -> str:
    """Which other webhooks the base has, and how one is deleted; Airtable allows ten."""
    others = sorted(set(hooks) - {feed.webhook_id if feed else ""})
    many = ", ".join(others)
    return f"The base has others, this program's or not: {many} (delete one with --id)" if others else ""


def _create(source: AirtableBase, engine: Engine, feed: Feed | None) -> str:
    if feed and any(hook.get("id") == feed.webhook_id for hook in source.webhooks()):
        raise SettingsError(
            f"Webhook {feed.webhook_id} of base {source.base} is there already", "Delete it first to make it anew"
        )
    try_writing(engine.url)  # else there would be a webhook that no store knows
    webhook_id = source.create_webhook()
    try:
        set_feed(engine, source.base, webhook_id)
    except SQLAlchemyError:
        with suppress(MilestonesError):
            source.delete_webhook(webhook_id)
        raise
    return f"made webhook {webhook_id} of {source.base}; after the next run, which reads everything, runs read changes"
