"""A problem that a person can meet, raised by a job and shown by geomonitor/errors.py in the one error shape."""

from collections.abc import Mapping, Sequence

from places.message import Message
from places.saying import say


class Problem(Exception):
    """What went wrong as a message (code and parameters), with the HTTP status that fits and what to do next.

    fields: messages by the name of the field they concern, in words.
    """

    def __init__(
        self,
        message: Message,
        *,
        status: int = 400,
        hint: str = "",
        fields: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        super().__init__(message.code)
        self.message = message
        self.status = status
        self.hint = hint
        self.fields = {name: list(texts) for name, texts in (fields or {}).items()}

    @property
    def code(self) -> str:
        return self.message.code

    @property
    def sentence(self) -> str:
        """The sentence in the active language."""
        return say(self.message)
