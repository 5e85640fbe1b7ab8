"""Carry out gestures on the document; what cannot be done is said in the message bar."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from app.fitting.solver_import import load_solver
from app.gestures.gestures import Change
from app.session.document import Document
from app.widgets.message_bar import Button, MessageBar
from xps.errors import XpsError

_REFUSAL = "refusal"


class Editor:
    """Turns gestures into undo steps.

    Parameters
    ----------
    document : Document
    messages : MessageBar
    """

    def __init__(self, document: Document, messages: MessageBar) -> None:
        self._document = document
        self._messages = messages
        # An offer to undo is for the last edit alone.
        document.stack.indexChanged.connect(messages.clear_info)

    def do(self, gesture: Callable[..., Change], *arguments: Any, merge_key: str = "") -> bool:
        """Carry out a gesture on the present project.

        Parameters
        ----------
        gesture : callable
            One of `app.gestures.gestures`; gets the project and the arguments.
        merge_key : str
            Consecutive gestures of the same key are one undo step; "" never merges.

        Returns
        -------
        bool
            Whether it could be done.
        """
        load_solver()  # some gestures guess areas; a thread may be importing it right now
        try:
            change = gesture(self._document.project, *arguments)
        except XpsError as error:
            self.refuse(str(error))
            return False
        self._messages.settle(_REFUSAL)
        self._document.push(change.project, change.text, merge_key)
        return True

    def remove(self, gesture: Callable[..., Change], *arguments: Any) -> None:
        """Carry out a gesture that takes something away, and offer to undo it."""
        if self.do(gesture, *arguments):
            stack = self._document.stack
            self._messages.info(f"{stack.undoText()}: done.", Button("Undo", stack.undo))

    def offer(self, text: str, button: str, instead: Callable[[], object]) -> None:
        """Say something about the last edit, and offer to undo it and do something instead."""
        stack = self._document.stack

        def act() -> None:
            stack.undo()
            instead()

        self._messages.info(text, Button(button, act))

    def refuse(self, reason: str) -> None:
        """Say why something cannot be done."""
        self._messages.error(reason, topic=_REFUSAL)
