"""`coder-gen doctor` and the network: failing for real, and passing."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import threading
from collections.abc import Iterator

from tests.e2e import host
from tests.e2e.doctoring import SMALL, Ask, in_namespaces
from tests.e2e.engines import Docker

UID = os.getuid()


# The network.


def test_proxies(ask: Ask, docker: Docker) -> None:
    """Not answering, spelt differently, on loopback, and no exception for loopback."""
    spec = SMALL + "forward_environment: [http_proxy, HTTP_PROXY]\n"
    closed = f"http://user:secret@{docker.gateway}:{host.free_port()}"
    env = docker.environment(http_proxy=closed, HTTP_PROXY="http://other.invalid:1")
    found = ask(spec, env=env)
    assert found.status == 0
    said = [finding["message"] for finding in found.findings("proxy")]
    assert said[0].startswith("http_proxy and HTTP_PROXY differ")
    assert said[1].endswith("(http_proxy) does not answer: connection refused")
    assert "other.invalid:1 (HTTP_PROXY) does not answer: its name is not known" in said[2]
    assert said[3].startswith("no_proxy does not name localhost and 127.0.0.1")
    assert "secret" not in json.dumps(found.record)
    with socket.create_server(("", 0)) as proxy:
        port = proxy.getsockname()[1]
        plain = {"no_proxy": "localhost,127.0.0.1", "NO_PROXY": "localhost,127.0.0.1"}
        loopback = docker.environment(http_proxy=f"http://localhost:{port}", **plain)
        (finding,) = ask(spec, env=loopback).findings("proxy")
        assert "on this host's loopback, which the container's network" in finding["message"]
        assert ask(spec + "network_mode: host\n", env=loopback).one("proxy")["status"] == "ok"
        there = docker.environment(http_proxy=f"http://{docker.gateway}:{port}", **plain)
        assert ask(spec, env=there).one("proxy")["status"] == "ok"
        assert "the spec does not pass it on" in ask(SMALL, env=there).one("proxy")["message"]


def test_empty_proxy(ask: Ask, docker: Docker) -> None:
    """The original's fault: set and empty."""
    finding = ask(SMALL, env=docker.environment(https_proxy="")).one("proxy")
    assert finding["message"].startswith("https_proxy is set and empty")


@contextlib.contextmanager
def name_server(address: str, *, answers: bool) -> Iterator[None]:
    """A name server on port 53 of an address of its own, that answers or keeps silent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind((address, 53))

        def serve() -> None:
            with contextlib.suppress(OSError):
                while True:
                    question, client = server.recvfrom(512)
                    if not question:
                        return
                    if answers:
                        server.sendto(question[:2] + b"\x81\x80" + question[4:], client)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield
        finally:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
                last.sendto(b"", (address, 53))
            thread.join(10)


def test_name_servers(ask: Ask) -> None:
    """One that answers, one that is silent, and both together."""
    good, silent = f"127.{UID % 200 + 20}.53.1", f"127.{UID % 200 + 20}.53.2"
    spec = SMALL + "network_mode: host\ndns: [{}]\n"
    with name_server(good, answers=True), name_server(silent, answers=False):
        assert ask(spec.format(good)).one("dns")["message"] == f"{good} answers"
        both = ask(spec.format(f"{silent}, {good}"), "--timeout", "1").one("dns")
        assert both["message"].startswith(f"{silent} does not answer, {good} does")
        none = ask(spec.format(silent), "--timeout", "1").one("dns")
        assert none["message"].startswith(f"the name server {silent} does not answer")
        bridged = ask(SMALL + f"dns: [{good}]\n").one("dns")
        assert "on this host's loopback" in bridged["message"]


def test_dns_of_a_host_without_a_network(ask: Ask) -> None:
    """In a network namespace of its own nothing is reached."""
    found = ask(SMALL, "--timeout", "1", before=in_namespaces(":", "--net"))
    assert found.one("dns")["status"] == "warning"
    assert "cannot resolve names" in found.one("dns")["message"]


def test_networks(ask: Ask, docker: Docker) -> None:
    """A network, and a container whose network is joined, have to be there."""
    name = f"cg-{os.getpid()}"
    spec = SMALL + f"networks: [{name}]\n"
    finding = ask(spec).one("networks")
    assert (finding["message"], finding["commands"]) == (
        f"there is no network {name}", [f"docker network create {name}"],
    )  # fmt: skip
    docker.output("network", "create", name)
    try:
        assert ask(spec).one("networks")["status"] == "ok"
    finally:
        docker.output("network", "rm", name)
    joined = ask(SMALL + "network_mode: container:gone\n")
    assert joined.status == 3
    assert "is not running" in joined.one("networks")["message"]
