"""What a DATABASE_URL can say beside where the database is."""

from okta.env import env


def test_the_url_of_a_pooled_database_turns_server_side_cursors_off() -> None:
    # PgBouncer may give every transaction another session; a cursor lives in one (docs/scaling.md).
    pooled = env.db_url_config("postgres://okta:secret@127.0.0.1:6432/okta?DISABLE_SERVER_SIDE_CURSORS=True")
    assert (pooled["DISABLE_SERVER_SIDE_CURSORS"], pooled["OPTIONS"]) == (True, {})
