"""What a search for a name asks for."""

from typing import Final

MOST_WORDS: Final = 5
"""Nobody has more names; each word is one more condition for the database."""


def words_in(name: str) -> list[str]:
    """
    The words that have to be found, each of them somewhere.

    >>> words_in(" Pat  Lee ")
    ['Pat', 'Lee']
    """
    return name.replace("\0", "").split()[:MOST_WORDS]
