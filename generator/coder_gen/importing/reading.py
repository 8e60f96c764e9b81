"""From the original's text to a spec: the stages of an import, in order."""

from __future__ import annotations

from coder_gen.importing.imported import Imported


def read(
    text: str,
    name: str = "<stdin>",
    kind: str | None = None,
    *,
    service: str | None = None,
    portable: bool = False,
) -> Imported:
    """Read an existing launcher as a spec.

    ``text`` is the original: a command line, a shell script, a Compose file, the JSON of
    ``docker inspect``, a devcontainer.json. ``name`` is what messages call it. ``kind`` is one of
    KINDS, or None to tell by the content. ``service`` picks one container by its name where the
    original has several, which else become modes. ``portable`` replaces what looks like one
    host's own (ids, home folders) by what every host has.

    A pure function: the original is never run and no file is looked at. ``spec_text`` goes
    through ``spec.load.load`` as any other spec; ``Imported.original`` turns a place in it into
    the place of the original. Raises Problems with the errors of the original, placed in it.
    """
    raise NotImplementedError
