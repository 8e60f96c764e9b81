"""The launcher on real Apptainer, as an ordinary user: what it says, starts, stops and gives back."""

from __future__ import annotations

import shutil
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.e2e import engine_hosts, host
from tests.e2e.display import StartXvfb
from tests.e2e.engine_hosts import EngineHost
from tests.e2e.launching import Launcher, lines_of, write_script
from tests.e2e.users import User

SPEC = """
name: web
image: coder-x:latest
user: host
variables: {PORT: {type: port, default: 7860}}
environment: {PORT: "${PORT}"}
ports: ["${PORT}:${PORT}"]
secrets: {token: {environment: TOKEN}}
"""
Site = Callable[..., Path]


@pytest.fixture
def apptainer(hosts: dict[str, EngineHost]) -> EngineHost:
    """The host."""
    return hosts["apptainer"]


@pytest.fixture
def site(x_client_sif: Path, ordinary_user: User) -> Iterator[Site]:
    """Write a spec's launcher into a folder of the user's, with the image file beside it."""
    with engine_hosts.folder_for_all() as folder:
        shutil.chown(folder, ordinary_user.uid, ordinary_user.gid)

        def write(spec: str = SPEC, *, with_image: bool = True) -> Path:
            if with_image:
                shutil.copy(x_client_sif, folder / "coder-x.sif")
            return write_script(folder, spec, "--quiet", "--engine", "apptainer")

        yield write


def _env(**more: str) -> dict[str, str]:
    return {"PORT": str(host.free_port()), "TOKEN": "t", **more}


def test_status_and_input_pass_through(apptainer: EngineHost, site: Site) -> None:
    """The exit status is the program's, and so is what is typed."""
    done = apptainer.run(site(), "--shell", "--", "-c", "cat; exit 42", env=_env(), stdin="typed\n")
    assert (done.returncode, done.stdout) == (42, "typed\n")


def test_service_serves_and_ends_with_its_launcher(
    apptainer: EngineHost, site: Site, tmp_path: Path
) -> None:
    """SIGTERM reaches the program; nothing is left of the launcher's private folder."""
    env = _env(XDG_RUNTIME_DIR="")
    script = site()
    argv: list[str | Path] = [*apptainer.before, script]
    with Launcher(argv, {**apptainer.env, **env}, tmp_path) as launcher:
        launcher.until_printed("serving on port")
        assert host.fetch(f"http://127.0.0.1:{env['PORT']}/") == "coder-gen test page\n"
        assert f"open http://localhost:{env['PORT']}/ (Ctrl-C" in launcher.errors
        launcher.signal(signal.SIGTERM)
        assert launcher.wait() == 143
    assert list(Path("/tmp").glob("web.*")) == []


def test_instance_starts_is_listed_and_stops(
    apptainer: EngineHost, site: Site, ordinary_user: User
) -> None:
    """In the background, with its private files, which go when it is stopped."""
    env, script = _env(), site()
    name = f"web-{ordinary_user.uid}"
    private = Path(f"/tmp/coder-gen-{ordinary_user.uid}/instance-{name}")
    started = apptainer.run(script, "--start", env=env)
    try:
        assert started.returncode == 0, started.stderr
        assert f"open http://localhost:{env['PORT']}/\n" in started.stderr
        assert f"has started; '{script} --stop' stops it; its output: " in started.stderr
        assert host.fetch(f"http://127.0.0.1:{env['PORT']}/") == "coder-gen test page\n"
        assert (private / "file-token").read_text() == "t"
        assert name in apptainer.run(script, "--list", env=env).stdout
        again = apptainer.run(script, "--start", env=env)
        assert again.returncode == 3
        assert f"{name} is running already: stop it with '{script} --stop'" in again.stderr
    finally:
        stopped = apptainer.run(script, "--stop", env=env)
    assert stopped.returncode == 0
    assert not private.exists()
    assert name not in apptainer.run(script, "--list", env=env).stdout
    nothing = apptainer.run(script, "--stop", env=env)
    assert (nothing.returncode, lines_of(nothing.stderr)) == (
        1, [f"{name} is not running; see '{script} --list'"],
    )  # fmt: skip


def test_instance_runs_the_spec_s_own_program(apptainer: EngineHost, site: Site) -> None:
    """An entry point takes the place of the image's, in the background too."""
    script, env = site(SPEC + "entrypoint: [/bin/bash, -c]\n"), _env()
    program = 'echo "this is $0"; exec /usr/bin/code-server-entry'
    started = apptainer.run(script, "--start", "--", program, "a  b", env=env)
    try:
        assert started.returncode == 0, started.stderr
        assert host.fetch(f"http://127.0.0.1:{env['PORT']}/") == "coder-gen test page\n"
        logs = apptainer.output("apptainer", "instance", "list", "--logs")
        assert "this is a  b\n" in Path(
            logs.split()[-1]
        ).read_text() or "this is a  b\n" in "".join(
            Path(word).read_text() for word in logs.split() if word.endswith(".out")
        )
    finally:
        assert apptainer.run(script, "--stop", env=env).returncode == 0


@pytest.mark.parametrize("more", ["", "entrypoint: [/usr/bin/code-server-entry]\n"])
def test_instance_of_a_spec_with_options_that_only_a_run_has(
    more: str, apptainer: EngineHost, site: Site
) -> None:
    """`instance run` knows neither --pid, which ipc: host brings, nor --pwd."""
    script, env = site(f"{SPEC}ipc: host\nworking_dir: /usr\n{more}"), _env()
    started = apptainer.run(script, "--start", env=env)
    try:
        assert started.returncode == 0, started.stderr
        assert host.fetch(f"http://127.0.0.1:{env['PORT']}/") == "coder-gen test page\n"
        assert ("going on without working_dir" in started.stderr) == (not more)
    finally:
        assert apptainer.run(script, "--stop", env=env).returncode == 0


def test_each_mode_has_an_instance_of_its_own(apptainer: EngineHost, site: Site) -> None:
    """What stops it is said so that it can be pasted."""
    script, env = site(), _env()
    started = apptainer.run(script, "--shell", "--start", env=env)
    assert started.returncode == 0, started.stderr
    assert f"has started; '{script} --mode shell --stop' stops it; " in started.stderr
    assert apptainer.run(script, "--stop", env=env).returncode == 1
    assert apptainer.run(script, "--mode", "shell", "--stop", env=env).returncode == 0


def test_taken_port_is_found_before_the_start(apptainer: EngineHost, site: Site) -> None:
    """There is no network namespace: the program could only fail."""
    with host.listen() as listener:
        port = listener.getsockname()[1]
        done = apptainer.run(site(), env=_env(PORT=str(port)))
    assert done.returncode == 3
    (line,) = lines_of(done.stderr)
    assert line.startswith(f"port {port} is taken by ") and "try PORT=" in line


def test_low_port_needs_the_kernel_s_leave(apptainer: EngineHost, site: Site) -> None:
    """The program is the user's own process."""
    done = apptainer.run(site(), env=_env(PORT="81"))
    assert done.returncode == 3
    (line,) = lines_of(done.stderr)
    assert line.startswith("port 81 is below 1024, which only root may open here: ")


def test_missing_image_names_what_makes_it(apptainer: EngineHost, site: Site) -> None:
    """And the line can be pasted."""
    script = site(with_image=False)
    sif = script.parent / "coder-x.sif"
    done = apptainer.run(script, env=_env())
    assert (done.returncode, lines_of(done.stderr)) == (
        3,
        [
            (
                f"the image file {sif} is not there: "
                f"make it with 'apptainer build {sif} docker-daemon://coder-x:latest'"
            )
        ],
    )


def test_missing_engine_says_where_to_get_one(site: Site, ordinary_user: User) -> None:
    """On a host with neither name of it."""
    where = EngineHost("apptainer", (), ordinary_user.environment(), ordinary_user, ())
    done = where.run(site(), env=_env())
    assert done.returncode == 3
    (line,) = lines_of(done.stderr)
    assert line.startswith(
        "neither apptainer nor singularity is on PATH: load it with 'module load"
    )


def test_new_home_is_the_home(apptainer: EngineHost, site: Site, ordinary_user: User) -> None:
    """What is written there stays, and is the user's; a wrong one is named."""
    script = site()
    home = script.parent / "new home"
    home.mkdir()
    shutil.chown(home, ordinary_user.uid, ordinary_user.gid)
    program = 'printf "%s %s" "${HOME}" "${PWD}"; echo made >made'
    done = apptainer.run(script, "--shell", home, "--", "-c", program, env=_env())
    assert (done.returncode, done.stdout) == (0, f"{home} {home}"), done.stderr
    assert (home / "made").read_text() == "made\n"
    assert (home / "made").stat().st_uid == ordinary_user.uid
    closed = apptainer.run(script, "/root", env=_env())
    assert closed.returncode == 3
    (line,) = lines_of(closed.stderr)
    assert line.startswith("/root, to be the home, is not writable for ")
    wrong = apptainer.run(script, script.parent / "none", env=_env())
    assert wrong.returncode == 3
    assert "none, to be the home, does not exist: create it with 'mkdir -p" in wrong.stderr


def test_settings_of_the_site_do_not_change_the_container(
    apptainer: EngineHost, site: Site
) -> None:
    """What a module file exports for every container is named, and left out."""
    extra = _env(APPTAINER_BIND="/tmp:/elsewhere", APPTAINERENV_SNEAKED="in")
    program = 'ls -d /elsewhere; echo "[${SNEAKED-}]"'
    done = apptainer.run(site(), "--shell", "--", "-c", program, env=extra)
    assert done.stdout == "[]\n"
    assert "going on without what this host sets for every container: APPTAINERENV_SNEAKED, A" in (
        done.stderr
    )


def test_client_draws_with_the_cookie(
    apptainer: EngineHost, site: Site, start_xvfb: StartXvfb, ordinary_user: User
) -> None:
    """A real X client, on a display that lets in who has its cookie."""
    display = start_xvfb(owner=ordinary_user)
    script = site(SPEC + "x11: cookie\n")
    done = apptainer.run(
        script, "--shell", "--", "-c", "xdpyinfo | head -n 1", env=_env(**display.env)
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("name of display:")


def test_limit_out_of_reach_is_named(apptainer: EngineHost, site: Site) -> None:
    """A user cannot raise a hard limit; the start is refused with the reason."""
    script = site(SPEC + "ulimits: {nofile: 99999999}\n")
    done = apptainer.run(script, env=_env())
    assert done.returncode == 3
    assert "the limit nofile cannot be set to 99999999:99999999 by this user" in done.stderr
