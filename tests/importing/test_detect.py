"""The kind of an original, by its content."""

from __future__ import annotations

import pytest

from coder_gen.importing.detect import detect


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("docker run app", "docker"),
        ("# why\nsudo podman run \\\n  app\n", "podman"),
        ("$ singularity exec a.sif sh", "apptainer"),
        ("#!/bin/sh\ndocker run app", "script"),
        ("set -e\ndocker run app", "script"),
        ("services:\n  a: {}\n", "compose"),
        ('{"services": {}}', "compose"),
        ('[{"HostConfig": {}}]', "inspect"),
        ('// x\n{"image": "a"}', "devcontainer"),
        ('[ -n "$A" ] && B=1\ndocker run app', "script"),
        ("{ docker run app; }", "script"),
        ("hello", None),
        ("", None),
    ],
)
def test_detect(text: str, kind: str | None) -> None:
    assert detect(text, "file") == kind
