"""Settings as flags."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from affekt.evaluation.settings import read_settings


@dataclass(frozen=True)
class Config:
    corpora: str = "isear,edos"
    learning_rate: float = 2e-3
    epochs: int = 20
    endpoint: tuple[str, ...] = ()


def test_defaults_stand() -> None:
    assert read_settings(Config, None, []) == Config()


def test_flags_are_read_by_their_type() -> None:
    told = ["--learning-rate", "1e-4", "--epochs", "3", "--endpoint", "a#b", "--endpoint", "c#d", "--corpora", "xed"]
    assert read_settings(Config, None, told) == Config("xed", 1e-4, 3, ("a#b", "c#d"))


@pytest.mark.parametrize("told", [["--epochs", "many"], ["--epoch-count", "3"], ["isear"]])
def test_wrong_flags_end_with_what_is_allowed(told: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        read_settings(Config, "What it does.", told)
    assert "--epochs" in capsys.readouterr().err
