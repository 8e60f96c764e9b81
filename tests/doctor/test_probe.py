"""The probe of the real host: what it answers about things that a test can make anywhere."""

from __future__ import annotations

import contextlib
import errno
import os
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from coder_gen.doctor.sockets import listeners
from coder_gen.host.host_probe import HostProbe


@pytest.fixture
def probe() -> HostProbe:
    return HostProbe(10.0)


def test_a_question_is_asked_once(probe: HostProbe, tmp_path: Path) -> None:
    """However many checks want the answer, at the same time too."""
    log = tmp_path / "log"
    argv = ("sh", "-c", f"echo asked >> {log}; echo out; echo err >&2; exit 3")
    threads = [threading.Thread(target=probe.run, args=argv) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    answer = probe.run(*argv)
    assert (answer.status, answer.stdout, answer.stderr) == (3, "out\n", "err\n")
    assert log.read_text() == "asked\n"


def test_messages_are_in_one_language(probe: HostProbe) -> None:
    """They are compared with words."""
    assert probe.run("sh", "-c", "echo $LC_ALL").stdout == "C\n"


def test_a_program_that_is_not_there(probe: HostProbe) -> None:
    """No status, and why."""
    answer = probe.run("/no/such/program")
    assert (answer.status, answer.last_line) == (None, "No such file or directory")
    assert probe.which("no-such-program") is None
    assert probe.which("sh") is not None


def test_a_program_that_hangs() -> None:
    """It is killed, with what it started."""
    answer = HostProbe(0.3).run("sh", "-c", "sleep 100 & wait")
    assert (answer.status, answer.timed_out) == (None, True)


def test_looking(probe: HostProbe, tmp_path: Path) -> None:
    """What is there, and what is not."""
    file = tmp_path / "a b"
    file.write_text("x")
    file.chmod(0o640)
    look = probe.look(str(file))
    assert (look.kind, look.mode & 0o777, look.uid) == ("file", 0o640, os.getuid())
    assert look.exists
    assert look.readable
    assert look.total > 0
    assert probe.look(str(tmp_path)).kind == "folder"
    assert probe.look("/dev/null").kind == "device"
    assert probe.look(str(tmp_path / "none")).errno == errno.ENOENT
    assert probe.look(str(file / "x")).errno == errno.ENOTDIR
    kinds = [look.kind for look in probe.looks([str(file), str(tmp_path), "/dev/null"])]
    assert kinds == ["file", "folder", "device"]


def test_reading_the_kernels_files(probe: HostProbe, tmp_path: Path) -> None:
    """Those under /proc/sys refuse large reads."""
    assert (probe.read("/proc/sys/kernel/ostype") or "").strip() == "Linux"
    assert probe.read(str(tmp_path / "none")) is None
    long = tmp_path / "long"
    long.write_text("line\n" * 100_000)
    assert len(probe.read(str(long)) or "") == 500_000
    assert probe.names(str(tmp_path)) == ("long",)
    assert probe.names(str(long)) == ()


def test_opening_devices(probe: HostProbe) -> None:
    """An errno, or 0."""
    assert probe.opened("/dev/null") == 0
    assert probe.opened("/dev/no-such-device") == errno.ENOENT


def test_listeners_and_who_holds_them(probe: HostProbe) -> None:
    """This process is found by the inode of its socket."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        (found,) = [each for each in listeners("tcp", probe) if each.port == port]
        holder = probe.holder(found.inode)
        assert (found.address, holder and holder.pid) == ("127.0.0.1", os.getpid())
        assert probe.connect("127.0.0.1", port) == ""
    assert probe.connect("127.0.0.1", port) == "connection refused"
    assert probe.is_own_address("127.0.0.1")
    assert not probe.is_own_address("192.0.2.1")


def test_names_that_cannot_be_resolved(probe: HostProbe) -> None:
    """A literal address needs no server."""
    assert probe.resolve("127.0.0.1") == ""
    assert "its name is not known" in probe.resolve("\udcff")


@contextlib.contextmanager
def serving(answer: bytes) -> Iterator[tuple[str, list[bytes]]]:
    """A UNIX socket that takes one request, and gives an answer."""
    path = f"/tmp/cg-{os.getpid()}-{threading.get_ident()}.sock"
    requests: list[bytes] = []
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(path)
        server.listen()

        def serve() -> None:
            with contextlib.suppress(OSError):
                client, _ = server.accept()
                with client:
                    requests.append(client.recv(1024))
                    client.sendall(answer)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield path, requests
            thread.join(10)
        finally:
            os.unlink(path)


def test_greeting_a_display(probe: HostProbe) -> None:
    """The connection setup of the X protocol, with the cookie in it; welcome, refusal, silence."""
    with serving(b"\x01" + b"\0" * 7) as (path, requests):
        assert probe.greet_display(path, 0, b"MIT-MAGIC-COOKIE-1", b"0123456789abcdef") == ""
    assert requests == [
        b"l\0\x0b\0\0\0\x12\0\x10\0\0\0" + b"MIT-MAGIC-COOKIE-1\0\0" + b"0123456789abcdef"
    ]
    with serving(b"\x00\x0b\x0b\0\0\0\x03\0No protocol\0") as (path, _):
        assert probe.greet_display(path, 0, b"", b"") == "No protocol"
    with serving(b"") as (path, _):
        assert probe.greet_display(path, 0, b"", b"") == "it closes the connection"
    assert probe.greet_display(path, 0, b"", b"") == "no such file or directory"


def test_fetching_a_page(probe: HostProbe) -> None:
    """Whatever HTTP answers is a page; another program is none."""
    for answer, why in (
        (b"HTTP/1.0 404 Not Found\r\n\r\n", ""),
        (b"SSH-2.0-OpenSSH\r\n", "what answers does not speak HTTP"),
        (b"", "remote end closed connection without response"),
    ):
        with socket.create_server(("127.0.0.1", 0)) as server:

            def serve(server: socket.socket = server, answer: bytes = answer) -> None:
                client, _ = server.accept()
                with client:
                    client.recv(1024)
                    client.sendall(answer)

            thread = threading.Thread(target=serve, daemon=True)
            thread.start()
            assert probe.fetch(f"http://127.0.0.1:{server.getsockname()[1]}/") == why
            thread.join(10)


def test_a_silent_name_server() -> None:
    """Nothing listens on port 53 there."""
    assert not HostProbe(0.3).ask_name_server("127.213.53.53")


def test_groups(probe: HostProbe) -> None:
    """By number."""
    assert probe.group_name(0) == "root"
    assert probe.group_name(4_000_000_000) is None
    assert probe.group_members(4_000_000_000) == ()
