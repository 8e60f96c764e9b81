"""What a launcher hands on and takes back: status, signals, private files, the display, a left container."""

from __future__ import annotations

import os
import signal
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.targets.launcher import hanging
from tests.targets.launcher.stand_in import Host, host

ENGINES = ("docker", "podman", "nerdctl", "apptainer")
UID = str(os.getuid())
PLAIN = "name: lab\nimage: i:1\n"
SECRET = PLAIN + "secrets: {tok: {environment: TOKEN}}\n"
EACH = pytest.mark.parametrize("engine", ENGINES)

# Notes the mode that a file has before it is changed.
CHMOD = """#!/bin/bash
stat -c '%a %n' -- "${!#}" >>"${0%/*}/state/modes"
exec /usr/bin/chmod "$@"
"""
# The display's cookie: as a list, and written to a file as xauth does, by the mask alone.
XAUTH = """#!/bin/bash
case $* in
*nlist*) echo '0100 0004 686f7374 0001 37 0012 4d49542d4d41 0010 c00c1e' ;;
*nmerge*) while [[ $1 != -f ]]; do shift; done; cat >"$2" && stat -c '%a %n' -- "$2" >>"${0%/*}/state/modes" ;;
esac
"""
# An access list in a file; what is asked of it is a call like the engine's.
XHOST = r"""#!/bin/bash
state=${0%/*}/state
(($# == 0)) || printf '%s\0' xhost "$@" 'that is all' >>"${state}/calls"
case ${1-} in
+*) echo "${1#+}" | sed 's/^local:$/LOCAL:/' >>"${state}/access" ;;
-*) sed -i "/^$(sed 's/^local:$/LOCAL:/' <<<"${1#-}")\$/d" "${state}/access" ;;
*) echo 'access control enabled, only authorized clients can connect'; cat -- "${state}/access" ;;
esac
"""
# What the container sees of its private files.
LOOK = r"""
for word in "$@"; do
	case ${word} in
	*source=*/lab.*)
		file=${word#*source=} file=${file%%,target*}
		stat -c '%a' -- "${file%/*}" "${file}" >>"${state}/seen"
		cat -- "${file}" >>"${state}/seen"
		;;
	esac
done
"""
# A container that says that it runs, and ends with a status of its own when it is told to.
WAIT = r"""
trap 'exit 9' HUP INT TERM
echo up >"${state}/ready"
while :; do read -r -t 60 <>"${state}/never"; done
"""


@pytest.fixture
def there(tmp_path: Path) -> Host:
    """A host with every engine, and a display."""
    made = host(tmp_path, *ENGINES)
    for name, text in {"xauth": XAUTH, "xhost": XHOST}.items():
        program(made, name, text)
    (made.state / "access").touch()
    return made


def program(there: Host, name: str, text: str) -> None:
    """Put a program before the host's own."""
    path = there.folder / "bin" / name
    path.write_text(text)
    path.chmod(0o755)


def launcher_of(there: Host, engine: str, spec: str) -> Path:
    """The spec's launcher for an engine."""
    return there.launcher(spec, "--engine", engine)


def masked(umask: str) -> list[str]:
    """What comes before a command that is to have a mask of its own."""
    return ["sh", "-c", f'umask {umask}; exec "$@"', "sh"]


def told(there: Host) -> list[str]:
    """What was called: the engine's name and verb, or xhost with what it was asked for."""
    return [" ".join(call[:2]) for call in there.calls()]


# --- Status ---------------------------------------------------------------------------------------


@EACH
@pytest.mark.parametrize("spec", [PLAIN, SECRET], ids=["plain", "private"])
@pytest.mark.parametrize("status", [0, 1, 125, 137])
def test_the_engine_s_status_is_the_launcher_s(
    status: int, spec: str, engine: str, there: Host
) -> None:
    there.hook(f"exit {status}")
    done = there.run(launcher_of(there, engine, spec), TOKEN="t")
    assert (done.returncode, done.stderr, there.left()) == (status, "", [])


@EACH
@pytest.mark.parametrize("name", ["TERM", "KILL", "SEGV"])
def test_a_signal_that_ends_the_engine_is_told(name: str, engine: str, there: Host) -> None:
    """By the launcher's own end where it has become the engine, else as a shell has it."""
    there.hook(f"kill -{name} $$; exit 1")
    number = getattr(signal, f"SIG{name}")
    assert there.run(launcher_of(there, engine, PLAIN)).returncode == -number
    assert there.run(launcher_of(there, engine, SECRET), TOKEN="t").returncode == 128 + number
    assert there.left() == []


# --- Private files --------------------------------------------------------------------------------


@EACH
@pytest.mark.parametrize("umask", ["000", "022", "077", "777"])
def test_private_files_are_closed_from_the_first_moment(
    umask: str, engine: str, there: Host
) -> None:
    """Whatever the user's mask: the folder, and each file before it is opened to the container."""
    program(there, "chmod", CHMOD)
    there.hook(LOOK)
    done = there.run(
        launcher_of(there, engine, SECRET + "x11: cookie\n"),
        before=masked(umask),
        TOKEN="s3cret",
        DISPLAY=":77",
    )
    assert done.returncode == 0, done.stderr
    modes = (there.state / "modes").read_text().splitlines()
    assert [mode.split()[0] for mode in modes] == ["600"] * len(modes)
    assert {mode.rpartition("/")[2] for mode in modes} == {"file-tok.new", "Xauthority"}
    seen = (there.state / "seen").read_text()
    # Apptainer's process is this user's own; elsewhere the image's user has to read it.
    cookie = "600" if engine == "apptainer" else "444"
    assert sorted(seen.split("700\n")[1:]) == sorted(
        [
            f"{cookie}\nffff 0004 686f7374 0001 37 0012 4d49542d4d41 0010 c00c1e\n",
            "444\ns3cret",
        ]
    )
    assert there.left() == []


@EACH
def test_the_cookie_of_who_is_the_same_user_inside_is_theirs_alone(
    engine: str, there: Host
) -> None:
    there.hook(LOOK)
    spec = PLAIN + "x11: cookie\nuser: host\n"
    assert there.run(launcher_of(there, engine, spec), DISPLAY=":77").returncode == 0
    assert (there.state / "seen").read_text().startswith("700\n600\nffff ")
    assert there.left() == []


@EACH
@pytest.mark.parametrize(
    ("fails", "said"),
    [("echo no room; exit 1", "no room"), ("exit 0", "xauth wrote nothing")],
    ids=["fails", "writes nothing"],
)
def test_a_cookie_that_cannot_be_written_is_not_passed_on(
    fails: str, said: str, engine: str, there: Host
) -> None:
    program(there, "xauth", XAUTH.replace("while [[ $1", f"{fails}; while [[ $1"))
    done = there.run(launcher_of(there, engine, PLAIN + "x11: cookie\n"), DISPLAY=":77")
    assert done.returncode == 0
    assert f"so the container gets none: {said}; make room there" in done.stderr
    assert not any("Xauthority" in word for call in there.calls() for word in call)
    assert there.left() == []


@EACH
def test_a_host_that_is_not_ready_is_left_as_it_was(engine: str, there: Host) -> None:
    """Also where signals come while it is taken back: nothing of it is left out, and the status stays."""
    program(
        there,
        "rm",
        "#!/bin/bash\nfor name in HUP INT TERM; do kill -${name} ${PPID}; done\n"
        '[[ $* != *lab.* ]] || echo "$*" >>"${0%/*}/state/removed"\nexec /usr/bin/rm "$@"\n',
    )
    spec = SECRET + "x11: host\ndevices: [/dev/no-such-device]\n"
    done = there.run(launcher_of(there, engine, spec), TOKEN="t", DISPLAY=":77")
    assert done.returncode == 3
    assert "/dev/no-such-device does not exist" in done.stderr
    assert len((there.state / "removed").read_text().splitlines()) == 1
    assert (told(there), there.left()) == ([], [])


# --- The display ----------------------------------------------------------------------------------

ENTRY = {"host": ("local:", "LOCAL:"), "user": ("SI:localuser:me", "SI:localuser:me")}


def displayed(there: Host, engine: str, access: str, spec: str = PLAIN) -> Path:
    """A launcher that opens the display, on a host whose user is called me."""
    program(
        there, "id", '#!/bin/bash\n[[ $1 != -un ]] || { echo me; exit; }\nexec /usr/bin/id "$@"\n'
    )
    return launcher_of(there, engine, spec + f"x11: {access}\n")


def left(there: Host) -> list[str]:
    """What is left of a run, but for the folder of the display, which then is empty."""
    return [name for name in there.left() if not name.endswith(":77")]


def access_list(there: Host) -> list[str]:
    """Whom the display lets in."""
    return (there.state / "access").read_text().split()


@EACH
@pytest.mark.parametrize("access", ENTRY)
@pytest.mark.parametrize("status", [0, 7])
def test_the_display_is_open_while_the_container_runs(
    status: int, access: str, engine: str, there: Host
) -> None:
    """Opened last and closed first, before private files go; whatever the container's end."""
    asked, listed = ENTRY[access]
    program(
        there,
        "rm",
        "#!/bin/bash\n[[ $* != *lab.* ]] || printf '%s\\0' rm private 'that is all' >>\"${0%/*}/state/calls\"\n"
        'exec /usr/bin/rm "$@"\n',
    )
    there.hook(f'cat "${{state}}/access" >"${{state}}/seen"; exit {status}')
    done = there.run(displayed(there, engine, access, SECRET), TOKEN="t", DISPLAY=":77")
    assert done.returncode == status
    assert (there.state / "seen").read_text() == f"{listed}\n"
    assert access_list(there) == []
    assert told(there) == [f"xhost +{asked}", f"{engine} run", f"xhost -{asked}", "rm private"]
    assert left(there) == []


@EACH
@pytest.mark.parametrize("access", ENTRY)
def test_who_was_let_in_before_stays(access: str, engine: str, there: Host) -> None:
    _, listed = ENTRY[access]
    (there.state / "access").write_text(f"{listed}\nSI:localuser:other\n")
    assert there.run(displayed(there, engine, access), DISPLAY=":77").returncode == 0
    assert access_list(there) == [listed, "SI:localuser:other"]
    assert told(there) == [f"{engine} run"]


@EACH
@pytest.mark.parametrize("name", ["HUP", "INT", "TERM"])
def test_a_signal_ends_the_container_and_closes_the_display(
    name: str, engine: str, there: Host
) -> None:
    for pipe in ("ready", "never"):
        os.mkfifo(there.state / pipe)
    there.hook(WAIT)
    running = there.begin(displayed(there, engine, "host", SECRET), TOKEN="t", DISPLAY=":77")
    assert (there.state / "ready").read_text() == "up\n"
    assert access_list(there) == ["LOCAL:"]
    running.send_signal(getattr(signal, f"SIG{name}"))
    running.communicate(timeout=60)
    assert running.returncode == 9
    assert (access_list(there), left(there)) == ([], [])


def test_the_last_of_two_closes_the_display(there: Host) -> None:
    """The first to end leaves it open: the other needs it; and so does the record of it."""
    for pipe in ("ready", "never"):
        os.mkfifo(there.state / pipe)
    there.hook(WAIT)
    launcher = displayed(
        there, "docker", "user", "name: lab\nimage: i:1\ncontainer_name: ${NAME:-x}\n"
    )
    running = []
    for name in ("one", "two"):
        running.append(there.begin(launcher, NAME=name, DISPLAY=":77"))
        assert (there.state / "ready").read_text() == "up\n"
    for each, left in zip(running, ([ENTRY["user"][1]], []), strict=True):
        each.send_signal(signal.SIGTERM)
        each.communicate(timeout=60)
        assert (each.returncode, access_list(there)) == (9, left)
    assert [call[1] for call in there.calls() if call[0] == "xhost"] == [
        "+SI:localuser:me", "-SI:localuser:me",
    ]  # fmt: skip


# --- A container that was left ----------------------------------------------------------------------

MODES = """
name: lab
image: i:1
pull_policy: never
modes:
  job: {command: [job], container_name: the-job}
  free: {command: [free]}
"""


@pytest.mark.parametrize("engine", ["docker", "podman", "nerdctl"])
@pytest.mark.parametrize(
    ("words", "name"),
    [((), f"lab-{UID}"), (("--mode=job",), "the-job"), (("--mode=free",), ""), (("--shell",), "")],
    ids=["default", "job", "free", "shell"],
)
@pytest.mark.parametrize("owner", [UID, "54321", "", "<no value>"])
def test_only_what_this_user_s_launcher_left_is_removed(
    owner: str, words: tuple[str, ...], name: str, engine: str, tmp_path: Path
) -> None:
    """In each mode: by its id, not by its name, and without force; a mode without a name asks for none."""
    there = hanging.Host(tmp_path, engine)
    script = there.launcher(MODES, "script", "--engine", engine)
    status, lines = there.run(script, *words, CONTAINER=f"exited 0123abc {owner}")
    removed = [call for call in there.calls() if " rm " in call]
    asked = [call for call in there.calls() if " container inspect " in call]
    if not name:
        assert (status, lines, removed, asked) == (0, [], [], [])
        return
    assert [call.rpartition(" -- ")[2] for call in asked] == [name]
    assert 'index .Config.Labels "coder-gen.owner"' in asked[0]
    if owner == UID:
        assert (status, lines) == (0, [])
        assert removed == [f"{engine} container rm -- 0123abc"]
    else:
        assert (status, removed) == (3, [])
        assert lines[0].startswith(
            f"the name {name} belongs to a container that this script did not"
        )
        assert not any(f"{engine} run " in call for call in there.calls())


# --- Apptainer --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ("", ["--signal", "TERM", "--timeout", "10"]),
        (
            "stop_signal: SIGINT\nstop_grace_period: 1m30s\n",
            ["--signal", "SIGINT", "--timeout", "90"],
        ),
    ],
    ids=["plain", "own"],
)
def test_stop_ends_this_instance_as_the_spec_says(spec: str, said: list[str], there: Host) -> None:
    launcher = launcher_of(there, "apptainer", PLAIN + spec)
    assert there.run(launcher, "--start").returncode == 0
    (there.state / "instances" / "another").touch()
    assert there.run(launcher, "--stop").returncode == 0
    assert there.calls()[-1] == ["apptainer", "instance", "stop", *said, f"lab-{UID}"]
    assert [path.name for path in (there.state / "instances").iterdir()] == ["another"]


def test_what_the_host_sets_for_every_container_is_not_passed_on(there: Host) -> None:
    """But for where the engine keeps its own files."""
    there.hook('env >"${state}/seen"')
    settings = {
        "APPTAINER_BIND": "/", "SINGULARITYENV_X": "x", "APPTAINERENV_OWN": "no",
        "APPTAINER_CACHEDIR": "/cache", "APPTAINER_DOCKER_USERNAME": "me",
    }  # fmt: skip
    launcher = launcher_of(there, "apptainer", PLAIN + "environment: {OWN: yes it is}\n")
    done = there.run(launcher, **settings)
    assert done.returncode == 0
    names = "APPTAINERENV_OWN, APPTAINER_BIND, SINGULARITYENV_X"
    said = f"run.sh: going on without what this host sets for every container: {names}\n"
    assert done.stderr == said
    assert _set(there) == {
        "APPTAINERENV_OWN": "yes it is", "APPTAINER_CACHEDIR": "/cache",
        "APPTAINER_DOCKER_USERNAME": "me",
    }  # fmt: skip


def _set(there: Host) -> Mapping[str, str]:
    pairs = (line.partition("=") for line in (there.state / "seen").read_text().splitlines())
    return {
        name: value for name, _, value in pairs if name.startswith(("APPTAINER", "SINGULARITY"))
    }


@EACH
@pytest.mark.parametrize("spec", [PLAIN, SECRET], ids=["plain", "private"])
@pytest.mark.parametrize("wanted", [True, False])
def test_who_reads_the_launcher_s_input(wanted: bool, spec: str, engine: str, there: Host) -> None:
    """The engine of the container family reads it by `--interactive` alone; Apptainer always would."""
    there.hook('cat >"${state}/seen"')
    launcher = launcher_of(there, engine, spec + f"stdin_open: {str(wanted).lower()}\n")
    # From a file, so that nobody waits for its end.
    (there.folder / "input").write_text("typed\n")
    given = ["sh", "-c", 'exec "$@" <input', "sh"]
    assert there.run(launcher, before=given, TOKEN="t").returncode == 0
    if engine == "apptainer":
        assert (there.state / "seen").read_text() == ("typed\n" if wanted else "")
    else:
        assert ("--interactive" in there.calls()[-1]) == wanted
