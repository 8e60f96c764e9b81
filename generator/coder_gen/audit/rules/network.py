"""Who can reach the container over the network, and whether they must authenticate."""

from __future__ import annotations

import re
from collections.abc import Iterator

from coder_gen.audit.levels import CRITICAL, HIGH, LOW, MEDIUM
from coder_gen.audit.remedies import on_loopback, with_value
from coder_gen.audit.rule import Hit, Rule
from coder_gen.audit.rule_text import RuleText
from coder_gen.expression import Text
from coder_gen.language.values import Inherit, Port
from coder_gen.plan import Plan
from coder_gen.plan.defaults import is_true, scalar, settled
from coder_gen.plan.image import image
from coder_gen.text.positions import Span

# From where a port can be reached; the widest last.
NOWHERE, LOOPBACK, ADDRESS, EVERYWHERE = range(4)
_REACH = {
    LOOPBACK: "from this host, by every user of it",
    ADDRESS: "over the network",
    EVERYWHERE: "on every address of the host",
}
# Options that disable a program's authentication.
_OPEN = re.compile(
    r"--auth[= ]none\b|--without-connection-token|--no-?auth\b|-SecurityTypes[= ]None"
    r"|--(?:NotebookApp|ServerApp|IdentityProvider)\.token=(?:\s|$|''|\"\")",
    re.IGNORECASE,
)
_ASKS = re.compile(
    r"--auth[= ](?!none\b)\S|--connection-token|--credential|--socket\b"
    r"|--(?:NotebookApp|ServerApp|IdentityProvider|PasswordIdentityProvider)\.\w*(?:token|password)=\S"
    r"|PASSWORD=",
)
# Variables with which such programs set their password. A GITHUB_TOKEN or a database's password
# sets none.
_PASSWORD = re.compile(
    r"(?:FILE__)?(?:(?:IDE|CODE|CODER|CODE_?SERVER|VSCODE|VNC|KASM|WEB|WEBUI|UI|APP|LOGIN|ACCESS|USER"
    r"|ADMIN|AUTH|BASIC_AUTH|TTYD|GOTTY|WETTY|THEIA|JUPYTER|NOTEBOOK|RSTUDIO|DESKTOP)_)?"
    r"(?:HASHED_)?(?:PASSWORD|PASSWD|PW|HTPASSWD|CREDENTIALS?)(?:_(?:FILE|HASH))?"
    r"|(?:IDE|CODE_?SERVER|VSCODE|JUPYTER|NOTEBOOK|CONNECTION|ACCESS|LOGIN)_TOKEN|CONNECTION_TOKEN_FILE",
    re.IGNORECASE,
)
# The user chooses a secret's name; the excluded words are about other servers' passwords.
_GRANTED = re.compile(
    r"(?!.*(?:DB|DATABASE|PG|POSTGRES|SQL|MONGO|REDIS|SMTP|MAIL|LDAP|GIT|REGISTRY|PROXY|SUDO|KEY))"
    r".*(?:PASSWORD|PASSWD)",
    re.IGNORECASE,
)
# A shell as the command, which does not listen, whatever the image is.
_SHELL = re.compile(r"(?:/usr)?(?:/bin/)?(?:ba|da|z|k|fi)?sh(?: -[il]| --login)*")
# Images whose program gives a shell or a desktop, by default without authentication.
# (Jupyter's and RStudio's require a token or a password by default.)
_SHELL_IMAGE = re.compile(
    r"coder|code-?server|vscode|theia|cloud9|ttyd|gotty|wetty|shellinabox|vnc|webtop|kasm|desktop"
)

# code-server's own image generates a password if none is set.
_ASKING_IMAGE = re.compile(r"(?:.*/)?(?:codercom|coder)/code-server")


def reach_of(port: Port, plan: Plan) -> int:
    """From where a published port can be reached."""
    address = settled(port.host_ip, plan).strip("[]")
    if address in ("", "0.0.0.0", "::", "*"):
        return EVERYWHERE
    return LOOPBACK if address == "::1" or address.startswith(("127.", "localhost")) else ADDRESS


def reach(plan: Plan) -> int:
    """From where the container's servers can be reached."""
    network = scalar(plan, "network_mode")
    if network == "none" or network.startswith("container:"):
        return NOWHERE
    if is_true(plan, "publish_all") or network == "host":
        return EVERYWHERE
    return max((reach_of(port, plan) for port in plan.ports), default=NOWHERE)


def _words(plan: Plan) -> str:
    words: list[Text] = [*(plan.value("entrypoint") or ()), *(plan.value("command") or ())]
    return " ".join(settled(word, plan) for word in words)


def _environment(plan: Plan) -> dict[str, str]:
    pairs: dict[str, Text | Inherit] = plan.value("environment") or {}
    return {
        n: "${" + n + "}" if isinstance(v, Inherit) else settled(v, plan) for n, v in pairs.items()
    }


def lets_everyone_in(plan: Plan) -> str | None:
    """Why the container has no authentication; None if it has, or if that is unknown."""
    words, environment = _words(plan), _environment(plan)
    if _SHELL.fullmatch(words):
        return None
    said = _OPEN.search(words)
    if said is not None:
        return f"`{said[0].strip()}` gives everyone access"
    for name, value in environment.items():
        if name == "DISABLE_AUTH" and value.lower() == "true":
            return "`DISABLE_AUTH` gives everyone access"
        if name == "JUPYTER_TOKEN" and not value:
            return "an empty JUPYTER_TOKEN gives everyone access"
    grants = (*(plan.value("secrets") or ()), *(plan.value("configs") or ()))
    asks = (
        _ASKS.search(words)
        or any(_PASSWORD.fullmatch(name) and value for name, value in environment.items())
        or any(_GRANTED.match(grant.name) for grant in grants)
    )
    if asks:
        return None
    if image(plan) is not None:
        return None
    path = re.sub(r":[^/]*$", "", scalar(plan, "image").partition("@")[0].lower())
    if _SHELL_IMAGE.search(path.rpartition("/")[2]) and not _ASKING_IMAGE.fullmatch(path):
        return RuleText(
            "{spec} sets no authentication, and an image of this kind has none by default"
        )
    return None


def _place(plan: Plan) -> Span | None:
    """The span of the setting that publishes: a port, network_mode or publish_all."""
    ports = plan.ports
    if ports:
        return ports[0].span
    for key in ("network_mode", "publish_all"):
        if key in plan.settings:
            return plan.settings[key].span
    return None


def _no_authentication(plan: Plan) -> Iterator[Hit]:
    found, why = reach(plan), lets_everyone_in(plan)
    if why is not None and found != NOWHERE:
        level = HIGH if found == LOOPBACK else CRITICAL
        message = RuleText("{why}; it is reached {how}", why=why, how=_REACH[found])
        yield Hit(message, _place(plan), level=level)


def _all_addresses(plan: Plan) -> Iterator[Hit]:
    for port in plan.ports:
        if reach_of(port, plan) == EVERYWHERE:
            shown = settled(port.published, plan) or "chosen by the engine"
            yield Hit(f"port {shown} is published on every address of the host", port.span, port)
    if is_true(plan, "publish_all"):
        yield Hit(
            "every exposed port is published on every address", plan.settings["publish_all"].span
        )


def _no_wide_ports(plan: Plan, hit: Hit) -> Plan:
    if hit.item is None:
        return plan._replace(
            settings={k: s for k, s in plan.settings.items() if k != "publish_all"}
        )
    # An explicit address is kept.
    return on_loopback(plan, lambda port: reach_of(port, plan) != ADDRESS)


def _low_port(plan: Plan) -> Iterator[Hit]:
    for port in plan.ports:
        number = settled(port.published, plan)
        if number.isdigit() and int(number) < 1024:
            yield Hit(f"port {number} is a system port", port.span, port)


def _default_bridge(plan: Plan) -> Iterator[Hit]:
    network = plan.text("network_mode")
    if scalar(plan, "network_mode") in ("", "bridge", "default") and not plan.value("networks"):
        yield Hit(
            "the container joins the default bridge, which all other containers share",
            network.span if network is not None else None,
        )


# Variables and options by which clients of Docker and Podman use another host's engine.
_ENGINES = (
    "DOCKER_HOST",
    "CONTAINER_HOST",
    "BUILDKIT_HOST",
    "CONTAINERD_ADDRESS",
    "LIBVIRT_DEFAULT_URI",
)
_REMOTE = re.compile(r"(?:tcp|https?|ssh|qemu\+\w+)://", re.IGNORECASE)
_REMOTE_OPTION = re.compile(r"(?:^|\s)(?:-H|--host)[ =]?['\"]?tcp://\S+|tcp://\S*:237[56]\b")


def _remote(plan: Plan) -> Iterator[Hit]:
    pairs: dict[str, Text | Inherit] = plan.value("environment") or {}
    for name in _ENGINES:
        value = pairs.get(name)
        if isinstance(value, Inherit):
            yield Hit(f"{name} is passed on", value.span, name, HIGH)
        elif value is not None and _REMOTE.match(settled(value, plan)):
            yield Hit(f"{name} is {settled(value, plan)}", value.span, name)
    for forwarded in plan.value("forward_environment") or ():
        if forwarded.source in _ENGINES:
            yield Hit(f"{forwarded.source} is passed on", forwarded.span, forwarded.source, HIGH)
    for key in ("entrypoint", "command"):
        words: tuple[Text, ...] = plan.value(key) or ()
        found = _REMOTE_OPTION.search(" ".join(settled(word, plan) for word in words))
        if found is not None:
            yield Hit(
                f"`{found[0].strip()}` is an engine over the network", words[0].span, words[0]
            )


def _no_remote(plan: Plan, hit: Hit) -> Plan:
    if isinstance(hit.item, Text):
        plan = with_value(plan, "command", None)
        return with_value(plan, "entrypoint", None) if plan.entry_arguments else plan
    pairs = {n: v for n, v in (plan.value("environment") or {}).items() if n != hit.item}
    names = tuple(n for n in plan.value("forward_environment") or () if n.source != hit.item)
    if pairs != (plan.value("environment") or {}):
        plan = with_value(plan, "environment", pairs or None)
    if names != (plan.value("forward_environment") or ()):
        plan = with_value(plan, "forward_environment", names)
    return plan


RULES = (
    Rule(
        id="no-authentication",
        title="No authentication",
        level=CRITICAL,
        gains="A shell with the user's files, for anyone who reaches the port. Every user of a "
        "shared host can reach a loopback port.",
        advice="Require a password, read from a file, or listen on a socket of mode 0600; and "
        "publish on loopback, with a tunnel to it. --profile hardened does both.",
        standards=("CIS 5.14", "OWASP 5a"),
        check=_no_authentication,
        example="publish_address: 127.0.0.1\n"
        "secrets:\n  ide-password:\n    file: ${HOME}/.config/coder/password\n"
        "entrypoint: [/bin/bash, -c, 'PASSWORD=$$(cat /run/secrets/ide-password) exec \"$$@\"', ide]\n"
        "command: [code-server, --auth, password]",
    ),
    Rule(
        id="engine-remote",
        title="An engine over the network",
        level=CRITICAL,
        gains="Root on the host of that engine: every client of it can start a container with / mounted.",
        advice="Remove it; for builds, use rootless BuildKit or Podman inside.",
        standards=("CIS 2.7", "OWASP 1"),
        check=_remote,
        remedy=_no_remote,
        costs="The engine can no longer be called from inside.",
        automatic=False,
    ),
    Rule(
        id="all-addresses",
        title="Published on every address",
        level=MEDIUM,
        gains="Reaches the port from the whole network: Docker's rules have precedence over the "
        "host's firewall.",
        advice="Publish on loopback, and reach it through a tunnel: ssh -L PORT:127.0.0.1:PORT.",
        standards=("CIS 5.14", "OWASP 5a", "NIST 4.4.2"),
        check=_all_addresses,
        remedy=_no_wide_ports,
        costs="Other hosts need a tunnel.",
    ),
    Rule(
        id="system-port",
        title="A port below 1024",
        level=LOW,
        gains="Impersonates a service of the host that users trust.",
        advice="Publish it on a port above 1023.",
        standards=("CIS 5.8",),
        check=_low_port,
        example='ports: !override\n  - target: 80\n    published: 8080',
    ),
    Rule(
        id="default-bridge",
        title="The default bridge",
        level=LOW,
        gains="Connects to every other container of the host.",
        advice="Use a separate network, made once: docker network create coder.",
        standards=("CIS 5.30", "OWASP 5"),
        check=_default_bridge,
        example="network_mode: !reset null\nnetworks: [coder]",
    ),
)  # fmt: skip
