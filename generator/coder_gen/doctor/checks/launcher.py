"""The programs that the generated script itself needs."""

from __future__ import annotations

from coder_gen.doctor.context import CheckContext
from coder_gen.doctor.engine_queries import number
from coder_gen.doctor.model import Check, CheckFinding, Precondition, ok, problem, warning
from coder_gen.host.probe import Probe

OLDEST_BASH = "4.2"


def _launcher(context: CheckContext, probe: Probe) -> list[CheckFinding]:
    if probe.which("bash") is None:
        return [problem("bash is not on PATH", "install bash, or add its folder to PATH")]
    version = probe.run("bash", "-c", 'printf %s "$BASH_VERSION"').stdout
    if version and number(version) < number(OLDEST_BASH):
        return [
            problem(
                f"bash {version} is older than {OLDEST_BASH}, which the launcher needs",
                "install a newer one first on PATH (macOS: brew install bash)",
            )
        ]
    if any(True for _ in context.published) and probe.which("ss") is None:
        return [
            warning(
                "ss is not on PATH: the launcher cannot say who holds a port",
                "install it",
                "sudo apt install iproute2",
            )
        ]
    return [ok(f"bash {version}")]


CHECKS = (
    Check(
        "launcher",
        "launcher",
        f"The programs that the script needs: bash {OLDEST_BASH} or newer, and ss for the ports.",
        Precondition("always", lambda context: True),
        _launcher,
    ),
)
