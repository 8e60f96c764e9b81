"""``build`` in a Compose file: the settings that Compose has; the Dockerfile has the others."""

from __future__ import annotations

from collections.abc import Mapping

from coder_gen.engines.arguments import text
from coder_gen.expression import Text
from coder_gen.language.build_values import image_of
from coder_gen.language.load import Project
from coder_gen.targets.compose.writer import ComposeWriter
from coder_gen.targets.image.build_arguments import passed
from coder_gen.text.diagnostics import Reporter

# Keys of `build` that the format of Compose 1.29 does not have.
_MODERN = ("tags", "platforms", "no_cache", "pull", "secrets")
_PROXIES = ("http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY")


def entry(project: Project, to: ComposeWriter) -> dict[str, object]:
    """The service's ``build``."""
    assert project.build is not None
    made = image_of(project.build)
    arguments: dict[str, object] = {
        name: to.text(value) for name, value in passed(project, made).items()
    }
    # Without a value, Compose passes the host's, or nothing if the host does not set it.
    arguments.update({name: None for name, value in made.args.items() if value is None})
    arguments.update(dict.fromkeys(_PROXIES))
    found: dict[str, object] = {
        "context": to.text(_relative(made.context or text("."))),
        "dockerfile": _text(made.dockerfile, to),
        "args": arguments,
        "labels": {} if made.generated else _pairs(made.labels, to),
        "target": _text(made.target, to),
        "network": _text(made.network, to),
        "shm_size": _text(made.shm_size, to),
        "cache_from": [to.text(image) for image in made.cache_from],
        "extra_hosts": [f"{to.text(host)}:{to.text(ip)}" for host, ip in made.extra_hosts],
    }
    if to.modern:
        found |= {
            "tags": [to.text(name) for name in made.tags],
            "platforms": [to.text(name) for name in made.platforms],
            "no_cache": made.no_cache or None,
            "pull": made.pull or None,
            "secrets": [secret.name for secret in made.secrets],
        }
    return {key: value for key, value in found.items() if value not in (None, {}, [])}


def secrets(project: Project, to: ComposeWriter) -> dict[str, dict[str, object]]:
    """The build's secrets for the top of the file."""
    assert project.build is not None
    if not to.modern:
        return {}
    found: dict[str, dict[str, object]] = {}
    for secret in image_of(project.build).secrets:
        if secret.file is not None:
            found[secret.name] = {"file": to.text(_relative(secret.file))}
        elif secret.environment is not None:
            found[secret.name] = {"environment": secret.environment}
    return found


def report(project: Project, modern: bool, reporter: Reporter) -> list[str]:
    """Warn (W101) of keys that Compose 1.29 does not have; returns lines for the output."""
    assert project.build is not None
    if modern:
        return []
    made = image_of(project.build)
    notes = []
    for key in _MODERN:
        if key in made.spans and key in project.build.value:
            note = "Compose 1.29 has no such key: build with build.sh, or pass --min-version 2"
            reporter.warning(
                "W101", f"`build.{key}` is approximated by Compose: {note}", made.spans[key]
            )
            notes.append(f"build.{key}: {note}")
    return notes


def _text(value: Text | None, to: ComposeWriter) -> str | None:
    return None if value is None else to.text(value)


def _pairs(values: Mapping[str, Text], to: ComposeWriter) -> dict[str, object]:
    return {name: to.text(value) for name, value in values.items()}


def _relative(path: Text) -> Text:
    """A path that cannot be read as a URL or a name."""
    if any(path.startswith(first) for first in "/.~"):
        return path
    return "./" + path
