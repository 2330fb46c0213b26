"""What stands for "now" in a file that is handed over, so that the same input makes the same bytes."""

import os
from datetime import UTC, datetime

# Files about lists and pairs carry no time of their own.
PLAIN = datetime(2020, 1, 1, tzinfo=UTC)


def stamp(own: datetime = PLAIN) -> datetime:
    """SOURCE_DATE_EPOCH (seconds since 1970) as a UTC time to the second, else the content's own.

    Raises ValueError when the variable is no number of seconds after 1980, before which no ZIP can be dated.
    """
    written = os.environ.get("SOURCE_DATE_EPOCH", "")
    if not written:
        return own.astimezone(UTC).replace(microsecond=0)
    if not written.isdigit() or not 315619200 <= int(written) < 4354819200:
        raise ValueError(
            f"SOURCE_DATE_EPOCH is {written!r}; it must be seconds since 1970, from 1980 to 2107."
        )
    return datetime.fromtimestamp(int(written), UTC)
