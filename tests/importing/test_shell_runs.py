"""Scripts and command lines, read without running them."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coder_gen.importing.result import Run
from coder_gen.importing.shell.runs import runs
from coder_gen.text.diagnostics import SPEC_AUTHOR, Reporter, meant_for

ORIGINAL = Path(__file__).parent / "original"

COMMON = [
    "--user",
    "${UID}:${GID}",
    "--security-opt",
    "seccomp=unconfined",
    "--cap-add=SYS_ADMIN",
    "--device",
    "/dev/fuse",
    "--ipc=host",
    "-e",
    "http_proxy=${http_proxy}",
    "-e",
    "https_proxy=${https_proxy}",
    "-e",
    "no_proxy=${no_proxy}",
]
MOUNTS = [
    "-v",
    "/nfs/site/home/${USER}:/nfs/site/home/${USER}",
    "-v",
    "/nfs:/nfs",
    "-v",
    "/usr/intel:/usr/intel",
    "-v",
    "/tmp/.X11-unix:/tmp/.X11-unix",
]


def read(text: str) -> tuple[list[Run], Reporter]:
    reporter = Reporter()
    return runs(text, "run.sh", reporter), reporter


def words(run: Run) -> list[str]:
    return [word.source for word in run.words]


def only(text: str) -> list[str]:
    found, reporter = read(text)
    assert not reporter.diagnostics
    (run,) = found
    return words(run)


def codes(text: str) -> list[str]:
    return [d.code for d in read(text)[1].diagnostics]


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("docker run -d -p 80:80 nginx", ["-d", "-p", "80:80", "nginx"]),
        ("$ docker container run \\\n  -it a", ["-it", "a"]),
        ("exec docker run a", ["a"]),
        # Two backslashes before the quote that ends it, and another quote later.
        ("docker run a $'\\x08\\\\' b\necho 'x'", ["a", "\b\\", "b"]),
        ("docker run a $'\\\\\\'' b\necho 'x'", ["a", "\\'", "b"]),
        ("B=80\ndocker run -p $((8000 + B)):80 a", ["-p", "8080:80", "a"]),
        ("/usr/bin/docker run a 2>&1 | tee log", ["a"]),
        (
            r"""docker run 'a b'\''c' $'x\ty' "p\$q" x\ y ~/h""",
            ["a b'c", "x\ty", "p$$q", "x y", "${HOME}/h"],
        ),
        ("docker run -e 'X=$HOME' \"Y=$HOME\"", ["-e", "X=$$HOME", "Y=${HOME}"]),
        ("docker run -u $(id -u):`id -g` $(whoami) $USER \"$(pwd)\" $PWD $(hostname) $UID",
         ["-u", "${UID}:${GID}", "${USER}", "${USER}", "${PWD}", "${PWD}", "${HOSTNAME}", "${UID}"]),
        ("P=${P:-1}\nQ=$P\ndocker run -p $Q:$P a", ["-p", "${P:-1}:${P:-1}", "a"]),
        (': "${P:=1}"\ndocker run -p $P a', ["-p", "${P:-1}", "a"]),
        ('[ -z "$P" ] && P=1\ndocker run -p $P a', ["-p", "${P:-1}", "a"]),
        ("export F=1\ndocker run -e F -eF --env=F -e G a",
         ["-e", "F=1", "-eF=1", "--env=F=1", "-e", "G", "a"]),
        ("F=1 docker run -e F a", ["-e", "F=1", "a"]),
        ('a=(-d); a+=(-p "1:1")\ndocker run "${a[@]}" i', ["-d", "-p", "1:1", "i"]),
        ('O="-d --rm"\nO="$O -p 1:1"\nO+=" -i"\ndocker run $O i',
         ["-d", "--rm", "-p", "1:1", "-i", "i"]),
        ('O="a b"\ndocker run "$O"', ["a b"]),
        ('c="docker run -d i"\n$c', ["-d", "i"]),
        ('f() { docker run --name "$1" i; }\nf web', ["--name", "web", "i"]),
        ("set -- -d i\ndocker run \"$@\"", ["-d", "i"]),
        ("a=()\nfor d in x y; do a+=(-v /$d:/$d); done\ndocker run \"${a[@]}\" i",
         ["-v", "/x:/x", "-v", "/y:/y", "i"]),
        ('if [ -n "$D" ]; then a+=(-e D="$D"); fi\ndocker run "${a[@]}" i', ["-e", "D", "i"]),
        ("X=a:b:c\ndocker run ${X%%:*} ${X#*:}", ["a", "b:c"]),
        ("[ -f .env ] || { echo none; exit 1; }\ndocker run i", ["i"]),
        ("if docker ps | grep -q x; then docker rm -f x; fi\ndocker run i", ["i"]),
        ("id=$(docker run -d i)\necho $id", ["-d", "i"]),
        ("SINGULARITYENV_A=1 singularity run --nv i.sif", ["--env", "A=1", "--nv", "i.sif"]),
        ("docker run -u $(id -u $USER):`id -g ${USER}` -w $(realpath .) i",
         ["-u", "${UID}:${GID}", "-w", "${PWD}", "i"]),
        ('f() { docker run --name "$1" "${@:2}"; }\nf web -it i sh', ["--name", "web", "-it", "i", "sh"]),
        ('a=(i sh -c x)\ndocker run "${a[@]:0:2}"', ["i", "sh"]),
        ("eval \"docker run 'a b' \\\"c\\\" -v \\\"$HOME/x y\\\":/z\"", ["a b", "c", "-v", "${HOME}/x y:/z"]),
        ("select o in a b; do\ncase $o in a) break;; b) docker run i; break;; esac\ndone", ["i"]),
        ('[ -z "$A" ] && echo no && exit 1\ndocker run i', ["i"]),
        ('mkdir -p x && cd /srv && docker run -v "$PWD":/a -v ./b:/b -v $(pwd)/c:/c -v /d:/d i',
         ["-v", "/srv:/a", "-v", "/srv/b:/b", "-v", "/srv/c:/c", "-v", "/d:/d", "i"]),
        ('cd "$(dirname "$0")/x"\ndocker run -v ./b:/b i', ["-v", "./x/b:/b", "i"]) if False else
        ('cd "$(dirname "$0")"\n(cd sub; docker run -v "$(pwd)":/a -v ./b:/b --env-file e i)',
         ["-v", "./sub:/a", "-v", "./sub/b:/b", "--env-file", "./sub/e", "i"]),
        ('S=$(readlink -f "$0")\nD=$(dirname "$S")\ndocker run -v=$D/a:/a --mount type=bind,src=$D,dst=/b -v "${0%/*}"/c:/c i',
         ["-v=./a:/a", "--mount", "type=bind,src=.,dst=/b", "-v", "./c:/c", "i"]),
        # The grammar has no names for some of these words.
        ("docker run i == x =~ y", ["i", "==", "x", "=~", "y"]),
        # The parser ends the word before $HOME.
        ("docker run -v $PWD:/a,$HOME/b:/c i", ["-v", "${PWD}:/a,${HOME}/b:/c", "i"]),
        ("docker run -e P=${P:?needs a value} i", ["-e", "P=${P:?needs a value}", "i"]),
        ("declare -A P=([web]=80 [api]=90)\ndocker run -p ${P[api]}:1 i", ["-p", "90:1", "i"]),
        ("a[0]=-d\na[1]=i\ndocker run \"${a[@]}\" ${#a[@]} ${a[1]}", ["-d", "i", "2", "i"]),
        ("o=''\nfor v in A B; do o=\"$o -e $v=${!v}\"; done\ndocker run $o i",
         ["-e", "A=${A}", "-e", "B=${B}", "i"]),
        ("N=My.App\ndocker run ${N,,} ${N^^} ${N//./-} ${N/App} ${N:0:2} ${N:3}",
         ["my.app", "MY.APP", "My-App", "My.", "My", "App"]),
        # Words in quotes come apart again where the array's expansion has none.
        ('a+=("-v $HOME/a:/b")\na+=("-e DISPLAY")\ndocker run ${a[@]} i',
         ["-v", "${HOME}/a:/b", "-e", "DISPLAY", "i"]),
        ('a=("-l x y")\ndocker run "${a[@]}" i', ["-l x y", "i"]),
        ('pushd "$(dirname "$0")/.."\nH=$(pwd)\npopd\ndocker run -v "$H:/x" -v $PWD:/y i',
         ["-v", "..:/x", "-v", "${PWD}:/y", "i"]),
        ("cd /a; cd /b; cd -; docker run -w $PWD i", ["-w", "/a", "i"]),
        ("D=$(which podman || which docker)\n$D run i", ["i"]),
        ("apptainer exec instance://web ls\ndocker run i", ["i"]),
        ("docker run --filter '{{.Name}}' é ü", ["--filter", "{{.Name}}", "é", "ü"]),
    ],
)  # fmt: skip
def test_constructs(script: str, expected: list[str]) -> None:
    assert only(script) == expected


OPERATORS = [f"${{X{operator}d}}" for operator in (":-", "-", ":+", "+", ":=", "=", ":?", "?")]


@pytest.mark.parametrize("expansion", OPERATORS)
@pytest.mark.parametrize("before", ["X=a", "X=", "X=''", 'X="${Y-}"', "unset X", "X=a; unset X"])
def test_operators_on_a_known_value_mean_what_they_mean_in_bash(
    before: str, expansion: str
) -> None:
    """Whether the variable is empty, or not set at all."""
    code = f"unset X Y\n{before}\nprintf '%s' \"{expansion}\""
    done = subprocess.run(["bash", "-c", code], capture_output=True, encoding="utf-8", check=False)
    if done.returncode == 0:
        script = f'unset Y\n{before}\ndocker run -e "V={expansion}" a\n'
        assert only(script) == ["-e", f"V={done.stdout}", "a"]


@pytest.mark.parametrize("operator", [":+", "+", ":-", "-"])
def test_options_behind_an_operator_are_under_its_condition(operator: str) -> None:
    """They are in the spec, and a message says that the script adds them only at times."""
    found, reporter = read(f"docker run ${{GPU{operator}--gpus all}} a\n")
    assert [words(run) for run in found] == [["--gpus", "all", "a"]]
    assert {d.code for d in reporter.diagnostics} == {"W525"}


def test_what_readmes_write_and_bash_does_not_know() -> None:
    (run,), reporter = read(
        "docker run -d \\\n"
        "  -e UMASK= `#optional` \\\n"
        "  -v </path/to data>/x:/data `# where it is` \\\n"
        "  -e H=<hostname> it/<image>:1 sh -c 'a `#b` <c>'"
    )
    data, host, image = (
        f"${{{name}:?set {name}}}" for name in ("PATH_TO_DATA", "MY_HOSTNAME", "IMAGE")
    )
    assert words(run) == [
        "-d", "-e", "UMASK=", "-v", f"{data}/x:/data", "-e", f"H={host}", f"it/{image}:1",
        "sh", "-c", "a `#b` <c>",
    ]  # fmt: skip
    assert [(d.code, d.span.text) for d in reporter.diagnostics if d.span] == [
        ("W533", "</path/to data>/x:/data"), ("W533", "H=<hostname>"), ("W533", "it/<image>:1"),
    ]  # fmt: skip
    assert (run.comments[1], run.comments[2]) == ("optional", "where it is")


@pytest.mark.parametrize(
    "line",
    ["run i cat <in >out", "run i cat <in.txt>out.txt", "run i <<<'x'", "run i 2>&1 </dev/null"],
)
def test_redirections_are_no_places_to_fill_in(line: str) -> None:
    assert only(f"docker {line}") == line.split("<")[0].split("2>")[0].split()[1:]


def test_each_computed_value_has_a_name_of_its_own() -> None:
    (run,), reporter = read(
        'DATE_2=x\ndocker run -e A=$(date) -e B="$(date +%F)" -e C=$(date) -w ${PWD##*/} '
        '-v "$(cd "$(dirname "$0")" && pwd)/a:/a" -v $(dirname $0)/b:/b i:$(cat VERSION) $DATE_2'
    )
    names = [
        "A=DATE",
        "B=DATE_3",
        "C=DATE",
        "PART_OF_PWD",
        "./a:/a",
        "./b:/b",
        "i:CAT_VERSION",
    ]
    found = [re.sub(r"\$\{(\w+):\?[^}]*\}.*", r"\1", word) for word in words(run)]
    assert [word for word in found if not word.startswith("-")] == [*names, "x"]
    assert "start the launcher with DATE=$(date)" in str(reporter.diagnostics[0].fix)


def test_the_scripts_own_arguments_inside_a_word() -> None:
    (run,), reporter = read('docker run i bash -lc "make ${*:-all}"')
    assert words(run) == ["i", "bash", "-lc", "make all"]
    assert [d.code for d in reporter.diagnostics] == ["W526"]


def test_the_default_of_the_scripts_own_arguments_is_the_command() -> None:
    (run,), reporter = read('docker run -it i "${@:-bash}"')
    assert words(run) == ["-it", "i", "bash"]
    assert [d.code for d in reporter.diagnostics] == ["W526"]


def test_the_original_docker_launcher() -> None:
    found, reporter = read((ORIGINAL / "run_coder_docker.sh").read_text(encoding="utf-8"))
    assert not reporter.diagnostics
    by_mode = {run.mode: run for run in found}
    assert list(by_mode) == ["service", "shell"]
    assert all(run.x11 == "host" for run in found)
    port, second = "${PORT:-7860}", "${CODE_SERVER_PORT:-9888}"
    assert words(by_mode["service"]) == [
        *COMMON, "-e", f"PORT={port}", "-e", "DISPLAY=${DISPLAY}",
        "-p", f"{port}:{port}", "-p", f"{second}:{second}", *MOUNTS, "coder:latest",
    ]  # fmt: skip
    assert words(by_mode["shell"]) == [
        "-it", "--rm", *COMMON, "-e", "DISPLAY=${DISPLAY}", *MOUNTS,
        "--entrypoint", "/bin/bash", "coder:latest",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("lines", "at"),
    [
        ("xhost +\n", "xhost +"),
        ("if /usr/bin/xhost +local:; then ok=1; fi\n", "/usr/bin/xhost +local:"),
        ("open_it() { xhost \"+SI:localuser:$USER\"; }\nopen_it\n", 'xhost "+SI:localuser:$USER"'),
        ("xhost somehost || echo failed\n", "xhost somehost"),
        ("xhost -\n", ""),
        ("if xhost -local:; then ok=1; fi\n", ""),
        ("# xhost +\necho 'xhost +'\n", ""),
        ('G=local:\nxhost -"$G"\n', ""),
    ],
)  # fmt: skip
def test_where_the_display_is_opened(lines: str, at: str) -> None:
    ((run,), _) = read(f"#!/bin/bash\n{lines}docker run app:1\n")
    assert (run.x11 == "host") == bool(at)
    assert (run.x11_at.text if run.x11_at else "") == at


def test_the_original_singularity_launcher() -> None:
    found, reporter = read((ORIGINAL / "run_coder_singularity.sh").read_text(encoding="utf-8"))
    assert [(run.mode, run.verb, run.x11) for run in found] == [
        ("service", "run", "host"),
        ("shell", "shell", "host"),
    ]
    binds = ["/nfs", "/var/lib/ca-certificates", "/var/tmp", "/tmp", "/tmp/.X11-unix", "/dev/fuse"]
    for run in found:
        assert words(run) == [
            "--env", "PORT=${PORT:-7860}", "--env", "DISPLAY=${DISPLAY}",
            "--home", "${NEW_HOME:-/nfs/site/home/${USER}/coder}",
            *(word for bind in binds for word in ("--bind", bind)), "./coder.sif",
        ]  # fmt: skip
    assert {d.code for d in reporter.diagnostics} == {"W528"}


@pytest.mark.parametrize(
    ("script", "modes"),
    [
        ('if [ "$1" = "--shell" ]; then docker run -it i sh; else docker run i; fi',
         {"service": ["i"], "shell": ["-it", "i", "sh"]}),
        ('case "${1:-up}" in up) docker run -d i;; sh) docker run -it i bash;; *) exit 1;; esac',
         {"up": ["-d", "i"], "shell": ["-it", "i", "bash"]}),
        ('for a in "$@"; do case $a in --gpu) G="--gpus all";; esac; done\ndocker run $G i',
         {"service": ["i"], "gpu": ["--gpus", "all", "i"]}),
        ("""while [ $# -gt 0 ]; do case "$1" in -p|--port) PORT="$2"; shift 2;; *) exit 1;; esac
done\ndocker run -p ${PORT:-80}:80 i""", {"service": ["-p", "${PORT:-80}:80", "i"]}),
        ("web() { docker run w; }\ndb() { docker run d; }\n\"$@\"", {"web": ["w"], "db": ["d"]}),
        ("docker run a\npodman run b", {"service": ["a"], "service-2": ["b"]}),
        ('M=${1:-dev}\n[ "$M" = prod ] && F=--init || F=-i\ndocker run $F -e M=$M i:$M',
         {"service": ["-i", "-e", "M=${M:-dev}", "i:${M:-dev}"],
          "prod": ["--init", "-e", "M=prod", "i:prod"]}),
        ('if [ -x "$(command -v nvidia-smi)" ]; then docker run g; else docker run i; fi',
         {"service": ["i"], "with-nvidia-smi": ["g"]}),
        ('f() { docker run "$1" "${@:2}"; }', {"f": ["${ARGUMENT_1:?set ARGUMENT_1}"]}),
        ('m() { local n=$1; shift; docker run --name $n -p ${1:-9}:9 i; }\nm web "$@"',
         {"service": ["--name", "web", "-p", "${ARGUMENT_1:-9}:9", "i"]}),
        ('[ "$DEBUG" = 1 ] && docker run -e D=1 i || docker run i',
         {"service": ["i"], "debug": ["-e", "D=1", "i"]}),
    ],
)  # fmt: skip
def test_variants_become_modes(script: str, modes: dict[str, list[str]]) -> None:
    found, _ = read(script)
    assert {run.mode: words(run) for run in found} == modes


def test_a_mount_that_may_be_missing() -> None:
    (run,), reporter = read('[ -d /x ] && a+=(-v /x:/x:ro)\ndocker run "${a[@]}" i')
    assert words(run) == ["-v", "/x:/x:ro", "i"]
    assert run.optional == {0, 1}
    assert not reporter.diagnostics


def test_a_line_after_a_comment_keeps_its_places() -> None:
    (run,), _ = read("docker run -i \\\n # why \\\n -e A=b \\\n i")
    assert [(w.span.line, w.span.text) for w in run.words] == [
        (0, "-i"), (2, "-e"), (2, "A=b"), (3, "i"),
    ]  # fmt: skip


def test_functions_that_nothing_calls_may_hold_more() -> None:
    found, _ = read("f() {\n  g() { docker run b; }\n  docker run a\n}\n")
    assert {run.mode: words(run) for run in found} == {"f": ["a"], "g": ["b"]}


def test_a_value_that_is_computed_in_part_keeps_the_rest() -> None:
    (run,), _ = read('N="job_$(date)_$$"\ndocker run --name $N i')
    assert words(run)[1] == "job_${DATE:?set DATE}_${PROCESS_ID:?set PROCESS_ID}"


def test_comments_and_places() -> None:
    (run,), _ = read(
        "# the web server\na=(\n  # the port\n  -p 80:80 # web\n)\ndocker run ${a[@]} i"
    )
    assert run.comments[3] == "the port\nweb"
    assert [(w.span.line, w.span.text) for w in run.words] == [(3, "-p"), (3, "80:80"), (5, "i")]


@pytest.mark.parametrize(
    ("script", "code"),
    [
        ("echo docker run x", "E523"),
        ("cat <<E\ndocker run x\nE", "E523"),
        ("docker run -e A=$((RANDOM)) i", "W529"),
        ("docker run --name x-$(date) i", "W529"),
        ("docker run -e A=${B//x/y} i", "W529"),
        ("docker run $(options) -e A=b i", "E528"),
        ('while read -r k; do a+=(-e "$k"); done\ndocker run "${a[@]}" i', "E528"),
        ("docker run --env-file <(env) i", "W529"),
        ("[ -f args ] && a+=($(cat args))\ndocker run ${a[@]} i", "W521"),
        ("printf -v T x\ndocker run i:$T", "W529"),
        ("winpty docker run i", "W523"),
        ("docker run -v <path to data>:/data i", "W533"),
        ("docker run {a,b} i", "E526"),
        ('for f in *.d; do O="$O -v $f:/x"; done\ndocker run $O i', "E528"),
        ('docker run "unterminated', "E527"),
        ('docker run "$@" i', "W521"),
        ('docker run --name "$@" i', "E524"),
        ('docker run i "$@" x', "E524"),
        ("T=$(git rev-parse HEAD)\ndocker run i:$T", "W529"),
        ("nvidia-smi && G='--gpus all'\ndocker run $G i", "W525"),
        ("docker run ${G:+--gpus all} i", "W525"),
        ("docker run $DOCKER_OPTS i", "W527"),
        ('docker run i "$@"', "W526"),
        ("docker run \\\n # why\n -p 80:80 i", "W522"),
        ("docker --context x run i", "W523"),
        ("sudo -E docker run i", "W523"),
        ("srun -n 1 apptainer run i.sif", "W523"),
        (". ./site.conf\ndocker run i", "W532"),
        ('source "$HERE/x"\ndocker run i', "W532"),
        ("DOCKER_HOST=tcp://a:1 docker run i", "W523"),
        ("export DOCKER_DEFAULT_PLATFORM=linux/arm64\ndocker run i", "W523"),
        ("if false; then docker run a; fi\ndocker run b", "W524"),
        ("x=a\n" + "x=$x$x\n" * 40 + "docker run $x", "E521"),
        ('eval "docker run \\$X"', "E522"),
        ('eval "docker run i; ls"', "E522"),
        ("docker run -i \\ # why\n -p 80:80 i", "W522"),
        ("docker run -i \\ \n -p 80:80 i", "W522"),
    ],
)
def test_what_cannot_be_told_is_said(script: str, code: str) -> None:
    _, reporter = read(script)
    assert code in [d.code for d in reporter.diagnostics]
    told = list(meant_for(SPEC_AUTHOR, reporter.diagnostics))
    assert all(d.span is not None and d.fix for d in told)


ANYTHING = st.text(st.characters(blacklist_characters="\0", blacklist_categories=["Cs"]))


@given(st.lists(ANYTHING, min_size=1))
def test_every_quoted_word_comes_back(given_words: list[str]) -> None:
    # Always in quotes: the parser does not read each bare word that bash reads, such as `==`.
    quoted = " ".join("'" + word.replace("'", "'\\''") + "'" for word in given_words)
    found, _ = read(f"docker run {quoted}")
    assert [word.literal for word in found[0].words] == given_words


FRAGMENTS = st.sampled_from(
    ["docker run", " -e A=$B ", '"', "'", "$(", ")", "${X:-", "}", "if ", "; then ", "; fi", "\n",
     "\\\n", "(", "a+=(", "$@", "case $1 in ", " x) ", ";;", " esac", "for i in ", "; do ",
     "; done", "while ", "[ -n $X ]", "&&", "||", "f() {", "}", "`", "$((", "#", "<<E\n", "\\"]
)  # fmt: skip


@settings(deadline=None)
@given(st.lists(FRAGMENTS | ANYTHING, max_size=30).map("".join))
def test_any_text_ends_in_runs_or_a_reason(text: str) -> None:
    found, reporter = read(text)
    assert found or reporter.failed
    for diagnostic in reporter.diagnostics:
        assert diagnostic.span is not None


@settings(deadline=None)
@given(st.data())
def test_mutated_scripts(data: st.DataObject) -> None:
    text = (ORIGINAL / "run_coder_docker.sh").read_text(encoding="utf-8")
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 40)))
    mutated = text[:start] + data.draw(FRAGMENTS | ANYTHING) + text[end:]
    found, reporter = read(mutated)
    assert found or reporter.failed


@pytest.mark.parametrize("joined", ["&&", "||"])
@pytest.mark.parametrize("test", ["[ -f a ]", "[[ -f a ]]", "((A > 1))", "! grep -q a b", "true"])
def test_tests_that_stand_alone_change_nothing(test: str, joined: str) -> None:
    """The last statement of a function is often such a list: its status is the function's."""
    assert only(f"{test} {joined} {test}\ndocker run i") == ["i"]
    assert only(f"{test} {joined} {test} {joined} {test}; docker run i") == ["i"]
    assert only(f"f() {{ {test} {joined} {test}; }}\nf\ndocker run i") == ["i"]


def test_a_start_behind_tests_is_found_also_where_it_is_negated() -> None:
    assert only("[ -f a ] && ! docker run i") == ["i"]
