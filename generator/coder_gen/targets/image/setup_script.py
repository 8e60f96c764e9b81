"""``setup.sh``: the first-run set-up inside the container, from ``build.setup``."""

from __future__ import annotations

from collections.abc import Mapping

from coder_gen.engines.arguments import file_path, host_text, text
from coder_gen.expression import Part, Ref, Text, joined
from coder_gen.language.build_values import Download, SetupStep
from coder_gen.language.load import Project
from coder_gen.plan import Plan, resolve
from coder_gen.quoting.bash import Bash, word
from coder_gen.targets.base import Artifact, Request, Support
from coder_gen.targets.image import dockerfile
from coder_gen.targets.image.build_script import narrowed
from coder_gen.targets.launcher import machinery
from coder_gen.targets.launcher.bash_values import Values
from coder_gen.targets.launcher.header import one_line, printed, provenance, variables_help
from coder_gen.targets.launcher.lines import late_lines, section
from coder_gen.targets.launcher.machinery import Function, array, function, quoted
from coder_gen.targets.launcher.variables import built_ins, closing, opening, variables
from coder_gen.text.diagnostics import Reporter, problem

SUMMARY = "A bash script for the first-run set-up inside the container."
# It runs in a container that has been started.
SUPPORT: Mapping[str, Support] = {}

# The output of `uname -m` for each architecture of the spec.
_MACHINES = {
    "amd64": "x86_64",
    "arm64": "aarch64 | arm64",
    "arm": "armv7l | armv6l",
    "386": "i?86",
    "ppc64le": "ppc64le",
    "s390x": "s390x",
    "riscv64": "riscv64",
}


def compile(
    project: Project, plans: Mapping[str, Plan], request: Request, reporter: Reporter
) -> Artifact:
    """Make the script. Raises Problems (E401) if the spec has no steps."""
    steps = dockerfile.image(project).setup
    if not steps:
        raise problem(
            "E401", "`build` has no `setup`, so there is nothing to set up", project.span,
            "add steps, for example:  setup: {identity: {git: {user.name: Me}}}",
        )  # fmt: skip
    project = narrowed(project, [each for step in steps for each in _texts(step)])
    values = Values(project.variables)
    writer = _Writer(project, values)
    functions = [writer.function(step) for step in steps]
    late = [line for step in steps for line in late_lines("build.setup", step, values)]
    settings, checks = variables(project, values)
    values.used.add("HOME")
    downloads = any(step.download is not None for step in steps)
    roots = ["setup", "own_file"]
    wanted = {
        "downloads": downloads,
        "marks": writer.stamps,
        "extensions": any(step.extensions for step in steps),
        "require": bool(values.kinds),
    }
    modules = machinery.selected([*roots, *(name for name, is_in in wanted.items() if is_in)], ())
    data = {"project": quoted(project.name), "steps": array([step.name for step in steps])}
    machinery.check_names(project, reporter, modules, data)
    exports = [Bash(f"export {' '.join(sorted(writer.exported))}")] if writer.exported else []
    asked = built_ins(values, request, uid=downloads, user=False)
    about = f"Sets up {project.name}: run it in the container, any number of times."
    return Artifact(
        machinery.script(
            header=provenance(project, request, about),
            data=data,
            functions=[
                *opening(
                    [*asked, *settings],
                    [*checks, *exports, *section(late, set(), first_chunk=False)],
                ),
                *functions,
                function(
                    "list", "The steps, for --list.",
                    [
                        Bash(f"told {word(step.name)} {word(one_line(step.description))}")
                        for step in steps
                    ],
                ),
                function("usage", "What --help prints.", _usage(project)),
                *closing(values),
            ],
            modules=modules,
        ),
        True,
    )  # fmt: skip


def _texts(step: SetupStep) -> list[Text]:
    """Every text of a step."""
    found = [each for each in (step.creates, step.unless) if each is not None]
    if step.download is not None:
        found += [step.download.url, *step.download.sums.by_architecture.values()]
        found += [step.download.target] if step.download.target is not None else []
    found += [*step.run, *step.git.values(), *step.extensions]
    return [*found, *(each for file, lines in step.lines for each in (file, *lines))]


class _Writer:
    """Writes steps as lines of bash."""

    def __init__(self, project: Project, values: Values) -> None:
        self.project = project
        self.values = values
        # Variables that the spec's own commands read.
        self.exported: set[str] = set()
        self.stamps = False

    def function(self, step: SetupStep) -> Function:
        """A function that runs the step, or with --list and --dry-run counts its open actions."""
        lines: list[str] = []
        if step.download is not None or step.run:
            lines += self._guarded(step)
        for file, wanted in step.lines:
            lines += [self._call("line_in", lines, _in_home(file), line) for line in wanted]
        for key, value in step.git.items():
            lines.append(self._call("git_value", lines, text(key), value))
        for extension in step.extensions:
            self.stamps = True
            lines.append(self._call("extension", lines, file_path(extension)))
        about = one_line(step.description)
        return function(
            f"step_{step.name}",
            f"{step.name}: {about}" if about else step.name,
            [Bash(line) for line in lines],
        )

    def _call(self, function: str, lines: list[str], *texts: Text) -> str:
        """A call with late-bound words; ``lines`` gains the statements that they need."""
        return f"{function} {self._words(lines, *texts)}"

    def _words(self, lines: list[str], *texts: Text) -> str:
        needed: dict[str, list[str]] = {}
        words = self.values.words(texts, needed)
        lines += [statement for statements in needed.values() for statement in statements]
        return words

    def _code(self, code: Text) -> str:
        """Code of the spec; its variables become shell variables, which the script exports."""
        parts: list[Part] = []
        for part in code.parts:
            if not isinstance(part, Ref):
                parts.append(part)
                continue
            for resolved in resolve(part, self.project.variables):
                parts.append(self._in_code(resolved))
        return word("".join(str(part) for part in joined(parts)))

    def _in_code(self, part: Part) -> str:
        if not isinstance(part, Ref):
            return part
        name = {"UID": "UID", "GID": "gid"}.get(part.name, part.name)
        if part.name == "GID":
            self.values.used.add("GID")
        if part.name != "UID":
            self.exported.add(name)
        inner = Text(part.operand, part.span).source.replace("$$", "$")
        return f"${{{name}{part.operator}{inner}}}"

    def _guarded(self, step: SetupStep) -> list[str]:
        """The download and the commands, in an ``if`` that tests whether they are still to do."""
        before: list[str] = []
        inner: list[str] = []
        tests: list[str] = []
        stamped = False
        if step.creates is not None:
            tests.append(f"[[ ! -e {self._words(before, _in_home(step.creates))} ]]")
        if step.unless is not None:
            tests.append(f"! succeeds {self._code(step.unless)}")
        if step.download is not None:
            download = step.download
            before += self._sums(download)
            url = self._url(download, before)
            assert download.target is not None
            target = self._words(before, _in_home(download.target))
            mark = f"downloads/{step.name}"
            # The target does not show whether all was unpacked, or whether commands ran.
            stamped = not tests and (download.unpack or bool(step.run))
            if stamped:
                self.stamps = True
                there = (
                    f"[[ ! -d {target} ]]"
                    if download.unpack
                    else f'! same_file {target} "${{sum}}"'
                )
                tests.append(f'{{ {there} || ! stamped {mark} "${{sum}}"; }}')
            elif not tests:
                tests.append(f'! same_file {target} "${{sum}}"')
            inner.append(f'fetch {url} "${{sum}}"')
            if download.unpack:
                name = word(one_line(download.url.source).rpartition("/")[2])
                inner.append(f"unpack {name} {target} {download.strip}")
            else:
                inner.append(f"put_file {target} {download.mode or '0644'}")
        inner += [f"command_line {self._code(code)}" for code in step.run]
        if stamped:
            inner.append(f'stamp {mark} "${{sum}}"')
        what = word("fetch it and set it up" if step.download is not None else "run its commands")
        head = " && ".join([*tests, f"want {what}"])
        return [*before, f"if {head}; then", *(f"\t{line}" for line in inner), "fi"]

    def _sums(self, download: Download) -> list[str]:
        sums = download.sums.by_architecture
        lines = ["local sum"]
        if "" not in sums or "{arch}" in download.url.source:
            lines = ["local sum arch machine", "machine=$(uname -m)", "case ${machine} in"]
            known = sums if "" not in sums else dict.fromkeys(_MACHINES, sums[""])
            for architecture, value in known.items():
                # Statements that the checksum of one architecture needs go into its own arm.
                arm: list[str] = []
                sum_word = self._words(arm, value)
                arm = [f"arch={architecture}", *arm, f"sum={sum_word}", ";;"]
                lines += [f"{_MACHINES[architecture]})", *(f"\t{line}" for line in arm)]
            lines += [
                "*)",
                '\tsay "the spec has no file for the architecture ${machine}"',
                "\texit 3",
                "\t;;",
                "esac",
            ]
            return lines
        lines.append(f"sum={self._words(lines, sums[''])}")
        return lines

    def _url(self, download: Download, before: list[str]) -> str:
        parts: list[Part] = []
        for part in download.url.parts:
            pieces: list[Part] = [*part.split("{arch}")] if isinstance(part, str) else [part]
            for number, piece in enumerate(pieces):
                if number:
                    parts.append(Ref("arch", "", (), download.span))
                parts.append(piece)
        return self._words(before, Text(joined(parts), download.span))


def _in_home(value: Text) -> Text:
    """``~/`` is the home folder."""
    if not value.startswith("~/"):
        return value
    first, *rest = value.parts
    return host_text("HOME", value.span) + Text(joined((str(first)[1:], *rest)), value.span)


def _usage(project: Project) -> list[Bash]:
    lines = [
        Bash('"Usage: ${own_command} [OPTION]..."'),
        word(""),
        word(
            f"Set up {project.name}, inside of the container. What is done already is left alone."
        ),
        word(""),
        word("Options:"),
        word("  --list        print the steps, and which of them are done"),
        word("  --only STEP   just this step; may be repeated"),
        word("  --dry-run     say what would be done"),
        word("  -h, --help    show this help"),
        *variables_help(project),
        word(""),
        word("Exit status: 0; 1 a step failed; 2 wrong usage; 3 something is missing here."),
    ]
    return printed(lines)
