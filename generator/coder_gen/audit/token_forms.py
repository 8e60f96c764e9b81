"""Forms of keys and tokens, as their issuers publish them for secret scanners."""

from __future__ import annotations

import re

# By issuer. Each form is long and has a distinct prefix, so that no ordinary text matches.
FORMS: dict[str, str] = {
    "GitHub": r"gh[pousr]_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{22,}",
    "GitLab": r"gl(?:pat|dt|rt|ptt|cbt|soat|ft|imt|agent)-[A-Za-z0-9_=-]{20,}|GR1348941[A-Za-z0-9_-]{20,}",
    "AWS": r"(?:AKIA|ASIA)[A-Z2-7]{16}",
    "Azure": r"AccountKey=[A-Za-z0-9+/=]{40,}|SharedAccessSignature=\S{20,}",
    "Google": r"AIza[A-Za-z0-9_-]{35}|ya29\.[A-Za-z0-9_-]{20,}|GOCSPX-[A-Za-z0-9_-]{20,}",
    "Slack": r"xox[abeoprs]-[A-Za-z0-9-]{10,}|xapp-[0-9]-[A-Za-z0-9-]{10,}|hooks\.slack\.com/services/T[A-Z0-9]{6,}/",
    "OpenAI or Anthropic": r"sk-(?:proj|ant|svcacct|admin)-[A-Za-z0-9_-]{20,}|sk-[A-Za-z0-9]{32,}",
    "npm": r"npm_[A-Za-z0-9]{36}",
    "PyPI": r"pypi-[A-Za-z0-9_-]{32,}",
    "RubyGems": r"rubygems_[a-f0-9]{48}",
    "Docker Hub": r"dckr_(?:pat|oat)_[A-Za-z0-9_-]{20,}",
    "DigitalOcean": r"do[opr]_v1_[a-f0-9]{64}",
    "Hugging Face": r"hf_[A-Za-z0-9]{30,}",
    "HashiCorp": r"hv[bs]\.[A-Za-z0-9_-]{20,}|[A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_-]{60,}",
    "Stripe": r"[rs]k_(?:live|test)_[A-Za-z0-9]{16,}",
    "SendGrid": r"SG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}",
    "Atlassian": r"ATATT3[A-Za-z0-9_=-]{20,}",
    "Telegram": r"[0-9]{8,10}:AA[A-Za-z0-9_-]{33}",
    "Tailscale": r"tskey-[a-z]+-[A-Za-z0-9-]{16,}",
    "a private key": r"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----|AGE-SECRET-KEY-1[A-Z0-9]{20,}",
    "a JSON web token": r"eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*",
    "a header": r"(?i:authorization:\s*(?:bearer|basic|token)\s+[A-Za-z0-9+/=._~-]{8,})",
}
_FORMS = {name: re.compile(rf"(?<![A-Za-z0-9_]){form}") for name, form in (
    (name, f"(?:{form})") for name, form in FORMS.items()
)}  # fmt: skip


def issuer(text: str) -> str | None:
    """The issuer of the token in a text; None if it has no token of a known form."""
    if len(text) < 16:
        return None
    return next((name for name, form in _FORMS.items() if form.search(text)), None)
