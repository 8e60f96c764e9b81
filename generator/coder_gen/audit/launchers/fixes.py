"""The fix of each risk as a change of the launcher itself, not as a fragment of a spec."""

from __future__ import annotations

from collections.abc import Mapping

from coder_gen.audit.findings import Fix
from coder_gen.audit.launchers.setting_text import Describe, entries, options
from coder_gen.audit.rule import Hit, Rule
from coder_gen.engines.base import APPTAINER, Engine
from coder_gen.expression import Text
from coder_gen.language.values import Mount
from coder_gen.plan import Plan
from coder_gen.text.positions import Span

_TOKEN = 'add: -v "${HOME}/.config/coder/token:/run/secrets/token:ro"'
_COOKIE = """\
before: cookie=$(mktemp)
        xauth nlist "$DISPLAY" | sed 's/^..../ffff/' | xauth -f "$cookie" nmerge -
add: -v "$cookie:/tmp/.Xauthority:ro" -e XAUTHORITY=/tmp/.Xauthority"""

# Fixes that need more than the change of one setting.
_SCRIPT: Mapping[str, str] = {
    "no-authentication": """\
replace: -p PORT:PORT by -p 127.0.0.1:PORT:PORT
add: -v "${HOME}/.config/coder/password:/run/secrets/password:ro"
add: have the program ask for what is in that file (code-server: --auth password)""",
    "system-port": "replace: -p 80:80 by -p 8080:80",
    "default-bridge": "before: docker network create coder\nadd: --network coder",
    "readable-home": 'replace: -v "${HOME}:..." by -v "${HOME}/coder:${HOME}/coder"',
    "x11-host": f"remove: {{grant}}\n{_COOKIE}",
    "x11-user": f"remove: {{grant}}\n{_COOKIE}",
    "x11-socket": _COOKIE,
    "x11-authority": f"remove: the mount of the file with all cookies\n{_COOKIE}",
    "x11-client": "remove: -e DISPLAY, and the mounts of /tmp/.X11-unix and of the cookie",
    "x11-abstract-socket": "remove: --network host\nadd: -p 127.0.0.1:PORT:PORT",
    "secret-in-environment": f"remove: -e {{name}}\n{_TOKEN}",
    "secret-in-spec": f"remove: the text with the secret\n{_TOKEN}",
    "secret-in-label": f"remove: --label {{name}}\n{_TOKEN}",
    "secret-in-command": f"remove: the word with the secret\n{_TOKEN}",
    "writable-root": "add: --read-only --tmpfs /tmp --tmpfs /run",
    "no-healthcheck": "add: --health-cmd 'curl -fsS http://127.0.0.1:7860/healthz'",
    "image-not-pinned": "replace: {image} by NAME:TAG@sha256:...",
    "engine-options": "remove: {option}",
}
_APPTAINER: Mapping[str, str] = {
    "host-pid": "add: --pid",
    "host-ipc": "add: --ipc",
    "host-network": "add: --net --network none\n     (where the container needs no network: another one needs root)",
    "no-authentication": """\
add: have the program listen on 127.0.0.1, and ask for a password
     (code-server: --bind-addr 127.0.0.1:PORT --auth password)""",
    "writable-root": "remove: --writable, or --writable-tmpfs",
    "no-memory-limit": "add: --memory 8g",
    "no-cpu-limit": "add: --cpus 2",
    "no-pids-limit": "add: --pids-limit 4096",
    "x11-host": 'remove: {grant}\nadd: --env XAUTHORITY="${XAUTHORITY:-$HOME/.Xauthority}"',
    "x11-socket": "remove: --bind /tmp/.X11-unix, where no window is needed",
    "image-not-pinned": "replace: {image} by NAME:TAG@sha256:..., or by a SIF that you sign",
}  # fmt: skip
_COMPOSE: Mapping[str, str] = {
    "no-authentication": """\
replace: ports: ["PORT:PORT"] by ports: ["127.0.0.1:PORT:PORT"]
add: secrets: [password], and at the top
     secrets: {password: {file: "${HOME}/.config/coder/password"}}
add: have the program ask for what is in /run/secrets/password (code-server: --auth password)""",
    "system-port": 'replace: ports: ["80:80"] by ports: ["8080:80"]',
    "default-bridge": "remove: network_mode: bridge",
    "readable-home": 'replace: volumes: ["${HOME}:..."] by volumes: ["${HOME}/coder:/home/coder"]',
    "x11-socket": """\
before: xauth nlist "$DISPLAY" | sed 's/^..../ffff/' | xauth -f ~/.Xauthority-container nmerge -
add: volumes: ["${HOME}/.Xauthority-container:/tmp/.Xauthority:ro"]
add: environment: [XAUTHORITY=/tmp/.Xauthority]""",
    "x11-authority": """\
remove: the mount of the file with all cookies
before: xauth nlist "$DISPLAY" | sed 's/^..../ffff/' | xauth -f ~/.Xauthority-container nmerge -
add: volumes: ["${HOME}/.Xauthority-container:/tmp/.Xauthority:ro"]
add: environment: [XAUTHORITY=/tmp/.Xauthority]""",
    "x11-abstract-socket": 'remove: network_mode: host\nadd: ports: ["127.0.0.1:PORT:PORT"]',
    "secret-in-environment": """\
remove: environment: [{name}]
add: secrets: [token], and at the top
     secrets: {token: {file: "${HOME}/.config/coder/token"}}""",
    "secret-in-label": "remove: labels: [{name}]",
    "secret-in-spec": "remove: the text with the secret\nadd: secrets: [token], and at the top\n"
    '     secrets: {token: {file: "${HOME}/.config/coder/token"}}',
    "secret-in-image": """\
remove: build.args: [{name}]
add: build.secrets: [token], and at the top
     secrets: {token: {file: "${HOME}/.config/coder/token"}}""",
    "secret-in-command": """\
remove: the word with the secret
add: secrets: [token], and at the top
     secrets: {token: {file: "${HOME}/.config/coder/token"}}""",
    "writable-root": "add: read_only: true\nadd: tmpfs: [/tmp, /run]",
    "no-healthcheck": "add: healthcheck: {test: [CMD, curl, -fsS, 'http://127.0.0.1:7860/healthz']}",
    "image-not-pinned": "replace: image: {image} by image: NAME:TAG@sha256:...",
}
_APART = "add: --containall, and --bind for each folder that is needed"


def fixes(kind: str, engine: Engine | None, grant: str, unasked: frozenset[Span]) -> Fix:
    """The writer of fixes for a launcher: a Compose file, or a script for an engine.

    ``grant`` is the command that opens the display, or empty; ``unasked`` are the places of mounts
    that the engine adds by default.
    """
    compose = kind == "compose"
    describe: Describe = entries if compose else options(engine)
    table = _COMPOSE if compose else _SCRIPT
    if engine is not None and engine.family == APPTAINER and not compose:
        table = {**_SCRIPT, **_APPTAINER}

    def fix(rule: Rule, hit: Hit, plan: Plan) -> str:
        if isinstance(hit.item, Mount) and hit.item.span in unasked:
            return _APART
        template = table.get(rule.id)
        if template is not None:
            return _filled(template, hit, plan, grant)
        if rule.remedy is None:
            return ""
        return _changes(describe(plan), describe(rule.remedy(plan, hit)))

    return fix


def _changes(before: list[str], after: list[str]) -> str:
    # Ordered, and searched by their names: a launcher has thousands of words.
    old, new = dict.fromkeys(before), dict.fromkeys(after)
    lines = [f"remove: {each}" for each in old if each not in new]
    lines += [f"add: {each}" for each in new if each not in old]
    return "\n".join(lines)


def _filled(template: str, hit: Hit, plan: Plan, grant: str) -> str:
    image = plan.text("image")
    values = {
        "{grant}": grant,
        "{name}": hit.item if isinstance(hit.item, str) else "NAME",
        "{image}": image.source if image is not None else "IMAGE",
        "{option}": hit.item.source if isinstance(hit.item, Text) else "the option",
    }
    for name, value in values.items():
        template = template.replace(name, value)
    return template
