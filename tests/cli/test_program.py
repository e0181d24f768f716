"""The program as a whole: version, help, what it loads, how it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from affekt.cli import affekt
from affekt.version import __version__

HEAVY = {"numpy", "onnxruntime", "duckdb", "rich", "tokenizers", "pandas", "torch", "sklearn", "pyarrow", "polars"}
VERBS = ("analyze", "annotate", "models", "spaces", "corpora", "download")


def loaded(*arguments: str) -> set[str]:
    """Return the modules that `python -m affekt …` has loaded when it ends."""
    code = (
        "import sys\n"
        f"sys.argv = ['affekt', *{arguments!r}]\n"
        "from affekt.cli import main\n"
        "try:\n"
        "    main()\n"
        "except SystemExit as end:\n"
        "    assert end.code in (0, None), end.code\n"
        "print('\\n' + ' '.join(sys.modules))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.splitlines()[-1].split())


@pytest.mark.parametrize("arguments", [("--help",), ("--version",), *((verb, "--help") for verb in VERBS)])
def test_help_loads_nothing_heavy(arguments):
    modules = loaded(*arguments)
    assert "affekt.cli" in modules
    assert not {name.split(".")[0] for name in modules} & HEAVY


def test_help_loads_few_modules():
    # Milliseconds depend on the machine and its load; the number of modules does not. 300 ms is
    # what the house allows; at about 130 µs a module this is well below half of it.
    bare = subprocess.run(
        [sys.executable, "-c", "import sys, click, json; print(len(sys.modules))"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert len(loaded("--help")) - int(bare.stdout) < 80


def test_listing_label_spaces_loads_no_model_and_no_drawing():
    assert not {name.split(".")[0] for name in loaded("spaces")} & (HEAVY - {"numpy"})


def test_version():
    result = CliRunner().invoke(affekt, ["--version"])
    assert result.exit_code == 0
    assert result.output == f"affekt {__version__}\n"


def test_python_dash_m_is_the_same_program():
    done = subprocess.run([sys.executable, "-m", "affekt", "--version"], capture_output=True, text=True, check=True)
    assert done.stdout == f"affekt {__version__}\n"


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_and_option_is_explained(verb):
    command = affekt.commands[verb]
    assert command.help
    assert all(option.help for option in command.params if option.param_type_name == "option")
    assert CliRunner().invoke(affekt, [verb, "-h"]).exit_code == 0


@pytest.mark.parametrize(
    ("word", "hint"), [("analyse", "'analyze'"), ("anotate", "'annotate'"), ("I love it so much", 'affekt analyze "')]
)
def test_a_word_that_is_no_verb(word, hint):
    result = CliRunner().invoke(affekt, [word])
    assert result.exit_code == 2
    assert hint in result.stderr


def test_an_unknown_option():
    result = CliRunner().invoke(affekt, ["spaces", "--jsn"])
    assert result.exit_code == 2
    assert "--json" in result.stderr


def program(*arguments: str, **options) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-m", "affekt", *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options
    )


def test_a_pipe_that_closes_early_is_quiet():
    running = program("spaces", "--json")
    running.stdout.close()
    assert running.stderr.read() == b""
    running.stderr.close()
    assert running.wait() == 141


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full, the disk that is always full")
def test_a_full_disk_is_told():
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "affekt", "spaces"], check=False, stdout=full, stderr=subprocess.PIPE, text=True
        )
    assert done.returncode == 1
    assert done.stderr == "Error: The system refused: No space left on device.\n"


@pytest.mark.skipif(os.name == "nt", reason="signals as on Unix")
def test_ctrl_c_ends_with_130_and_no_traceback():
    # The child says when it waits for words, so that a slow machine does not get the signal while it imports.
    code = """
import os, sys, time

class Keyboard:
    buffer = property(lambda self: self)

    def isatty(self):
        return False

    def read(self):
        os.write(2, b"waiting\\n")
        time.sleep(600)

from affekt.cli import main
sys.stdin, sys.argv = Keyboard(), ["affekt", "analyze", "-"]
main()
"""
    running = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert running.stderr.readline() == b"waiting\n"
    running.send_signal(signal.SIGINT)
    output, errors = running.communicate()
    assert running.returncode == 130
    assert errors.strip() == b"Interrupted."
    assert output == b""


def test_a_screen_that_lacks_characters_gets_replacements():
    done = subprocess.run(
        [sys.executable, "-m", "affekt", "spaces", "goemotions"],
        capture_output=True,
        check=True,
        env={**os.environ, "PYTHONIOENCODING": "ascii", "FORCE_COLOR": "1"},
    )
    assert done.stdout.isascii()
