"""Variables that a spec uses: each is one that the launcher knows, and a path where it has to be."""

from __future__ import annotations

import pytest

from tests import cli

_SPEC = """\
image: a
variables:
  DATA: {type: path, default: /data}
  NAME: x
volumes:
  - %s:/mnt
profiles:
  gpu:
    variables: {MODELS: {type: path, default: /models}}
    volumes: ["${MODELS}:/models"]
"""


def _script(source: str, *options: str) -> cli.Ran:
    return cli.run("script", *options, "-f", "-", stdin=_SPEC % source)


@pytest.mark.parametrize("source", ["${DATA}", "${DATA:-/x}", "${HOME}", "${NAME}/sub", "~/x"])
def test_a_variable_that_is_a_path_is_a_bind_mount(source: str) -> None:
    """The short form of a volume needs no telling where the variable's type tells it."""
    done = _script(source)
    assert done.status == 0, done.stderr
    assert "\n\tbind_mount " in done.stdout


@pytest.mark.parametrize("source", ["${NAME}", "${USER}", "${DATA:+x}", "${OTHER:-/x}"])
def test_a_variable_that_may_be_a_name_is_an_error(source: str) -> None:
    """A path of the host or a volume's name: two different mounts."""
    done = _script(source)
    assert done.status == 2
    assert done.stderr.count("error[") == 1
    assert "<stdin>:6:5: error[E025]" in done.stderr


def test_one_cause_is_one_error() -> None:
    """A name that nobody declared is that, and not besides perhaps no path."""
    done = _script("${DTA}")
    assert done.stderr.count("error[") == 1
    assert "<stdin>:6:5: error[E018]" in done.stderr
    assert "did you mean DATA?" in done.stderr


def test_a_profiles_variable_is_its_own() -> None:
    """Used outside of the profile it is unknown, unless the profile was chosen."""
    assert _script("${MODELS}").stderr.startswith("<stdin>:6:5: error[E018]")
    assert _script("${MODELS}", "--profile", "gpu").status == 0
    assert _script("${DATA}").status == 0


def test_errors_come_in_the_order_of_the_text() -> None:
    """Whichever stage found them."""
    spec = "image: a\nvolumes: ['${NOBODY}/x:/x']\nmem_limit: lots\n"
    done = cli.run("script", "-f", "-", stdin=spec)
    places = [line for line in done.stderr.splitlines() if "error[" in line]
    assert [place.split(": ")[0] for place in places] == ["<stdin>:2:11", "<stdin>:3:12"]


def test_a_wrong_fixed_value_is_one_error() -> None:
    """Not one more at each place that uses it, and no other is lost over it."""
    done = cli.run("script", "--var", "PORT=web", "--set", "mem_limit=lots")
    assert [line.split("]")[0] for line in done.stderr.splitlines() if "error[" in line] == [
        "error[E026",
        "--set:1:1: error[E014",
    ]
