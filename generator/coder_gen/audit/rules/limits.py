"""Resource limits, restarts, health checks and logging."""

from __future__ import annotations

import re
from collections.abc import Iterator

from coder_gen.audit.levels import LOW, MEDIUM
from coder_gen.audit.remedies import both, drop_key, set_key
from coder_gen.audit.rule import Check, Hit, Rule
from coder_gen.audit.rule_text import KeyName, RuleText
from coder_gen.language.shapes.amounts import GIB, size, written_size
from coder_gen.plan import Plan
from coder_gen.plan.defaults import is_true, scalar, settled

# Values that mean no limit.
_NONE = ("", "0", "-1", "unlimited")


def _missing(what: str, *keys: str) -> Check:
    def check(plan: Plan) -> Iterator[Hit]:
        if any(scalar(plan, key) not in _NONE for key in keys):
            return
        setting = next((plan.settings[key] for key in keys if key in plan.settings), None)
        yield Hit(f"no limit on {what}", setting.span if setting is not None else None)

    return check


def _writable_root(plan: Plan) -> Iterator[Hit]:
    if not is_true(plan, "read_only"):
        yield Hit("the image's files can be changed while the container runs")


def _restart(plan: Plan) -> Iterator[Hit]:
    if scalar(plan, "restart") in ("always", "unless-stopped", "on-failure"):
        setting = plan.settings["restart"]
        restart = KeyName("restart", scalar(plan, "restart"))
        yield Hit(RuleText("{restart} has no limit", restart=restart), setting.span)


def _with_memory(plan: Plan, hit: Hit) -> Plan:
    """A limit that suits an IDE, between mem_reservation and memswap_limit."""
    both, reserved = (size(scalar(plan, key)) or 0 for key in ("memswap_limit", "mem_reservation"))
    limit = max(8 * GIB, reserved)
    return set_key("mem_limit", str(written_size(min(limit, both) if both else limit)))(plan, hit)


def _bounded(plan: Plan, hit: Hit) -> Plan:
    """A bounded restart; none with ``rm``, because a removed container cannot start again."""
    remedy = drop_key("restart") if plan.value("rm") else set_key("restart", "on-failure:5")
    return remedy(plan, hit)


def _unwatched(plan: Plan) -> Iterator[Hit]:
    check = plan.value("healthcheck")
    off = check is not None and (
        check.disable or (check.test is not None and check.test[0].source == "NONE")
    )
    # An interactive shell needs no health check.
    if (check is None or off) and not plan.value("stdin_open"):
        yield Hit("no health check", plan.settings["healthcheck"].span if off else None)


def _never_killed(plan: Plan) -> Iterator[Hit]:
    if is_true(plan, "oom_kill_disable"):
        yield Hit("it is not killed when memory runs out", plan.settings["oom_kill_disable"].span)
    score = scalar(plan, "oom_score_adj")
    if re.fullmatch(r"-(?:[5-9][0-9]{2}|1000)", score):
        yield Hit(
            f"with {score} other processes are killed first", plan.settings["oom_score_adj"].span
        )


def _silent(plan: Plan) -> Iterator[Hit]:
    logging = plan.value("logging")
    if logging is not None and settled(logging.driver, plan) == "none":
        yield Hit("the log driver `none` stores no output", plan.settings["logging"].span)


RULES = (
    Rule(
        id="no-memory-limit",
        title="No memory limit",
        level=MEDIUM,
        gains="Takes all memory of the host, and the kernel kills programs of other users.",
        advice="Set mem_limit.",
        standards=("CIS 5.11", "OWASP 7"),
        check=_missing("memory", "mem_limit"),
        remedy=_with_memory,
        costs="Programs that need more memory are killed.",
    ),
    Rule(
        id="no-cpu-limit",
        title="No CPU limit",
        level=MEDIUM,
        gains="Takes all processors of the host.",
        advice="Set cpus.",
        standards=("CIS 5.12", "OWASP 7"),
        check=_missing("processors", "cpus", "cpu_quota", "cpuset", "cpu_shares"),
        remedy=set_key("cpus", "2"),
        costs="Builds take longer.",
    ),
    Rule(
        id="no-pids-limit",
        title="No process limit",
        level=MEDIUM,
        gains="Starts processes until the host cannot start any.",
        advice="Set pids_limit.",
        standards=("CIS 5.29", "OWASP 7"),
        check=_missing("processes", "pids_limit"),
        remedy=set_key("pids_limit", "4096"),
        costs="Programs cannot start thousands of threads.",
    ),
    Rule(
        id="oom-kill-disabled",
        title="Not killed when memory runs out",
        level=MEDIUM,
        gains="Blocks the host, or makes the kernel kill programs of other users.",
        advice=RuleText("Remove {key}.", key=KeyName("oom_kill_disable")),
        standards=("CIS 5.11", "OWASP 7"),
        check=_never_killed,
        remedy=both(drop_key("oom_kill_disable"), drop_key("oom_score_adj")),
        costs="The container can be killed when its memory runs out.",
    ),
    Rule(
        id="writable-root",
        title="Writable root file system",
        level=LOW,
        gains="Changes the programs that the next user of the container runs.",
        advice="Set read_only, and use tmpfs for the folders that programs write to.",
        standards=("CIS 5.13", "OWASP 8"),
        check=_writable_root,
        example="read_only: true\ntmpfs: [/tmp, /run]",
    ),
    Rule(
        id="restart-unbounded",
        title="Restarts without end",
        level=LOW,
        gains="Attacks a program that crashes any number of times: it is always started again.",
        advice="Use on-failure with a count.",
        standards=("CIS 5.15", "OWASP 7"),
        check=_restart,
        remedy=_bounded,
        costs="After five failures, or a restart of the host, it stays down.",
    ),
    Rule(
        id="no-healthcheck",
        title="No health check",
        level=LOW,
        gains="Nothing, but a program that no longer answers is not noticed.",
        advice="Send a request to the program: code-server answers on /healthz.",
        standards=("CIS 5.27",),
        check=_unwatched,
        example="healthcheck:\n  test: [CMD, curl, -fsS, 'http://127.0.0.1:7860/healthz']",
    ),
    Rule(
        id="no-log",
        title="No log",
        level=LOW,
        gains="Leaves no trace of what it did.",
        advice=RuleText(
            "Remove {key}, or use a driver that stores output.", key=KeyName("logging")
        ),
        standards=("NIST 4.4.4",),
        check=_silent,
        remedy=drop_key("logging"),
        costs="The engine stores the program's output.",
    ),
)  # fmt: skip
