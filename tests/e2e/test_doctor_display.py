"""`coder-gen doctor` and the display: an X server that refuses, and what it then lets in."""

from __future__ import annotations

import secrets
import socket
import subprocess
from pathlib import Path

from tests.e2e import host
from tests.e2e.display import Display, StartXvfb
from tests.e2e.doctoring import PRIVATE, SMALL, Ask, in_namespaces
from tests.e2e.engines import Docker
from tests.e2e.users import User

BY_LIST = SMALL + "x11: {access: user}\n"
BY_COOKIE = SMALL + "x11: {access: cookie}\n"


def test_no_display(ask: Ask) -> None:
    """A notice, as the launcher gives it; nobody's launch stops for it."""
    found = ask(BY_LIST)
    assert found.status == 0
    assert found.one("display")["message"] == (
        "DISPLAY is not set: the container starts without a display"
    )
    assert found.one("display-access")["status"] == "skipped"
    assert "display" not in ask(SMALL).ids()


def test_display_without_a_socket(ask: Ask, docker: Docker, xvfb: Display) -> None:
    """The number is wrong, and another display is there."""
    env = docker.environment(DISPLAY=f":{xvfb.number + 300}")
    finding = ask(BY_LIST, env=env).one("display")
    assert finding["message"].startswith(f"there is no /tmp/.X11-unix/X{xvfb.number + 300} for ")
    assert finding["fix"] == "another display is there"
    none = in_namespaces("mount -t tmpfs none /tmp/.X11-unix", *PRIVATE)
    finding = ask(BY_LIST, env=env, before=none).one("display")
    assert finding["fix"] == "start the X server"


def test_socket_that_nobody_listens_on(ask: Ask, docker: Docker, xvfb: Display) -> None:
    """What a killed X server leaves behind."""
    number = xvfb.number + 301
    path = Path(f"/tmp/.X11-unix/X{number}")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))
    try:
        finding = ask(BY_LIST, env=docker.environment(DISPLAY=f":{number}")).one("display")
    finally:
        path.unlink()
    assert finding["message"].startswith(f"nothing listens on {path} any more (connection refused)")


def test_server_that_refuses(
    ask: Ask, docker: Docker, start_xvfb: StartXvfb, ordinary_user: User
) -> None:
    """Who has no cookie and is on no list; granted, the same user is let in."""
    display = start_xvfb(owner=None)
    how = {
        "env": {**docker.env, **display.stranger},
        "user": ordinary_user,
        "groups": (docker.group,),
    }
    found = ask(BY_LIST, **how)
    assert found.status == 0
    assert found.one("display")["status"] == "ok"
    finding = found.one("display-access")
    assert finding["message"].startswith(
        f"the display {display.name} refuses {ordinary_user.name} ("
    )
    assert finding["fix"].endswith("set XAUTHORITY to the file that has its cookie")
    display.grant(f"+SI:localuser:{ordinary_user.name}")
    finding = ask(BY_LIST, **how).one("display-access")
    assert finding["status"] == "ok", finding
    assert display.access_list() == [f"SI:localuser:{ordinary_user.name}"]


def test_server_that_is_too_open(ask: Ask, docker: Docker, xvfb: Display) -> None:
    """Open to every local user, or to everyone at all."""
    env = {**docker.env, **xvfb.env}
    assert ask(BY_LIST, env=env).one("display-access")["status"] == "ok"
    xvfb.grant("+local:")
    finding = ask(BY_LIST, env=env).one("display-access")
    assert finding["commands"] == ["xhost -local:"]
    xvfb.grant("+")
    finding = ask(BY_LIST, env=env).one("display-access")
    assert finding["message"] == (f"the display {xvfb.name} is open to everyone who can reach it")


def test_cookie(ask: Ask, docker: Docker, xvfb: Display, tmp_path: Path) -> None:
    """The right one, none, and one of an earlier session."""
    env = {**docker.env, **xvfb.env}
    assert ask(BY_COOKIE, env=env).one("display-access")["message"] == (
        "the display takes the cookie"
    )
    missing = tmp_path / "none"
    finding = ask(BY_COOKIE, env={**env, "XAUTHORITY": str(missing)}).one("display-access")
    assert finding["message"] == f"there is no cookie for DISPLAY={xvfb.name} in {missing}"
    assert not missing.exists()
    stale = tmp_path / "stale"
    xauth = host.require("xauth", "xauth")
    subprocess.run(
        [
            xauth,
            "-q",
            "-f",
            str(stale),
            "add",
            xvfb.name,
            "MIT-MAGIC-COOKIE-1",
            secrets.token_hex(16),
        ],
        check=True,
    )
    finding = ask(BY_COOKIE, env={**env, "XAUTHORITY": str(stale)}).one("display-access")
    assert finding["message"].startswith(f"the display {xvfb.name} refuses the cookie in {stale}: ")


def test_programs_that_are_missing(ask: Ask, docker: Docker, xvfb: Display, tmp_path: Path) -> None:
    """xhost and xauth, each with the package it comes from."""
    (tmp_path / "docker").symlink_to(docker.client)
    env = {**docker.env, **xvfb.env, "PATH": str(tmp_path)}
    finding = ask(BY_LIST, env=env).one("display-access")
    assert finding["commands"] == ["sudo apt install x11-xserver-utils"]
    finding = ask(BY_COOKIE, env=env).one("display-access")
    assert finding["commands"] == ["sudo apt install xauth"]


def test_forwarded_display(ask: Ask, docker: Docker, start_xvfb: StartXvfb) -> None:
    """On loopback, as ssh -X has it: not for a bridge, and not without a cookie; what then works."""
    display = start_xvfb(tcp=True)
    env = {**docker.env, **display.env, "DISPLAY": f"localhost:{display.number}.0"}
    said = [f["message"] for f in ask(BY_LIST, env=env).findings("display")]
    assert len(said) == 2
    assert "on this host's loopback, which the container's network does not reach" in said[0]
    assert "forwarded by ssh, which only lets in who has its cookie" in said[1]
    works = ask(BY_COOKIE, "--set", "network_mode=host", env=env)
    assert works.one("display")["status"] == "ok"
    assert works.one("display-access")["status"] == "ok"


def test_forwarded_display_whose_login_is_gone(ask: Ask, docker: Docker) -> None:
    """screen and tmux keep the DISPLAY of a login that has ended."""
    env = docker.environment(DISPLAY=f"localhost:{host.free_port() % 1000 + 2000}.0")
    finding = ask(BY_COOKIE, "--set", "network_mode=host", env=env).one("display")
    assert "does not answer (localhost port " in finding["message"]
    assert finding["fix"] == "log in again with ssh -X"


def test_display_that_is_none(ask: Ask, docker: Docker) -> None:
    """A word that is no display's name."""
    finding = ask(BY_LIST, env=docker.environment(DISPLAY="screen")).one("display")
    assert finding["message"] == "DISPLAY=screen is not the name of a display"
