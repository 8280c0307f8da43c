"""The change feed's webhook, made and unmade by the owner's word; the job itself never does either."""

from enum import StrEnum

from sqlalchemy import Engine

from settings.errors import SettingsError
from sync.airtable import AirtableBase
from sync.notes import Feed, feed_of, set_feed


class Action(StrEnum):
    """What the owner may want."""

    CREATE = "create"
    DELETE = "delete"
    STATUS = "status"


def act(action: Action, source: AirtableBase, engine: Engine) -> str:
    """Does it, and says in one line what was done or is so.

    Raises:
        SettingsError: there is one already, or none.
        MilestonesError: as the calls to Airtable do. Creating needs creator rights on the base.
    """
    feed = feed_of(engine, source.base)
    if action is Action.CREATE:
        return _create(source, engine, feed)
    if feed is None:
        raise SettingsError(
            f"This store knows no webhook of base {source.base}", "Make one with: python -m sync webhook create"
        )
    hook = next((item for item in source.webhooks() if item.get("id") == feed.webhook_id), None)
    if action is Action.DELETE:
        if hook:
            source.delete_webhook(feed.webhook_id)
        set_feed(engine, source.base, None)
        return f"deleted webhook {feed.webhook_id} of {source.base}; every run reads everything from now on"
    if hook is None:
        return f"webhook {feed.webhook_id} of {source.base} is gone; delete and create it anew"
    state = "disabled" if hook.get("isHookEnabled") is False else "enabled"
    behind = int(hook.get("cursorForNextPayload", feed.cursor)) - feed.cursor if feed.cursor else "all"
    expires = hook.get("expirationTime", "never")
    return f"webhook {feed.webhook_id} of {source.base} is {state}, expires {expires}, {behind} payloads to read"


def _create(source: AirtableBase, engine: Engine, feed: Feed | None) -> str:
    if feed and any(hook.get("id") == feed.webhook_id for hook in source.webhooks()):
        raise SettingsError(
            f"Webhook {feed.webhook_id} of base {source.base} is there already", "Delete it first to make it anew"
        )
    webhook_id = source.create_webhook()
    set_feed(engine, source.base, webhook_id)
    return f"made webhook {webhook_id} of {source.base}; after the next run, which reads everything, runs read changes"
