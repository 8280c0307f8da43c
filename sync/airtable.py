"""Airtable's Web API through pyairtable. The only module that knows either of them, and their traps.

Limits and error bodies: https://airtable.com/developers/web/api/rate-limits and .../errors.
"""

import os
from collections.abc import Collection, Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Protocol, cast

import orjson
import requests
from pyairtable import Api
from requests.adapters import HTTPAdapter
from requests.utils import get_environ_proxies

from settings.errors import BadAnswer, QuotaExhausted, TryAgain
from settings.models import AirtableSettings
from sync.limiter import Limiter
from sync.mapping import TablePlan
from sync.refusals import NEW_WEBHOOK, endpoint, error_body, host, refusal, trouble, was_sent

PAGE_SIZE = 100
PAYLOADS_PER_CALL = 50
EXPIRED = ("LIST_RECORDS_ITERATOR_NOT_AVAILABLE", "INVALID_OFFSET_VALUE")
CONNECT_AND_READ_SECONDS = (10, 60)
ATTEMPTS = 5

Record = dict[str, Any]


class IteratorExpired(BadAnswer):
    """Airtable forgot the cursor of a read."""


class Source(Protocol):
    """Where a run reads: a base over HTTP, or the sample base in files. Both answer in Airtable's own JSON."""

    base: str

    @property
    def calls(self) -> int:
        """Requests sent so far."""
        ...

    def schema(self) -> Any:
        """The body of `GET /v0/meta/bases/{base}/tables`."""

    def pages(self, plan: TablePlan, ids: Collection[str] | None = None) -> Iterator[list[Record]]:
        """A table's records, or these of them, page by page, with the mapped fields only, cells keyed by field id."""
        ...


class _PacedAdapter(HTTPAdapter):
    """Paces and counts what really goes over the wire."""

    def __init__(self, limiter: Limiter, connections: int) -> None:
        super().__init__(pool_maxsize=connections)
        self._limiter = limiter
        self.sent = 0

    def send(self, *args: Any, **kwargs: Any) -> requests.Response:
        with self._limiter.request():
            self.sent += 1
            try:
                response = super().send(*args, **kwargs)
            except requests.ConnectionError as error:
                self.sent -= not was_sent(error)
                raise
        # One without a Location is no redirect to the client, which would take its body for an answer.
        if 300 <= response.status_code < 400:
            response.close()
            raise requests.TooManyRedirects(response=response)
        return response


class AirtableBase:
    """A base over HTTP.

    Every method raises TokenError (401, 403), QuotaExhausted (the month's calls are used up), BadAnswer (an answer
    that no mirror may be made of), TryAgain (trouble that outlasted the retries).
    """

    def __init__(
        self,
        base: str,
        token: str,
        settings: AirtableSettings,
        limiter: Limiter | None = None,
        connections: int = 8,
    ) -> None:
        self.base = base
        address = endpoint()
        self._limiter = limiter or Limiter(settings.requests_per_second)
        self._penalty = settings.penalty_seconds
        self._api = Api(
            token,
            endpoint_url=address,
            timeout=CONNECT_AND_READ_SECONDS,
            retry_strategy=None,
            use_field_ids=True,
        )
        session = self._api.session
        # With trust_env, an entry in ~/.netrc silently replaces the token; proxies are wanted all the same.
        session.trust_env = False
        session.verify = os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE") or True
        session.proxies.update(get_environ_proxies(address))
        session.max_redirects = 0
        self._adapter = _PacedAdapter(self._limiter, connections)
        session.mount("https://", self._adapter)
        session.mount("http://", self._adapter)
        session.hooks["response"].append(self._note_time)
        self.server_time: datetime | None = None  # UTC; what the last answer gave as its time

    @property
    def calls(self) -> int:
        """Requests sent so far, retries included."""
        return self._adapter.sent

    def schema(self) -> Any:
        """The body of `GET /v0/meta/bases/{base}/tables`, one call."""
        return self._request("GET", self._api.build_url("meta", "bases", self.base, "tables"), "the schema")

    def pages(self, plan: TablePlan, ids: Collection[str] | None = None) -> Iterator[list[Record]]:
        """A table's records, page by page, with the mapped fields only, cells keyed by field id; a call per page.

        Args:
            ids: reads these records only, a hundred a call; those that are no more are left out.

        Raises:
            IteratorExpired: Airtable forgot the cursor; what was read of the table is to be discarded.
        """
        query: dict[str, Any] = {"fields": [column.field_id for column in plan.columns], "pageSize": PAGE_SIZE}
        what = f"table {plan.table_name!r}"
        if ids is None:
            yield from self._pages(plan.table_id, what, query)
            return
        wanted = sorted(ids)
        for start in range(0, len(wanted), PAGE_SIZE):
            named = ",".join(f"RECORD_ID()='{record_id}'" for record_id in wanted[start : start + PAGE_SIZE])
            yield from self._pages(plan.table_id, what, {**query, "filterByFormula": f"OR({named})"})

    def peek(self, table: str, fields: list[str], most: int = 1) -> list[Record]:
        """The first records of a table (by id or name) with these fields only, cells keyed by field id; one call."""
        query = {"fields": fields, "pageSize": most, "maxRecords": most}
        return next(self._pages(table, f"table {table}", query))

    def _pages(self, table: str, what: str, query: dict[str, Any]) -> Iterator[list[Record]]:
        # https://airtable.com/developers/web/api/list-records: by POST an address never grows too long, and it takes a
        # fraction of the time to make one.
        url = self._api.table(self.base, table).urls.records_post
        offsets: set[str] = set()
        while True:
            body = self._request("POST", url, what, json={**query, "returnFieldsByFieldId": True})
            if not isinstance(body, dict) or not isinstance(body.get("records"), list):
                raise BadAnswer(f"Airtable's answer for {what} has no records", "Run again")
            yield body["records"]
            offset = body.get("offset")
            if not offset:
                return
            if not isinstance(offset, str):
                raise BadAnswer(f"Airtable's answer for {what} does not say where it goes on", "Run again")
            if offset in offsets:
                raise BadAnswer(f"Airtable repeated a page of {what}", "Run again")
            offsets.add(offset)
            query = {**query, "offset": offset}

    def payloads(self, webhook_id: str, cursor: int, most_calls: int) -> tuple[list[Any], int, bool]:
        """What happened since a cursor; a call for every fifty payloads.

        Returns:
            The payloads, the next cursor, and whether there are more than so many calls bring.
        """
        url = self._webhook_url(webhook_id, "payloads")
        found: list[Any] = []
        for _ in range(most_calls):
            body = self._request("GET", url, "the change feed", params={"cursor": cursor, "limit": PAYLOADS_PER_CALL})
            shape = {"payloads": list, "cursor": int, "mightHaveMore": bool}
            if not isinstance(body, dict) or any(type(body.get(key)) is not kind for key, kind in shape.items()):
                raise BadAnswer("Airtable's answer for the change feed has no payloads", "Run again")
            if body.get("error") or (body["mightHaveMore"] and not body["payloads"]):
                raise BadAnswer("Airtable's change feed does not go on", "Run again")
            # Payloads are numbered one by one and kept for a week: a number that is skipped is a change that is lost.
            if body["cursor"] != cursor + len(body["payloads"]):
                raise BadAnswer("Airtable's change feed has a gap", "Run again")
            found += body["payloads"]
            cursor = body["cursor"]
            if not body["mightHaveMore"]:
                return found, cursor, False
        return found, cursor, True

    def webhooks(self) -> list[dict[str, Any]]:
        """The base's webhooks, one call: `id`, `cursorForNextPayload`, `expirationTime`, …"""
        body = self._request("GET", self._webhook_url(), "the webhooks")
        if not isinstance(body, dict) or not isinstance(body.get("webhooks"), list):
            raise BadAnswer("Airtable's answer for the webhooks has none", "Run again")
        return [item for item in body["webhooks"] if isinstance(item, dict)]

    def create_webhook(self) -> str:
        """Makes a webhook that tells of everything in the base and notifies nobody; its id. Two calls, or three.

        Where the answer is lost, the webhook may have been made all the same: it is then the one that is new.
        """
        everything = {"options": {"filters": {"dataTypes": ["tableData", "tableFields", "tableMetadata"]}}}
        before = {hook.get("id") for hook in self.webhooks()}
        try:
            specification = {"specification": everything}
            body = self._request("POST", self._webhook_url(), NEW_WEBHOOK, again=False, json=specification)
        except TryAgain:
            made = [hook["id"] for hook in self.webhooks() if hook.get("id") not in before]
            if len(made) != 1:
                raise
            return str(made[0])
        if not isinstance(body, dict) or not isinstance(body.get("id"), str):
            raise BadAnswer("Airtable's answer for a new webhook has no id", "See the base's webhooks, and try again")
        return str(body["id"])

    def delete_webhook(self, webhook_id: str) -> None:
        """Deletes a webhook."""
        self._request("DELETE", self._webhook_url(webhook_id), "the webhook")

    def _webhook_url(self, *parts: str) -> str:
        return self._api.build_url("bases", self.base, "webhooks", *parts)

    def _note_time(self, response: requests.Response, *_: Any, **__: Any) -> None:
        try:
            self.server_time = parsedate_to_datetime(response.headers["Date"]).astimezone(UTC).replace(tzinfo=None)
        except (KeyError, ValueError):
            return

    def _request(self, method: str, url: str, what: str, *, again: bool = True, **kwargs: Any) -> Any:
        """One request, tried again while that can help.

        Args:
            again: whether it may be sent once more when nobody knows what became of it.
        """
        for attempt in range(1, ATTEMPTS + 1):
            known_refused = False
            try:
                return self._answer(method, url, **kwargs)
            except requests.HTTPError as error:
                response = cast(requests.Response, error.response)
                wait, met = self._wait_after(response, what, attempt), f"HTTP {response.status_code}"
                known_refused = response.status_code == 429
            except requests.TooManyRedirects as error:
                raise BadAnswer(f"Airtable redirected the request for {what}", "Check AIRTABLE_ENDPOINT_URL") from error
            except (ValueError, OSError, RecursionError) as error:
                wait, met = _backoff(attempt), trouble(error, what, url)
            # All tables wait: trouble at Airtable's end is seldom trouble with one table.
            self._limiter.hold(wait)
            if not (again or known_refused):
                break
        where, times = host(url), f"{attempt} attempt{'s' if attempt > 1 else ''}"
        raise TryAgain(f"{where} did not give {what} in {times}; the last met {met}", "Run again later")

    def _answer(self, method: str, url: str, **kwargs: Any) -> Any:
        """What one request brings; None for an answer without a body.

        pyairtable's own `request` would prepare it twice, and make text of its answer twice.
        """
        response = self._api.session.request(method, url, timeout=CONNECT_AND_READ_SECONDS, **kwargs)
        response.raise_for_status()
        try:
            return orjson.loads(response.content) if response.content else None
        except orjson.JSONDecodeError:  # it takes no half a character, which LEFT() can leave of an emoji
            return response.json()

    def _wait_after(self, response: requests.Response, what: str, attempt: int) -> float:
        """How long to wait after an error answer before trying again; raises where trying again cannot help."""
        status = response.status_code
        kind, message = error_body(response, self._api.api_key)
        if status == 429 and kind == "PUBLIC_API_BILLING_LIMIT_EXCEEDED":
            raise QuotaExhausted(
                f"The month's API calls of the workspace of base {self.base} are used up",
                "Run less often, or choose a plan with more calls",
            )
        if status == 429:
            return self._penalty
        if status >= 500 or status == 408:  # a timeout
            return _backoff(attempt)
        if status == 422 and kind in EXPIRED:
            raise IteratorExpired(f"Airtable forgot how far {what} was read", "Run again")
        raise refusal(self.base, status, kind, message, what)


def _backoff(attempt: int) -> float:
    return float(2 ** (attempt - 1))
