"""`./dev` knows its commands, and installs when and only when what is installed is not what is locked."""

import importlib.machinery
import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def dev(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The launcher, standing in an empty checkout with two lock files."""
    loader = importlib.machinery.SourceFileLoader("dev_launcher", str(ROOT / "dev"))
    spec = importlib.util.spec_from_loader(loader.name, loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    loader.exec_module(module)
    monkeypatch.setattr(module, "ROOT", tmp_path)
    monkeypatch.setattr(module, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(module, "PYTHON", tmp_path / ".venv" / "bin" / "python")
    monkeypatch.setattr(module, "MARKER", tmp_path / ".venv" / "okta-requirements")
    for name in module.REQUIREMENTS:
        (tmp_path / name).write_text("package==1\n")
    return module


@pytest.fixture
def installed(dev: ModuleType, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What would have been installed; the environment itself is made for real, without pip."""
    log: list[str] = []
    monkeypatch.setattr(dev, "install", lambda lock: log.append((dev.ROOT / "requirements.txt").read_text()))
    monkeypatch.setattr(dev.importlib.util, "find_spec", lambda name: None)
    return log


def test_a_checkout_is_made_ready_once(dev: ModuleType, installed: list[str]) -> None:
    dev.make_ready()
    dev.make_ready()

    assert installed == ["package==1\n"]
    assert dev.venv_works()


def test_changed_requirements_are_installed_into_the_same_environment(dev: ModuleType, installed: list[str]) -> None:
    dev.make_ready()
    (dev.ROOT / "requirements.txt").write_text("package==2\n")

    dev.make_ready()

    assert installed == ["package==1\n", "package==2\n"]


def test_an_interrupted_installation_is_done_again(
    dev: ModuleType, installed: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(lock: int) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(dev, "install", interrupted)
        with pytest.raises(KeyboardInterrupt):
            dev.make_ready()

    dev.make_ready()

    assert installed == ["package==1\n"]


def test_an_environment_whose_python_is_gone_is_made_anew(dev: ModuleType, installed: list[str]) -> None:
    dev.make_ready()
    dev.PYTHON.unlink()

    dev.make_ready()

    assert len(installed) == 2
    assert dev.venv_works()


def test_an_old_python_is_told_what_is_missing(
    dev: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(dev.sys, "version_info", (3, 10, 4))
    monkeypatch.setattr(dev.shutil, "which", lambda name: None)

    with pytest.raises(SystemExit):
        dev.require_python()

    assert "needs Python 3.11 or newer; this is 3.10.4" in capsys.readouterr().err


@pytest.mark.parametrize(("arguments", "code"), [([], 0), (["--help"], 0), (["dance"], 2)])
def test_the_usage_is_shown_without_installing_anything(tmp_path: Path, arguments: list[str], code: int) -> None:
    alone = tmp_path / "dev"
    alone.write_bytes((ROOT / "dev").read_bytes())

    shown = subprocess.run([sys.executable, str(alone), *arguments], capture_output=True, text=True, check=False)

    assert shown.returncode == code
    assert "./dev up" in shown.stdout + shown.stderr
    assert list(tmp_path.iterdir()) == [alone]
