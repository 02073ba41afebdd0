"""A client for strongSwan's control protocol, which `swanctl` speaks too.

Messages are sections of named values and lists, here dicts with strings and lists; see README.md of
strongSwan's vici plugin. Starting `swanctl` for each question takes seconds on an emulated machine.
"""

import socket
import struct
from pathlib import Path
from typing import Any, Mapping, Union

Message = Mapping[str, Union[str, list[str], "Message"]]

_REQUEST, _RESPONSE, _UNKNOWN, _REGISTER, _CONFIRM, _EVENT = 0, 1, 2, 3, 5, 7
_SECTION, _SECTION_END, _VALUE, _LIST, _ITEM, _LIST_END = 1, 2, 3, 4, 5, 6


class ViciError(Exception):
    """strongSwan refused a command."""


def _name(text: str) -> bytes:
    return struct.pack("!B", len(text)) + text.encode()


def _text(text: str) -> bytes:
    return struct.pack("!H", len(text.encode())) + text.encode()


def encode(message: Message) -> bytes:
    out = b""
    for key, value in message.items():
        if isinstance(value, str):
            out += bytes([_VALUE]) + _name(key) + _text(value)
        elif isinstance(value, list):
            items = b"".join(bytes([_ITEM]) + _text(item) for item in value)
            out += bytes([_LIST]) + _name(key) + items + bytes([_LIST_END])
        else:
            out += bytes([_SECTION]) + _name(key) + encode(value) + bytes([_SECTION_END])
    return out


def decode(data: bytes) -> dict[str, Any]:
    at = 0

    def text(width: int) -> str:
        nonlocal at
        length = int.from_bytes(data[at : at + width], "big")
        at += width + length
        return data[at - length : at].decode(errors="replace")

    root: dict[str, Any] = {}
    sections: list[dict[str, Any]] = [root]
    items: list[str] = []
    while at < len(data):
        kind, at = data[at], at + 1
        if kind == _SECTION:
            section: dict[str, Any] = {}
            sections[-1][text(1)] = section
            sections.append(section)
        elif kind == _SECTION_END:
            sections.pop()
        elif kind == _VALUE:
            key = text(1)
            sections[-1][key] = text(2)
        elif kind == _LIST:
            items = sections[-1].setdefault(text(1), [])
        elif kind == _ITEM:
            items.append(text(2))
        elif kind != _LIST_END:
            raise ViciError(f"element {kind} in a message")
    return root


class Vici:
    """One connection; a command or a subscription at a time."""

    def __init__(self, path: Path, seconds: float) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.settimeout(seconds)
        self._socket.connect(str(path))

    def __enter__(self) -> "Vici":
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def _send(self, kind: int, name: str, body: bytes = b"") -> None:
        packet = bytes([kind]) + _name(name) + body
        self._socket.sendall(struct.pack("!I", len(packet)) + packet)

    def _receive(self) -> tuple[int, bytes]:
        packet = self._exactly(int.from_bytes(self._exactly(4), "big"))
        return packet[0], packet[1:]

    def _exactly(self, length: int) -> bytes:
        data = b""
        while len(data) < length:
            part = self._socket.recv(length - len(data))
            if not part:
                raise ViciError("strongSwan closed the control connection")
            data += part
        return data

    def call(self, command: str, **arguments: Any) -> dict[str, Any]:
        """A command with an answer; `success` = no in it is an error."""
        self._send(_REQUEST, command.replace("_", "-"), encode(arguments))
        kind, body = self._receive()
        if kind != _RESPONSE:
            raise ViciError(f"strongSwan does not know the command {command}")
        answer = decode(body)
        if answer.get("success", "yes") != "yes":
            raise ViciError(f"{command}: {answer.get('errmsg', 'failed')}")
        return answer

    def stream(self, command: str, event: str, **arguments: Any) -> list[dict[str, Any]]:
        """A command that answers by a series of events."""
        self._send(_REGISTER, event)
        if self._receive()[0] != _CONFIRM:
            raise ViciError(f"strongSwan does not know the event {event}")
        self._send(_REQUEST, command.replace("_", "-"), encode(arguments))
        events: list[dict[str, Any]] = []
        while True:
            kind, body = self._receive()
            if kind == _RESPONSE:
                return events
            if kind != _EVENT:
                raise ViciError(f"{command}: unexpected answer {kind}")
            events.append(decode(body[1 + body[0] :]))
