"""The sessions that a text of a list gives."""

from loadwatch.activity import Reading, Session
from loadwatch.ingest.readers import csv
from loadwatch.settings import Settings

SETTINGS = Settings()


def read(text: str, settings: Settings = SETTINGS, name: str = "list.csv") -> Reading:
    return csv.read(text.encode(), name, settings)


def sessions(text: str, settings: Settings = SETTINGS) -> list[Session]:
    reading = read(text, settings)
    assert not reading.skipped, reading.skipped
    return [activity.session for activity in reading.activities]


def one(text: str, settings: Settings = SETTINGS) -> Session:
    (session,) = sessions(text, settings)
    return session
