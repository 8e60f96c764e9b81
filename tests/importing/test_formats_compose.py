"""Compose files: each key has its place, an approximation with a warning, or an error."""

from __future__ import annotations

import pytest

from coder_gen.importing import Imported, read
from coder_gen.importing.command.checking import check
from coder_gen.language.keys.container import KEYS
from coder_gen.text.diagnostics import Problems
from tests.importing.test_formats_round_trip import planned

HEAD = "services:\n  ide:\n    image: app:1.0\n"


def imported(service: str, top: str = "") -> Imported:
    lines = "".join(f"    {line}\n" for line in service.strip("\n").splitlines())
    return read(HEAD + lines + top, "compose.yml", "compose")


def spec(service: str, top: str = "") -> str:
    """The keys of the spec but its name and image; it loads."""
    text = imported(service, top).spec_text
    planned(text)
    rest = text.removeprefix("name: ide\n\n")
    return rest.replace("image: app:1.0\n", "")


def codes(service: str, top: str = "") -> list[str]:
    """The codes of what is said about a service."""
    try:
        return [d.code for d in imported(service, top).diagnostics]
    except Problems as problems:
        return [d.code for d in problems.diagnostics]


@pytest.mark.parametrize(
    ("service", "expected"),
    [
        ("ports: ['8080:80/tcp']", 'ports:\n  - "8080:80"\n'),
        ("ports: [{target: 80, published: 8080, mode: host}]", 'ports:\n  - "8080:80"\n'),
        ("ports: ['8000-8002:9000-9002']", 'ports:\n  - "8000-8002:9000-9002"\n'),
        ("privileged: false", ""),
        ("restart: 'no'", ""),
        ("network_mode: bridge", ""),
        ("user: '${UID:?set it}:${GID:?set it}'", "user: host\n"),
        ("command: [a, 'b c']", 'command: [a, "b c"]\n'),
        ("command: a 'b c'", 'command: [a, "b c"]\n'),
        ("entrypoint: ['']", "entrypoint: []\n"),
        ("environment: [A=1, 'B=x y']", "environment:\n  A: 1\n  B: x y\n"),
        ("environment: [A]", "forward_environment: [A]\n"),
        ("environment: {A: 'yes'}", 'environment:\n  A: "yes"\n'),
        ("environment: {A: $$HOME}", "environment:\n  A: $$HOME\n"),
        ("labels: [a.b=c]", "labels:\n  a.b: c\n"),
        ("pull_policy: if_not_present", ""),
        ("expose: ['80/tcp', 81]", "expose: [80, 81]\n"),
        ("healthcheck: {test: [CMD-SHELL, 'true']}", 'healthcheck:\n  test: "true"\n'),
        ("healthcheck: {test: [NONE]}", "healthcheck:\n  disable: true\n"),
        (
            "ulimits: {nofile: {soft: 1, hard: 2}}",
            "ulimits:\n  nofile:\n    soft: 1\n    hard: 2\n",
        ),
        ("extra_hosts: ['db:10.0.0.1']", "extra_hosts: [db=10.0.0.1]\n"),
        ("deploy: {resources: {limits: {cpus: '2', memory: 1g}}}", "mem_limit: 1g\ncpus: 2\n"),
        ("deploy: {restart_policy: {condition: any}}", "restart: always\n"),
        ("x-anything: [1]", ""),
    ],
)
def test_key(service: str, expected: str) -> None:
    assert spec(service) == expected


@pytest.mark.parametrize(
    ("volume", "expected"),
    [
        ("./a:/a", "./a:/a"),
        ("/a:/a:ro", "/a:/a:ro"),
        ("{type: bind, source: /a, target: /b, read_only: true}", "/a:/b:ro"),
        ("{type: bind, source: /a, target: /b, bind: {propagation: rprivate}}", "/a:/b"),
        ("{type: volume, target: /b}", "/b"),
    ],
)
def test_volume(volume: str, expected: str) -> None:
    assert spec(f"volumes:\n  - {volume}") == f"volumes:\n  - {expected}\n"


@pytest.mark.parametrize(
    ("top", "name"),
    [
        ("volumes: {data: {external: true}}\n", "data"),
        ("volumes: {data: {name: other}}\n", "other"),
        ("name: proj\nvolumes: {data: {}}\n", "proj_data"),
    ],
)
def test_named_volume(top: str, name: str) -> None:
    text = imported("volumes: ['data:/data']", top).spec_text
    assert f"volumes:\n  - {name}:/data\n" in text


def test_a_tmpfs_mode_is_a_number_there_and_digits_here() -> None:
    text = spec("volumes:\n  - {type: tmpfs, target: /t, tmpfs: {mode: 1023}}")
    assert "mode: 1777" in text or 'mode: "1777"' in text


def test_secrets_have_their_source_at_the_top() -> None:
    text = spec(
        "secrets: [one, {source: two, target: /t}]",
        "secrets: {one: {file: ./one}, two: {environment: TWO}}\n",
    )
    assert text == (
        "secrets:\n  one:\n    file: ./one\n  two:\n    environment: TWO\n    target: /t\n"
    )


@pytest.mark.parametrize(
    ("service", "code"),
    [
        ("depends_on: [db]", "W540"),
        ("links: [db]", "W540"),
        ("scale: 2", "W542"),
        ("deploy: {replicas: 2}", "W542"),
        ("deploy: {placement: {}}", "W542"),
        ("deploy: {resources: {limits: {swap: 1g}}}", "W543"),
        ("develop: {watch: []}", "W542"),
        ("volumes: ['data:/data']", "W541"),
        (
            "volumes: [{type: bind, source: /a, target: /b, bind: {create_host_path: true}}]",
            "W501",
        ),
        ("networks: [back]", "W541"),
        ("network_mode: service:db", "W540"),
        ("pid: service:db", "W540"),
        ("volumes_from: [db]", "W540"),
        ("cap_add: [CHOWN, CHOWN]", "W534"),
    ],
)
def test_approximated(service: str, code: str) -> None:
    made = imported(service)
    assert [d.code for d in made.diagnostics] == [code] and made.counts.approximated == 1


def test_no_image_is_an_error_of_the_file() -> None:
    for service in ("pid: host", "image:"):
        with pytest.raises(Problems, match="E503 the service a names no image"):
            read(f"services:\n  a:\n    {service}\n", "compose.yml")


def test_another_service_is_named_by_its_container() -> None:
    text = HEAD + (
        "    network_mode: service:db\n    volumes_from: [db:ro, container:x, web]\n"
        "  db: {image: db, container_name: the-db}\n  web: {image: web}\n"
    )
    made = read(text, "compose.yml", "compose", service="ide")
    assert "network_mode: container:the-db\n" in made.spec_text
    assert "volumes_from: [the-db:ro, x, web]\n" in made.spec_text
    assert [d.message.rpartition("the container ")[2] for d in made.diagnostics] == [
        f"{name}, which has to be there first" for name in ("the-db", "the-db", "web")
    ]
    planned(made.spec_text)


@pytest.mark.parametrize(
    "service",
    [
        "extends: {service: x}",
        "credential_spec: {file: x}",
        "post_start: [{command: x}]",
        "secrets: [missing]",
        "imagee: x",
    ],
)
def test_refused(service: str) -> None:
    assert codes(service) == ["E503"]


@pytest.mark.parametrize(
    ("service", "top", "expected"),
    [
        ("networks: [front]", "networks: {front: {external: true, name: host}}", "network_mode: host\n"),
        (
            "volumes: ['data:/data:ro']",
            "volumes: {data: {driver: local, driver_opts: {type: none, o: bind, device: /srv}}}",
            "volumes:\n  - /srv:/data:ro\n",
        ),
    ],
)  # fmt: skip
def test_what_names_stand_for(service: str, top: str, expected: str) -> None:
    assert spec(service, top) == expected
    assert codes(service, top) == []


def test_the_namespace_of_another_service() -> None:
    db = "  db: {image: 'db:1', container_name: store}\n  web: {image: 'web:1'}\n"
    assert "network_mode: container:store\n" in imported("network_mode: service:db", db).spec_text
    assert "ipc: container:web\n" in imported("ipc: service:web", db).spec_text
    named = imported("pid: service:web", f"{db}name: shop\n").spec_text
    assert "pid: container:shop-web-1\n" in named


def test_a_service_without_an_image_is_refused() -> None:
    with pytest.raises(Problems, match="E503 the service ide names no image"):
        read("services:\n  ide:\n    ports: ['80:80']\n", "compose.yml")


def test_errors_are_placed_in_the_compose_file() -> None:
    with pytest.raises(Problems) as raised:
        imported("ports: ['80:80', '99999']\ncap_add: SYS_ADMIN\n")
    places = [(d.span.source.name, d.span.line) for d in raised.value.diagnostics if d.span]
    assert places == [("compose.yml", 3), ("compose.yml", 4)]


def test_a_default_that_is_a_port_is_declared() -> None:
    text = spec("ports: ['${PORT:-7860}:${PORT:-7860}']\nenvironment: {PORT: '${PORT:-7860}'}")
    assert "  PORT: {type: port, default: 7860}\n" in text
    assert text.count("${PORT}") == 3 and ":-" not in text


def test_two_defaults_stay_where_they_are() -> None:
    text = spec("ports: ['${PORT:-1}:80']\nenvironment: {PORT: '${PORT:-2}'}")
    assert "variables:" not in text and "${PORT:-1}:80" in text and "${PORT:-2}" in text


def test_what_compose_takes_for_nothing() -> None:
    assert '  TAG: ""\n' in spec("environment: {A: '${TAG}'}")


TWO = """\
services:
  web:
    image: app:1.0
    environment: {A: 1, B: 2}
    cap_add: [SYS_ADMIN]
  test:
    image: app:1.0
    environment: {A: 1, B: 3}
    cap_add: [SYS_ADMIN]
    profiles: [test]
"""


def test_services_become_modes_and_share() -> None:
    found = read(TWO, "compose.yml")
    assert found.kind == "compose" and [run.mode for run in found.runs] == ["web", "test"]
    top, _, modes = found.spec_text.partition("modes:\n")
    assert "image: app:1.0" in top and "A: 1" in top and "cap_add: [SYS_ADMIN]" in top
    assert modes == "  web:\n    environment:\n      B: 2\n  test:\n    environment:\n      B: 3\n"
    _, plans = planned(found.spec_text)
    assert next(iter(plans)) == "web"


def test_services_of_several_images_compile() -> None:
    text = "services:\n  web: {image: 'nginx:1'}\n  db: {image: 'postgres:16'}\n"
    found = read(text, "compose.yml")
    assert check(found) == []
    assert "\nimage: nginx:1\n" in found.spec_text
    assert found.spec_text.endswith("  web: {}\n  db:\n    image: postgres:16\n")


def test_hosts_of_the_build() -> None:
    assert "h=10.0.0.1" in spec("build: {context: ., extra_hosts: {h: 10.0.0.1}}")


def test_secrets_of_the_build_have_their_source_at_the_top() -> None:
    found = spec("build: {context: ., secrets: [netrc]}", "secrets: {netrc: {file: ./netrc}}\n")
    assert "secrets:\n    netrc:\n      file: ./netrc\n" in found


def test_one_of_several() -> None:
    found = read(TWO, "compose.yml", service="test")
    assert [run.mode for run in found.runs] == ["service"] and "modes:" not in found.spec_text
    with pytest.raises(Problems, match="E502"):
        read(TWO, "compose.yml", service="tset")


def test_services_of_one_name_are_two_modes() -> None:
    found = read("services: {a.b: {image: x, pid: host}, a-b: {image: y}}", "compose.yml")
    assert [run.mode for run in found.runs] == ["a-b", "a-b-2"]
    _, plans = planned(found.spec_text)
    assert [plans[mode].text("image").source for mode in ("a-b", "a-b-2")] == ["x", "y"]  # type: ignore[union-attr]


# Ours alone, which no Compose file holds.
_OURS = {
    "apptainer", "cpuset_mems", "engine_options", "forward_environment", "publish_address",
    "publish_all", "rm", "x11",
}  # fmt: skip


def test_keys_that_are_no_composes_are_not_taken_for_its() -> None:
    assert set(KEYS) > _OURS
    for key in sorted(_OURS):
        assert codes(f"{key}: x") == ["E503"], key


COMMENTED = """\
# Our team's IDE.
# Ask Pat.
services:
  ide:
    image: app:1.0
    # FUSE needs it.
    cap_add: [SYS_ADMIN]
    volumes:
      # Everyone's files.
      - /a:/a
    # Not yet:
    # tty: true
    pid: host # for debuggers
"""


def test_comments_are_carried_over() -> None:
    assert (
        read(COMMENTED, "compose.yml").spec_text
        == """\
# Our team's IDE.
# Ask Pat.

name: ide

image: app:1.0
# Everyone's files.
volumes:
  - /a:/a
# FUSE needs it.
cap_add: [SYS_ADMIN]
# Not yet:
# tty: true
pid: host  # for debuggers
"""
    )
