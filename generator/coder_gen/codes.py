"""What each code of a message means: the source of docs/errors.md.

A code stays the same from version to version, and is not used again for something else. E0 is the
spec and the options, E2 targets of other packages, E3 the host, E4 the image, E5 import, E6 audit and
explain; W is a warning.
"""

from __future__ import annotations

from typing import NamedTuple


class CodeEntry(NamedTuple):
    """One code: ``wrong`` is a spec, or a command line after `$ `, that gets it; empty where only
    a host can show it. ``fix`` says what to do.
    """

    code: str
    title: str
    meaning: str
    wrong: str
    fix: str


CATALOGUE: tuple[CodeEntry, ...] = (
    CodeEntry(
        "E001", "A file cannot be read",
        "The file does not exist, or you may not read it.",
        "$ coder-gen script -f nowhere.yaml",
        "Pass the spec with `-f FILE`. `coder-gen init` writes a first one.",
    ),
    CodeEntry(
        "E002", "Not UTF-8",
        "A spec is UTF-8 text, with or without a byte order mark. The place is that of the first byte"
        " that is not valid.",
        "",
        "Save the file as UTF-8: `iconv -f LATIN1 -t UTF-8 old.yaml > coder.yaml`.",
    ),
    CodeEntry(
        "E003", "A character that is not allowed",
        "YAML allows no control characters except tab and line breaks; no argument of a program can"
        " contain a NUL; half of a surrogate pair is not a character.",
        'image: "a\\0b"\n',
        "Remove it, or write it as an escape in double quotes.",
    ),
    CodeEntry(
        "E004", "Not YAML",
        "The text does not follow YAML's grammar. The message is the parser's; the place is where it"
        " stopped, which may be a line below the fault.",
        "image: [a\n",
        "Look for an open quote or bracket above, for a tab, and for `: ` in a value without quotes.",
    ),
    CodeEntry(
        "E005", "A duplicate key",
        "Most YAML readers silently take the last of two equal keys and ignore the other line.",
        "image: a\nimage: b\n",
        "Keep one of the two.",
    ),
    CodeEntry(
        "E006", "A second document",
        "A line `---` begins another document; a spec is a single document.",
        "image: a\n---\nimage: b\n",
        "Keep each spec in a file of its own.",
    ),
    CodeEntry(
        "E007", "An unknown tag",
        "A value has the type of its key. The tags of a spec are `!reset` and `!override`, which set"
        " how layers merge.",
        "image: !!python/name:os.system a\n",
        "Remove the tag.",
    ),
    CodeEntry(
        "E008", "Nested too deeply",
        "A spec has at most 64 levels. A deeper text is probably an attack.",
        "",
        "Check that this is the file you meant.",
    ),
    CodeEntry(
        "E009", "Too large",
        "A spec has at most 16 MiB, and a million values after aliases are expanded.",
        "",
        "Check that this is the file you meant, and that no alias contains another many times.",
    ),
    CodeEntry(
        "E010", "An alias without an anchor",
        "`*name` repeats the value that `&name` marked before it. There is no such anchor, or its value"
        " is not complete yet.",
        "image: *base\n",
        "Define the anchor above: `x-base: &base …`.",
    ),
    CodeEntry(
        "E011", "A key that is not a string",
        "Keys are names.",
        "image: a\n[1, 2]: b\n",
        "Write a name before the colon.",
    ),
    CodeEntry(
        "E012", "An unknown key",
        "The language has no such key there. Unknown keys are not ignored, because a misspelt key would"
        " be a missing setting.",
        "image: a\nport: [80]\n",
        "Use the key that the message suggests, or look in [the reference](spec.md). Keys that begin"
        " with `x-` are ignored.",
    ),
    CodeEntry(
        "E013", "A value of the wrong type",
        "The value is a list, a mapping or a single value, and the key takes another of these; or it is"
        " a number or a boolean, and the key takes text.",
        "image: a\nports: 80\n",
        "Write what the message asks for; put text that looks like a number in quotes.",
    ),
    CodeEntry(
        "E014", "An invalid value",
        "The value is not of the kind that its key takes, such as a port, a size or a path.",
        "image: a\nmem_limit: lots\n",
        "Write a value like the example in the message.",
    ),
    CodeEntry(
        "E015", "Something is missing",
        "A required key is missing: an image, the source of a bind mount, the content of a secret.",
        "name: lab\n",
        "Add it; the message names it.",
    ),
    CodeEntry(
        "E016", "A key for more than one container",
        "Compose has the key, but it is about several services, a swarm, or Compose itself. A spec"
        " describes one container.",
        "image: a\ndepends_on: [db]\n",
        "Write what the message suggests instead.",
    ),
    CodeEntry(
        "E017", "A dollar that begins no variable",
        "`$` begins a variable: `$NAME`, `${NAME}` or `${NAME:-default}`. Engines read other forms"
        " differently.",
        "image: a\ncommand: [echo, $(date)]\n",
        "Write `$$` for a dollar.",
    ),
    CodeEntry(
        "E018", "An undeclared variable",
        "The name is not under `variables` and not built in, and no operator defines what happens if"
        " the host does not set it.",
        "image: a\nvolumes: ['${HOEM}/data:/data']\n",
        "Declare it, or give it a default: `${NAME:-default}`.",
    ),
    CodeEntry(
        "E019", "A reserved name",
        "The shell, the language or the launcher uses the name, so a variable of the spec cannot have"
        " it.",
        "image: a\nvariables: {UID: 1}\n",
        "Choose another name.",
    ),
    CodeEntry(
        "E020", "Two settings exclude each other",
        "Each is valid without the other; no engine accepts both.",
        "image: a\nrm: true\nrestart: always\n",
        "Keep one of the two. In a mode or profile, `!reset` removes the other.",
    ),
    CodeEntry(
        "E021", "No such mode",
        "The mode to start is not in the spec.",
        "image: a\ndefault_mode: jupyter\n",
        "Add it under `modes`, or use one that exists.",
    ),
    CodeEntry(
        "E022", "No such profile",
        "Neither the spec nor coder-gen has a profile of that name.",
        "$ coder-gen script --profile lapto",
        "Add it under `profiles`, or use one that exists.",
    ),
    CodeEntry(
        "E023", "A spec that cannot be extended",
        "The spec that `extends` names does not exist, or extends this spec in turn.",
        "extends: nowhere.yaml\n",
        "Correct the name. A path is relative to the file that contains `extends`; a name without a dot"
        " or slash is a built-in spec.",
    ),
    CodeEntry(
        "E024", "An invalid option",
        "`--set` takes `PATH=VALUE`, `--var` takes the `NAME=VALUE` of a variable that the spec uses.",
        "$ coder-gen script --var PRT=80",
        "Write it as the message shows.",
    ),
    CodeEntry(
        "E025", "A value that has to be known when compiling",
        "The value determines the form of the launcher, or whether a mount is a path or a named"
        " volume, so it cannot be late-bound.",
        "image: a\ntty: ${TTY:-true}\n",
        "Write the value, or pass `--var NAME=VALUE`. A variable that holds a path is declared with"
        " `type: path`.",
    ),
    CodeEntry(
        "E026", "A variable's value of the wrong type",
        "The default of a variable, or the value that `--var` gives it, is not valid for its declared"
        " type.",
        "$ coder-gen script --var PORT=web",
        "Give it a value of its type.",
    ),
    CodeEntry(
        "E027", "A merge tag on an item",
        "`!reset` and `!override` apply to the whole value of a key.",
        "image: a\ncap_add: [!reset SYS_ADMIN]\n",
        "Write the tag before the list: `cap_add: !override [NET_RAW]`.",
    ),
    CodeEntry(
        "E028", "No such target",
        "Neither coder-gen nor an installed package provides the target.",
        "image: a\noutputs: {run.sh: scrpt}\n",
        "`coder-gen targets` lists them.",
    ),
    CodeEntry(
        "E029", "No outputs",
        "`write` and `check` work on the files under `outputs`, and the spec has none.",
        "$ coder-gen write",
        "Add them: `outputs: {run.sh: script, docker-compose.yml: compose}`.",
    ),
    CodeEntry(
        "E030", "A spec exists already",
        "`init` would overwrite it.",
        "",
        "Edit it, or remove it first.",
    ),
    CodeEntry(
        "E031", "A duplicate in a list",
        "Two items of a list set the same thing: one path in two spellings, one port, one variable, or"
        " one word twice. Only one of them could take effect, and a reader could not see which.",
        "image: a\nvolumes: ['/srv/a:/data', '/srv/b:/data/']\n",
        "Remove one. In a mode or profile, an item with the same path or name replaces the one of the"
        " layer below.",
    ),
    CodeEntry(
        "E035", "An input would be overwritten",
        "No command overwrites its inputs: the spec, the specs that it extends, a launcher, a file of"
        " variables or labels, a secret. Neither does it overwrite a file that the spec names anywhere,"
        " such as a seccomp profile, unless coder-gen made it. Files are compared, not their names: a"
        " link, or another name for the same file, counts as that file.",
        "image: a\nenv_file: [vars.env]\noutputs: {vars.env: env-example}\n",
        "Name another file.",
    ),
    CodeEntry(
        "E036", "A file that coder-gen did not make",
        "`write` replaces empty files, and files that some version of coder-gen made, which have"
        " `Generated by coder-gen` in their first lines. Another file may be somebody's work.",
        "",
        "Move the file away, or name another one. `coder-gen write --force` replaces it.",
    ),
    CodeEntry(
        "E037", "An invalid path for an output",
        "An output has to be below the spec's folder, also after symbolic links are followed, and"
        " outside git's own folder, whose hooks are run. Two outputs cannot be one file, or one below"
        " the other. A folder, a named pipe or a device cannot be replaced by an output.",
        "image: a\noutputs: {.git/hooks/pre-commit: script}\n",
        "Name another file, or remove the link.",
    ),
    CodeEntry(
        "E201", "A target of another package does not work",
        "A package provides the target, but its module cannot be imported, lacks a required name, or"
        " failed with this spec.",
        "",
        "Update the package, or remove it; report the failure to its authors.",
    ),
    CodeEntry(
        "E301", "A file cannot be written",
        "The folder is missing, the disk is full, or you may not write there. The old file is"
        " unchanged.",
        "$ coder-gen script -o /nowhere/run.sh",
        "Name a file in a folder that you can write to.",
    ),
    CodeEntry(
        "E302", "bash cannot be started",
        "`--exec` runs the launcher with bash.",
        "",
        "Install bash, or add its folder to PATH.",
    ),
    CodeEntry(
        "E303", "A value for .env is missing or does not fit",
        "A variable without a default is not set on this host; or its value is not valid for its type"
        " or for its key; or its value contains a quote, a line break, `${`, two backslashes in a row"
        " or one at its end, which readers of `.env` read differently.",
        "",
        "Set it before the command: `NAME=VALUE coder-gen env`.",
    ),
    CodeEntry(
        "E304", "The source of a mount is missing",
        "Some versions of Compose would create it, as an empty folder that belongs to root; others"
        " refuse it.",
        "",
        "Create it, or make the mount `optional` in the spec.",
    ),
    CodeEntry(
        "E305", "A linter cannot be run",
        "`lint` calls shellcheck and check-jsonschema, which are installed with coder-gen.",
        "",
        "Install them as the message says.",
    ),
    CodeEntry(
        "E306", "An error of the operating system",
        "A request to the operating system failed: memory, open files, a folder. The message is its"
        " own.",
        "",
        "Correct the cause that the message names. With `-v` the command prints where it failed.",
    ),
    CodeEntry(
        "E307", "A file system does not answer",
        "A file is on a server that is gone, or that needs more than 30 seconds for one request. The"
        " command does not wait longer.",
        "",
        "Mount the file system again, or name a file elsewhere.",
    ),
    CodeEntry(
        "E401", "No section `build`",
        "The target is made from `build`, and the spec has no such section; or it has no `base` below"
        " it, so the Dockerfile is your own; or no `setup`.",
        "image: a\noutputs: {Dockerfile: dockerfile}\n",
        "Add what the message names, or remove the output.",
    ),
    CodeEntry(
        "E402", "Not the Compose format",
        "`coder-gen lint` validated a Compose file with the published schema. The message is the"
        " schema's.",
        "",
        "Correct the line. A file that coder-gen made is valid; if it was changed by hand,"
        " `coder-gen write` makes it again.",
    ),
    CodeEntry(
        "E403", "A value that a build cannot know",
        "An image is built before a container starts. A port that is chosen at start, a home or a"
        " working directory is only known at start.",
        "image: a\nbuild: {base: debian:12, working_dir: '${HOME}/work'}\noutputs: {Dockerfile: dockerfile}\n",
        "Write the value, declare a variable for it, or fix it with `--var`.",
    ),
    CodeEntry(
        "E404", "A variable in an entry point",
        "An entry point is a list of words in the image's configuration, where build arguments are not"
        " expanded.",
        "image: a\nvariables: {P: 1}\nbuild: {base: debian:12, entrypoint: [serve, '${P}']}\noutputs: {Dockerfile: dockerfile}\n",
        "Let a shell read it when the container starts: `[sh, -c, 'exec serve $${P}']`.",
    ),
    CodeEntry(
        "E405", "Text that a Dockerfile cannot contain",
        "An instruction is one line, and there is no escape for a line break in `ENV`, `LABEL` or"
        " `COPY`.",
        'image: a\nbuild: {base: debian:12, environment: {A: "b\\nc"}}\noutputs: {Dockerfile: dockerfile}\n',
        "Write the text into a file of the context, and name it under `build.files`.",
    ),
    CodeEntry(
        "E406", "A build argument without one value",
        "A Dockerfile gives each argument one default, and supports only `${NAME:-default}`. Here a"
        " name has two defaults, or another operator.",
        "image: a\nbuild: {base: debian:12, labels: {a: '${A:-1}', b: '${A:-2}'}}\noutputs: {Dockerfile: dockerfile}\n",
        "Declare the variable, with its default, under `variables`.",
    ),
    CodeEntry(
        "E407", "No version, or no checksum",
        "Everything that a build fetches is pinned and checked. Without a checksum a changed file would"
        " not be noticed.",
        "image: a\nbuild: {base: debian:12, code_server: {version: 4.106.3}}\noutputs: {Dockerfile: dockerfile}\n",
        "Print the checksum with `curl -fsSL URL | sha256sum`, and compare it with the project's own.",
    ),
    CodeEntry(
        "E409", "Node.js is missing",
        "npm packages, and code-server from npm, need Node.js and npm in the image.",
        "image: a\nbuild: {base: debian:12, npm: [prettier@3.6.2]}\noutputs: {Dockerfile: dockerfile}\n",
        "Add `build.node`, with `npm` below it where it comes from the npm registry.",
    ),
    CodeEntry(
        "E410", "A step that does nothing",
        "A step of the set-up downloads files, runs commands, adds lines, sets git's values or installs"
        " extensions.",
        "image: a\nbuild: {setup: {first: {description: Nothing}}}\n",
        "Add one of these to the step, or remove it.",
    ),
    CodeEntry(
        "E411", "A step that cannot tell whether it is done",
        "The set-up runs any number of times. A command would run again each time, unless the step"
        " tells how to see that it is done.",
        "image: a\nbuild: {setup: {first: {run: make install}}}\n",
        "Add `creates: PATH`, or `unless: COMMAND`.",
    ),
    CodeEntry(
        "E412", "An engine that builds no images",
        "Docker, Podman and nerdctl build and store images. An image for Apptainer is converted from"
        " one of these.",
        "image: a\nbuild: {base: debian:12}\noutputs: {build.sh: {target: build-script, engine: apptainer}}\n",
        "Write `engine: docker`, `podman`, `nerdctl` or `auto`; `convert.sh` makes the SIF.",
    ),
    CodeEntry(
        "E413", "An invisible character in a Dockerfile",
        "`ENV`, `LABEL`, `ARG` and `FROM` have no escapes, so the file would contain the character as"
        " it is, where a reviewer does not see it. The message gives its code point.",
        'image: a\nbuild: {base: debian:12, environment: {A: "b\\u202ec"}}\noutputs: {Dockerfile: dockerfile}\n',
        "Remove it. A launcher can set it, under the container's own `environment` or `labels`.",
    ),
    CodeEntry(
        "E501", "An unknown format",
        "The text is in no format that `import` reads, or the format is not clear.",
        "",
        "Name the format: `--from docker`, `podman`, `nerdctl`, `apptainer`, `script`, `compose`,"
        " `inspect` or `devcontainer`.",
    ),
    CodeEntry(
        "E502", "No such container",
        "`--service` names a container that the original does not have, or the original has none.",
        "",
        "Use one of the names that the message lists; without `--service`, all become modes.",
    ),
    CodeEntry(
        "E503", "No equivalent in a spec",
        "The original has a setting that a spec of one container cannot express. It is an error, so"
        " that nothing is dropped silently.",
        "",
        "Change the original as the message says, and import it again.",
    ),
    CodeEntry(
        "E504", "The import differs from the original",
        "`import --check` compiled the spec that it made, and compared the engine's arguments in"
        " meaning: order and spelling do not count. The message names the difference.",
        "",
        "Write that part of the spec by hand, and please report the original: this is a bug of"
        " `import`.",
    ),
    CodeEntry(
        "E505", "A container cannot be inspected",
        "`import --container` calls the engine's `inspect`, which failed; the message is the engine's"
        " own.",
        "",
        "Find the name with `docker ps --all`; `--engine podman` asks Podman.",
    ),
    CodeEntry(
        "E507", "An option that the engine does not have",
        "The engine itself would refuse the command line: an unknown option, an option without its"
        " value, a boolean that is neither true nor false, or a value that is not valid CSV.",
        "",
        "Correct the command line; the message names the nearest option.",
    ),
    CodeEntry(
        "E508", "No image",
        "The command line has no image, or the word in its place is not a valid image name.",
        "",
        "Add the image. Check that no option before it takes it as its value.",
    ),
    CodeEntry(
        "E521", "A script with too many paths",
        "An import follows every path through a script. This script has more paths, or larger values, "
        "than the limit.",
        "",
        "Import the command line that a run prints with `bash -x`.",
    ),
    CodeEntry(
        "E522", "Quotes that `eval` reads again",
        "`eval` parses a text as a command a second time, with the quotes inside it. An import does "
        "not do that.",
        "",
        "Write the command line out, or use an array.",
    ),
    CodeEntry(
        "E523", "No container is started",
        "The script has no `docker run`, `podman run`, `apptainer run` or the like that can "
        "be reached.",
        "",
        "Name the script that starts the container, or pass the command line alone.",
    ),
    CodeEntry(
        "E524", "The script's own arguments in the middle",
        "`$@` is the value of an option, or is in the middle of the container's command, and an "
        "import cannot know its value.",
        "",
        "Write the words out, or put `$@` at the end.",
    ),
    CodeEntry(
        "E525", "Part of a word under a condition",
        "A part of a word of the command line depends on a condition that a spec cannot express.",
        "",
        "Write the whole option in each branch.",
    ),
    CodeEntry(
        "E526", "A value that is known only when the script runs",
        "The command line contains an expansion to several words, or one of an unknown form; an import "
        "does not run the script.",
        "",
        "Put the value there, or assign it to a variable: it becomes a variable of the spec.",
    ),
    CodeEntry(
        "E527", "Not readable as bash",
        "A quote or a bracket is not closed, or the parser does not know the construct, next to a "
        "command that starts a container.",
        "",
        "Check the script with `bash -n`.",
    ),
    CodeEntry(
        "E528", "Arguments that are computed",
        "The options come from a loop over values that only the host knows, or from the output of a "
        "command.",
        "",
        "Write the options out.",
    ),
    CodeEntry(
        "E529", "A generated launcher that cannot be read back",
        "coder-gen made the script for an engine whose launchers cannot be read back, or the script "
        "was changed.",
        "",
        "Use the spec that its first lines name.",
    ),
    CodeEntry(
        "E601", "No such audit rule",
        "`accept` names a rule that the audit does not have, so it would accept nothing.",
        "$ coder-gen audit --set 'accept.seccomp-unconfind={reason: FUSE, until: 2027-03-01}'",
        "Use the id that the audit prints; `coder-gen audit --rules` lists all of them.",
    ),
    CodeEntry(
        "E602", "An overlay without a file to extend",
        "`audit --fix` writes a spec that extends the audited one, which has to be a file.",
        "",
        "Save the spec, and pass it with `-f FILE`.",
    ),
    CodeEntry(
        "E603", "An unknown word",
        "The word given to `explain` is not a variable, flag, key, audit rule or code, and is not in"
        " the command line.",
        "$ coder-gen explain --cap-ad",
        "Use the word that the message suggests; without a word, every part is explained.",
    ),
    CodeEntry(
        "E604", "No such key or target",
        "`explain --why-not` takes a key of the spec, or its flag, and the name of a target or"
        " engine.",
        "$ coder-gen explain --why-not port script",
        "`coder-gen targets` lists both.",
    ),
    CodeEntry(
        "W001", "An invisible character",
        "The text contains a character that controls the writing direction, or that has no width. An"
        " editor and a page of code review then show another text than the one that is compiled"
        " ([Trojan Source](https://trojansource.codes/)). The first of each line is reported, and at"
        " most ten of a file.",
        "",
        "Remove it. If you need it, write it as an escape in double quotes, such as `\"\\u202e\"`.",
    ),
    CodeEntry(
        "W031", "A mount that `x11` makes itself",
        "With `x11` the launcher mounts the display's sockets, if the host has them. Engines refuse a"
        " second mount of the same folder at the same path.",
        "image: a\nx11: host\nvolumes: ['/tmp/.X11-unix:/tmp/.X11-unix']\n",
        "Remove it from `volumes`.",
    ),
    CodeEntry(
        "W101", "Approximate",
        "The target cannot express the setting exactly, and uses the nearest equivalent. The output has"
        " a comment about it.",
        "",
        "Check in [the support matrix](targets.md) how it differs; if that is acceptable, change"
        " nothing. With `--strict` it is an error.",
    ),
    CodeEntry(
        "W102", "Unsupported",
        "The target cannot express the setting, and leaves it out. The output has a comment about it.",
        "",
        "Use another target, or another key. With `--strict` it is an error.",
    ),
    CodeEntry(
        "W401", "A base image without apt",
        "The steps of a generated Dockerfile install Debian packages and run in bash. This base image"
        " is known to have another package manager.",
        "image: a\nbuild: {base: alpine:3.20}\noutputs: {Dockerfile: dockerfile}\n",
        "Use Debian, Ubuntu or an image that is made from them; or leave `base` out, and write the"
        " Dockerfile yourself.",
    ),
    CodeEntry(
        "W501", "Imported approximately",
        "The original has a setting that a spec can express only approximately.",
        "",
        "Read in the message what differs; if that is acceptable, change nothing.",
    ),
    CodeEntry(
        "W521", "Options of a script that are left out",
        "The script takes options, or computes some on certain hosts, and passes them on to the engine. "
        "A spec has fixed options.",
        "",
        "Pass arguments after `--`, or write the options into the spec.",
    ),
    CodeEntry(
        "W522", "A command that ends too early",
        "A comment between continued lines ends the command in bash, and so does a backslash with "
        "blanks after it. The import reads the following lines as a part of the command.",
        "",
        "Move the comment above the command, and remove the blanks after the backslash.",
    ),
    CodeEntry(
        "W523", "A setting of the engine itself",
        "`--host`, `DOCKER_HOST`, `sudo` and the like select how to reach the engine, which is not part "
        "of a container.",
        "",
        "Set `DOCKER_HOST` or `DOCKER_CONTEXT`, or use `sudo`, when you start the launcher.",
    ),
    CodeEntry(
        "W524", "A command that is never reached",
        "The script has another command that starts a container, and no path leads there.",
        "",
        "Import that line by itself.",
    ),
    CodeEntry(
        "W525", "An option under a condition",
        "The script adds the option only on some hosts. The spec always has it.",
        "",
        "Move it to a mode or a profile.",
    ),
    CodeEntry(
        "W526", "Arguments that are passed on",
        "The script's own arguments go to the program in the container.",
        "",
        "Pass them to the launcher after `--`.",
    ),
    CodeEntry(
        "W527", "Options from the environment",
        "A variable of the environment may contain any number of options. They are left out.",
        "",
        "Write these options into the spec.",
    ),
    CodeEntry(
        "W528", "An argument that becomes a variable",
        "A launcher has no arguments of its own; the value comes from the environment "
        "instead.",
        "",
        "Set the variable when the launcher starts.",
    ),
    CodeEntry(
        "W529", "A computed value that becomes a variable",
        "The script runs a command to get the value. The import does not run it, so the launcher "
        "needs the value.",
        "",
        "Set the variable, or give it a default under `variables`.",
    ),
    CodeEntry(
        "W530", "A part that was not read",
        "The parser does not know this construct. It is not next to a command that starts a "
        "container.",
        "",
        "Check the script with `bash -n`.",
    ),
    CodeEntry(
        "W531", "A value of one person or one host",
        "The launcher contains a home folder, the ids of a user or the address of one interface: the "
        "container differs on another host, or for another user.",
        "",
        "Import with `--portable`, which writes `${HOME}`, `user: host` or a variable with that "
        "value as its default.",
    ),
    CodeEntry(
        "W532", "A file that the script reads",
        "`source FILE` or `. FILE`: the import reads only the script, and no other file. Variables that"
        " the file sets are taken from the environment.",
        "",
        "Set them in the environment or under `variables`, or put the file's lines into the script.",
    ),
    CodeEntry(
        "W533", "A placeholder",
        "`<path to data>` in a README's command line is a placeholder that its reader replaces. It "
        "becomes a variable.",
        "",
        "Set the variable, or write its value into the spec.",
    ),
    CodeEntry(
        "W534", "A duplicate, of which the last counts",
        "The original sets the same thing twice, such as two mounts on one path. Readers of the "
        "original take the last one, and so does the import. In a spec it is an error.",
        "",
        "Remove the first.",
    ),
    CodeEntry(
        "W535", "A path, or the name of a volume",
        "A mount begins with a variable that has no default. It is read as a path of the host; the "
        "original accepts the name of a volume as well.",
        "",
        "If it is a volume, write the mount in the long form, with `type: volume`.",
    ),
    CodeEntry(
        "W536", "A container in the background",
        "`--detach` is left out: a launcher waits for its container.",
        "",
        "End the launcher's line with `&`, or make a Compose file and use `up -d`.",
    ),
    CodeEntry(
        "W537", "An empty variable that is left out",
        "If the host does not set the variable, the original passes it on with an empty value. A "
        "launcher leaves it out.",
        "",
        "If the empty value is intended, set it under `environment`; otherwise change nothing.",
    ),
    CodeEntry(
        "W538", "What Apptainer passes on by itself",
        "By default Apptainer passes on the user's environment, home folder and `/tmp`. A spec passes "
        "on only what it names.",
        "",
        "Add what is needed under `volumes`, `environment` and `forward_environment`.",
    ),
    CodeEntry(
        "W539", "An image named after a file",
        "Apptainer starts an image file. The other engines need the name of an image, for which the "
        "file's name is used.",
        "",
        "Write the name of the image that the file was made from.",
    ),
    CodeEntry(
        "W540", "Another container",
        "The original names other containers, or joins them: it waits for them, or shares their "
        "network or namespaces. A spec describes one container.",
        "",
        "Start the other containers first, and name networks under `networks`.",
    ),
    CodeEntry(
        "W541", "A network or a volume that has to be made first",
        "Compose makes networks and volumes, and puts the project's name before their names. A launcher "
        "makes no network, and an engine makes a volume without options.",
        "",
        "Make it before the first start, with `docker network create` or `docker volume create`, and "
        "write its name into the spec.",
    ),
    CodeEntry(
        "W542", "A setting for another program",
        "The setting is for Compose, an editor or a cluster. The container is the same without it.",
        "",
        "Keep the setting where that program reads it.",
    ),
    CodeEntry(
        "W543", "A setting that is left out",
        "The spec language, or the engine, has no equivalent of the setting.",
        "",
        "Start the container without it, and check whether it works as needed.",
    ),
    CodeEntry(
        "W544", "A command that no launcher runs",
        "An editor runs the command on the host, or in the container after the start. A launcher does "
        "not.",
        "",
        "Add it to the image, or run it yourself: before the launcher, or with `docker exec`.",
    ),
    CodeEntry(
        "W602", "An acceptance without a risk",
        "`accept` names a risk that the spec does not have, or no longer has. It would hide the risk"
        " if it returned.",
        "$ coder-gen audit --set 'accept.privileged={reason: none, until: 2027-03-01}'",
        "Remove the entry.",
    ),
)  # fmt: skip
