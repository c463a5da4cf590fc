"""One state belongs to one run, keeps its secrets to itself, and is forgotten without collateral."""

import socket
import stat
from pathlib import Path

import pytest

from okta.devstack.state import InUse, State, write_private


def test_a_state_has_one_owner_at_a_time(tmp_path: Path) -> None:
    with State(tmp_path).owned(), pytest.raises(InUse), State(tmp_path).owned():
        pass


def test_a_state_can_be_owned_again_afterwards(tmp_path: Path) -> None:
    state = State(tmp_path / "new")
    with state.owned():
        assert state.is_owned()

    assert not state.is_owned()
    with state.owned():
        pass


def test_the_secret_is_made_once_and_is_private(tmp_path: Path) -> None:
    first, second = State(tmp_path).secret_key(), State(tmp_path).secret_key()

    assert first == second
    assert len(first) >= 50
    assert stat.S_IMODE((tmp_path / "secret_key").stat().st_mode) == 0o600


def test_the_keys_for_the_fakes_are_made_once_and_are_private(tmp_path: Path) -> None:
    first, second = State(tmp_path).push_keys(), State(tmp_path).push_keys()

    assert first == second
    assert first.google.startswith("-----BEGIN PRIVATE KEY-----")
    assert stat.S_IMODE((tmp_path / "push_keys").stat().st_mode) == 0o600


def test_a_server_keeps_its_port_and_moves_when_it_is_taken(tmp_path: Path) -> None:
    state = State(tmp_path)
    port = state.port("valkey")
    assert state.port("valkey") == port

    with socket.create_server(("127.0.0.1", port)):
        assert state.port("valkey") != port


def test_what_a_killed_run_said_of_itself_is_not_believed(tmp_path: Path) -> None:
    state = State(tmp_path)
    with state.owned():
        state.say_ready({"url": "http://127.0.0.1:8000"})
        assert state.ready() == {"url": "http://127.0.0.1:8000"}
        assert stat.S_IMODE((tmp_path / "ready.json").stat().st_mode) == 0o600

    assert state.ready() is None


def test_forgetting_leaves_what_is_not_ours(tmp_path: Path) -> None:
    state = State(tmp_path)
    (tmp_path / "thesis.txt").write_text("mine")
    with state.owned():
        state.secret_key()
        state.start_logs()
        state.forget()

    assert [kept.name for kept in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_private_file_is_replaced_whole(tmp_path: Path) -> None:
    target = tmp_path / "told.json"
    target.write_text("old")
    target.chmod(0o644)

    write_private(target, "new")

    assert target.read_text() == "new"
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [target]
