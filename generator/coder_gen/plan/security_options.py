"""A plan's security options; the last option for a setting takes effect."""

from __future__ import annotations

from coder_gen.expression import Text
from coder_gen.plan.defaults import texts
from coder_gen.plan.plan import Plan


def option(plan: Plan, *spellings: str) -> Text | None:
    """The security option that equals one of these; engines allow = and : alike."""
    for text, value in texts(plan, "security_opt"):
        if value.replace(":", "=", 1) in spellings:
            return text
    return None


def keeps_privileges(plan: Plan) -> bool:
    """Whether setuid programs give no more rights, by the last option about it."""
    last = about_privileges(plan)
    return last is not None and last[1].lower() in ("", "true", "t", "1")


def about_privileges(plan: Plan) -> tuple[Text, str] | None:
    """The last option about setuid programs, and its value."""
    last = None
    for text, value in texts(plan, "security_opt"):
        name, _, setting = value.replace("=", ":", 1).partition(":")
        if name == "no-new-privileges":
            last = text, setting
    return last
