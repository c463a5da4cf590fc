"""What the house promises about itself."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from celery import current_app
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command

ROOT = Path(settings.BASE_DIR)
APPS = (
    "okta",
    "accounts",
    "workouts",
    "messaging",
    "notifications",
    "rtm",
    "feedback",
    "entrances",
    "followups",
    "care",
    "console",
)
NO_ROOMS = {"utils.py", "helpers.py", "services.py", "misc.py", "signals.py"}
LOCKING = {"locks.py", "claim.py"}


def sources() -> Iterator[Path]:
    """Every Python file of the product, migrations aside."""
    for app in APPS:
        yield from (path for path in (ROOT / app).rglob("*.py") if "migrations" not in path.parts)


def calls(name: str) -> Iterator[tuple[Path, ast.Call]]:
    """Every call of a function or method of this name in the product."""
    for path in sources():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call):
                called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                if called == name:
                    yield path, node


def test_every_woken_name_is_a_registered_task() -> None:
    current_app.loader.import_default_modules()
    woken = {node.args[0].value for _, node in calls("wake") if node.args and isinstance(node.args[0], ast.Constant)}
    assert woken
    assert woken <= set(current_app.tasks)


def test_every_sweep_is_a_registered_task() -> None:
    current_app.loader.import_default_modules()
    assert set(settings.SWEEPS) <= set(current_app.tasks)


def test_every_woken_task_has_a_sweep_that_would_find_the_same_rows() -> None:
    woken = {node.args[0].value.split(".")[0] for _, node in calls("wake") if isinstance(node.args[0], ast.Constant)}
    assert woken <= {name.split(".")[0] for name in settings.SWEEPS}


@pytest.mark.django_db
def test_no_migration_is_missing() -> None:
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)


def test_no_room_is_called_utils() -> None:
    assert [path for path in sources() if path.name in NO_ROOMS] == []


def test_only_the_files_of_locks_say_for_update() -> None:
    assert {path.name for path, _ in calls("select_for_update")} <= LOCKING


def test_every_save_names_its_fields() -> None:
    whole = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path, node in calls("save")
        if {keyword.arg for keyword in node.keywords}.isdisjoint({"update_fields", "force_insert"})
        and isinstance(node.func, ast.Attribute)
        and not (isinstance(node.func.value, ast.Call) and getattr(node.func.value.func, "id", "") == "super")
    ]
    assert whole == []


def test_nothing_is_imported_inside_a_function() -> None:
    hidden = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in sources()
        for function in ast.walk(ast.parse(path.read_text()))
        if isinstance(function, ast.FunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert hidden == []


def test_features_are_switched_by_one_action_alone() -> None:
    """Or a change would not be recorded."""
    written = {
        path.relative_to(ROOT).as_posix()
        for path in sources()
        for node in ast.walk(ast.parse(path.read_text()))
        if (isinstance(node, ast.Assign) and any(is_features(target) for target in node.targets))
        or (isinstance(node, ast.AugAssign) and is_features(node.target))
        or (isinstance(node, ast.keyword) and node.arg == "features")
    }
    assert written == {"accounts/actions/switch_flags.py"}


def is_features(target: ast.AST) -> bool:
    target = target.value if isinstance(target, ast.Subscript) else target
    return isinstance(target, ast.Attribute) and target.attr == "features"


def start_up_with(*, lease: int) -> None:
    """Read the settings as a starting process does, with another lease."""
    path = ROOT / "okta" / "settings.py"
    shortened = path.read_text().replace("LEASE = timedelta(seconds=120)", f"LEASE = timedelta(seconds={lease})")
    exec(compile(shortened, path, "exec"), {"__file__": str(path), "__name__": "okta.settings"})


def test_a_lease_that_a_task_could_outlive_is_refused_at_start_up() -> None:
    assert (settings.LEASE.total_seconds(), settings.CELERY_TASK_TIME_LIMIT) == (120, 90)
    start_up_with(lease=111)
    with pytest.raises(ImproperlyConfigured, match="LEASE must outlast CELERY_TASK_TIME_LIMIT by more than 20 s"):
        start_up_with(lease=110)
