"""Visitors without a browser: each is a websocket that speaks Streamlit's own protocol, as an open page does."""

import asyncio
import time

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect

LARGEST = 64 * 1024 * 1024  # bytes of one message
PATIENCE = 60  # seconds for one answer


class Visitor:
    """One open page; `received` are the bytes of the last answer."""

    def __init__(self, connection: ClientConnection, page: str = "") -> None:
        self._connection = connection
        self._page = page
        self._box = ""  # the id of the text box
        self._known: list[str] = []  # messages that the server need not send again
        self.received = 0

    async def ask(self, search: str | None = None) -> float:
        """Has the page drawn, with these words in its text box; the milliseconds until it is whole."""
        asked = BackMsg()
        asked.rerun_script.page_name = self._page
        asked.rerun_script.cached_message_hashes.extend(self._known)
        if search is not None:
            state = asked.rerun_script.widget_states.widgets.add()
            state.id, state.string_value = self._box, search
        self.received, began = 0, time.perf_counter()
        await self._connection.send(asked.SerializeToString())
        async with asyncio.timeout(PATIENCE):
            while not await self._is_the_last():
                pass
        return (time.perf_counter() - began) * 1000

    async def _is_the_last(self) -> bool:
        raw = await self._connection.recv()
        message = ForwardMsg.FromString(raw if isinstance(raw, bytes) else raw.encode())
        self.received += len(raw)
        if message.hash and message.metadata.cacheable:
            self._known.append(message.hash)
        if message.delta.new_element.HasField("text_input"):
            self._box = message.delta.new_element.text_input.id
        if message.delta.new_element.HasField("exception"):
            raise RuntimeError(message.delta.new_element.exception.message)
        return bool(message.HasField("script_finished"))


def visit(url: str) -> connect:
    """The connection of a visitor of a server such as http://127.0.0.1:8501, to be entered."""
    stream = f"{url.replace('http', 'ws', 1)}/_stcore/stream"
    return connect(stream, subprotocols=["streamlit"], max_size=LARGEST, compression=None)  # type: ignore[list-item]
