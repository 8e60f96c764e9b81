"""What each code of a message means: the source of docs/errors.md.

A code stays the same from version to version, and is not used again for something else. E0 is the
spec's text and language, E1 values, E2 targets, E3 the host; W is a warning.
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
        "The file that was named is not there, or is not yours to read.",
        "$ coder-gen script -f nowhere.yaml",
        "Pass the spec with `-f FILE`. `coder-gen init` writes a first one.",
    ),
    CodeEntry(
        "E002", "Not UTF-8",
        "A spec is UTF-8 text, with or without a byte order mark. The place is that of the first byte"
        " which is not.",
        "",
        "Save the file as UTF-8: `iconv -f LATIN1 -t UTF-8 old.yaml > coder.yaml`.",
    ),
    CodeEntry(
        "E003", "A character that cannot stand there",
        "YAML allows no control characters but tab and line breaks; no program can be given a NUL;"
        " half of a surrogate pair is no character.",
        'image: "a\\0b"\n',
        "Remove it. What has to be there is written as an escape in double quotes.",
    ),
    CodeEntry(
        "E004", "Not YAML",
        "The text does not follow YAML's grammar. The message is the parser's; the place is where it"
        " gave up, which may be a line below the fault.",
        "image: [a\n",
        "Look for an open quote or bracket above, for a tab, and for `: ` in a value without quotes.",
    ),
    CodeEntry(
        "E005", "A key stands there twice",
        "Most YAML readers take the last of two equal keys without a word, and one of the two lines"
        " would mean nothing.",
        "image: a\nimage: b\n",
        "Keep one of the two.",
    ),
    CodeEntry(
        "E006", "A second document",
        "A line `---` begins another document; a spec is one.",
        "image: a\n---\nimage: b\n",
        "Keep each spec in a file of its own.",
    ),
    CodeEntry(
        "E007", "A tag that means nothing here",
        "A value has the type of its key. The tags of a spec are `!reset` and `!override`, which say"
        " how layers merge.",
        "image: !!python/name:os.system a\n",
        "Remove the tag.",
    ),
    CodeEntry(
        "E008", "Nested too deeply",
        "No spec needs 64 levels; a text that has them was made to break something.",
        "",
        "Check that this is the file you meant.",
    ),
    CodeEntry(
        "E009", "Too large",
        "A spec has at most 16 MiB, and a million values once aliases are followed.",
        "",
        "Check that this is the file you meant, and that no alias holds another many times.",
    ),
    CodeEntry(
        "E010", "An alias without an anchor",
        "`*name` repeats what `&name` marked before it, which is not there, or is still open.",
        "image: *base\n",
        "Define the anchor above: `x-base: &base …`.",
    ),
    CodeEntry(
        "E011", "A key that is no string",
        "Keys are names.",
        "image: a\n[1, 2]: b\n",
        "Write a name before the colon.",
    ),
    CodeEntry(
        "E012", "An unknown key",
        "The language has no such key there. Nothing is ignored: a key that was misspelt would be a"
        " setting that is missing.",
        "image: a\nport: [80]\n",
        "Take the key that the message suggests, or look in [the reference](spec.md). Keys that begin"
        " with `x-` are left alone.",
    ),
    CodeEntry(
        "E013", "A value of the wrong type",
        "A list, a mapping or a single value stands where another of these is needed; or a number or"
        " boolean where only text makes sense.",
        "image: a\nports: 80\n",
        "Write what the message asks for; put text that looks like a number in quotes.",
    ),
    CodeEntry(
        "E014", "A value that cannot be right",
        "The value is not of the kind that its key takes: no port, no size, no path.",
        "image: a\nmem_limit: lots\n",
        "Write one like the example in the message.",
    ),
    CodeEntry(
        "E015", "Something is missing",
        "A key that has to be there is not: an image, the source of a bind mount, the content of a"
        " secret.",
        "name: lab\n",
        "Add it; the message names it.",
    ),
    CodeEntry(
        "E016", "A key for more than one container",
        "Compose has the key, but it speaks of several services, of a swarm, or of Compose itself. A"
        " spec is one container.",
        "image: a\ndepends_on: [db]\n",
        "Write what the message suggests instead.",
    ),
    CodeEntry(
        "E017", "A dollar that begins no variable",
        "`$` begins a variable: `$NAME`, `${NAME}` or `${NAME:-default}`. Anything else would mean one"
        " thing to one engine and another to the next.",
        "image: a\ncommand: [echo, $(date)]\n",
        "Write `$$` for a dollar.",
    ),
    CodeEntry(
        "E018", "An undeclared variable",
        "The name is not under `variables`, is not built in, and no operator says what to do where"
        " the host does not set it.",
        "image: a\nvolumes: ['${HOEM}/data:/data']\n",
        "Declare it, or give it a default: `${NAME:-default}`.",
    ),
    CodeEntry(
        "E019", "A name that is taken",
        "The shell, the language or the launcher itself uses the name, so a variable of yours cannot"
        " have it.",
        "image: a\nvariables: {UID: 1}\n",
        "Choose another name.",
    ),
    CodeEntry(
        "E020", "Two settings exclude each other",
        "Each would be right without the other; no engine takes both.",
        "image: a\nrm: true\nrestart: always\n",
        "Keep one of the two. In a mode or profile, `!reset` takes the other away.",
    ),
    CodeEntry(
        "E021", "No such mode",
        "The mode that should be started is not in the spec.",
        "image: a\ndefault_mode: jupyter\n",
        "Add it under `modes`, or take one that is there.",
    ),
    CodeEntry(
        "E022", "No such profile",
        "Neither the spec nor coder-gen has a profile of that name.",
        "$ coder-gen script --profile lapto",
        "Add it under `profiles`, or take one that is there.",
    ),
    CodeEntry(
        "E023", "A spec that cannot be extended",
        "What `extends` names is not there, or extends this spec in turn.",
        "extends: nowhere.yaml\n",
        "A path is relative to the file that says `extends`; a name without a dot or slash is a"
        " built-in spec.",
    ),
    CodeEntry(
        "E024", "An option that cannot be right",
        "`--set` takes `PATH=VALUE`, `--var` takes the `NAME=VALUE` of a variable that the spec uses.",
        "$ coder-gen script --var PRT=80",
        "Write it as the message shows.",
    ),
    CodeEntry(
        "E025", "A value that has to be known now",
        "The value decides what the launcher looks like, or whether a mount is a path or a named"
        " volume, so it cannot wait until the launcher runs.",
        "image: a\ntty: ${TTY:-true}\n",
        "Write the value, or pass `--var NAME=VALUE`. A variable that holds a path is declared with"
        " `type: path`.",
    ),
    CodeEntry(
        "E026", "A variable's value of the wrong type",
        "The default of a variable, or what `--var` fixes it to, is nothing that its declared type "
        "allows.",
        "$ coder-gen script --var PORT=web",
        "Give it a value of its type.",
    ),
    CodeEntry(
        "E027", "A merge tag on an item",
        "`!reset` and `!override` speak of the whole value of a key.",
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
        "E030", "A spec is there already",
        "`init` would write over it.",
        "",
        "Edit it, or remove it first.",
    ),
    CodeEntry(
        "E031", "Two of the same in one list",
        "Two items of a list are about the same thing: one path in two spellings, one port, one"
        " variable, one word twice. Only one of them could count, and nobody would see which.",
        "image: a\nvolumes: ['/srv/a:/data', '/srv/b:/data/']\n",
        "Remove one. In a mode or profile, an item with the same path or name takes the place of the"
        " one below.",
    ),
    CodeEntry(
        "E035", "What is read would be replaced",
        "No command writes over what it read, or what the spec says is read: the spec, those that it"
        " extends, a launcher, a file of variables or labels, a secret; nor over a file that the spec"
        " names anywhere, such as a seccomp profile, unless coder-gen made it. Files are compared, and"
        " not their names: a link, or another name for the same file, is that file.",
        "image: a\nenv_file: [vars.env]\noutputs: {vars.env: env-example}\n",
        "Name another file.",
    ),
    CodeEntry(
        "E036", "A file that coder-gen did not make",
        "`write` replaces what some version of coder-gen made, which says so in its first lines"
        " (`Generated by coder-gen`), and an empty file. Another file may be somebody's work.",
        "",
        "Move the file away, or name another one. `coder-gen write --force` replaces it.",
    ),
    CodeEntry(
        "E037", "No place for an output",
        "Outputs stay below the spec's folder, also where a link leads elsewhere; out of git's own"
        " folder, whose hooks are run; and apart from each other. A folder, a named pipe or a device"
        " is no place for a file.",
        "image: a\noutputs: {.git/hooks/pre-commit: script}\n",
        "Name another file, or take away the link.",
    ),
    CodeEntry(
        "E201", "A target of another package does not work",
        "A package provides the target, and it cannot be imported, is not whole, or failed at this"
        " spec.",
        "",
        "Update the package, or remove it; tell its authors.",
    ),
    CodeEntry(
        "E301", "A file cannot be written",
        "The folder is missing, full, or not yours. The old file is as it was.",
        "$ coder-gen script -o /nowhere/run.sh",
        "Name a file in a folder that you can write to.",
    ),
    CodeEntry(
        "E302", "bash cannot be started",
        "`--exec` hands the launcher to bash.",
        "",
        "Install bash, or add its folder to PATH.",
    ),
    CodeEntry(
        "E303", "A value for .env is missing or does not fit",
        "A variable without a default is not set on this host; its value is not what its type or the"
        " key takes that it is written under; or its value holds a quote, a line"
        " break, `${`, two backslashes in a row or one at its end: readers of `.env` do not agree on"
        " these.",
        "",
        "Set it before the command: `NAME=VALUE coder-gen env`.",
    ),
    CodeEntry(
        "E304", "The source of a mount is missing",
        "Compose would make it in some versions, as an empty folder of root's, and refuse it in"
        " others.",
        "",
        "Create it, or make the mount `optional` in the spec.",
    ),
    CodeEntry(
        "E305", "A linter cannot be run",
        "`lint` calls shellcheck and check-jsonschema, which come with coder-gen.",
        "",
        "Install them as the message says.",
    ),
    CodeEntry(
        "E306", "The host refuses",
        "Something that a command needs of the host failed, in the words of the operating system:"
        " memory, open files, a folder.",
        "",
        "See to what the message names. With `-v` the command says where it came up.",
    ),
    CodeEntry(
        "E307", "A file system does not answer",
        "A file is on a server that is gone, or that takes longer than 30 seconds for one question."
        " A command that waited would wait for ever.",
        "",
        "Mount the file system again, or name a file elsewhere.",
    ),
    CodeEntry(
        "E401", "No image to make",
        "The target makes something of `build`, and the spec has no such section; or no `base` below"
        " it, so that the Dockerfile is one of your own; or no `setup`.",
        "image: a\noutputs: {Dockerfile: dockerfile}\n",
        "Add what the message names, or remove the output.",
    ),
    CodeEntry(
        "E402", "Not the Compose format",
        "`coder-gen lint` compared a Compose file with the published schema. The message is the"
        " schema's.",
        "",
        "Correct the line. A file that coder-gen made has none: then it was changed by hand, and"
        " `coder-gen write` makes it again.",
    ),
    CodeEntry(
        "E403", "A build cannot know that",
        "An image is built before it is started. A port that is chosen at start, a home or a working"
        " directory belong to the start.",
        "image: a\nbuild: {base: debian:12, working_dir: '${HOME}/work'}\noutputs: {Dockerfile: dockerfile}\n",
        "Write the value, declare a variable for it, or fix it with `--var`.",
    ),
    CodeEntry(
        "E404", "A variable in an entry point",
        "An entry point is words in the image's configuration, where nothing expands a build"
        " argument.",
        "image: a\nvariables: {P: 1}\nbuild: {base: debian:12, entrypoint: [serve, '${P}']}\noutputs: {Dockerfile: dockerfile}\n",
        "Let a shell read it when the container starts: `[sh, -c, 'exec serve $${P}']`.",
    ),
    CodeEntry(
        "E405", "Text that a Dockerfile cannot hold",
        "An instruction is one line, and there is no escape for a line break in `ENV`, `LABEL` or"
        " `COPY`.",
        'image: a\nbuild: {base: debian:12, environment: {A: "b\\nc"}}\noutputs: {Dockerfile: dockerfile}\n',
        "Write the text into a file of the context, and name it under `build.files`.",
    ),
    CodeEntry(
        "E406", "A build argument without one value",
        "A Dockerfile gives each argument one default, and knows `${NAME:-default}` only. Here a name"
        " has two defaults, or another operator.",
        "image: a\nbuild: {base: debian:12, labels: {a: '${A:-1}', b: '${A:-2}'}}\noutputs: {Dockerfile: dockerfile}\n",
        "Declare the variable, with its default, under `variables`.",
    ),
    CodeEntry(
        "E407", "No version, or no checksum",
        "Whatever a build fetches is pinned and checked. Without a checksum a changed file would come"
        " in without a word.",
        "image: a\nbuild: {base: debian:12, code_server: {version: 4.106.3}}\noutputs: {Dockerfile: dockerfile}\n",
        "Print the checksum with `curl -fsSL URL | sha256sum`, and compare it with the project's own.",
    ),
    CodeEntry(
        "E409", "No Node.js for it",
        "npm packages, and code-server from npm, need Node.js and npm in the image.",
        "image: a\nbuild: {base: debian:12, npm: [prettier@3.6.2]}\noutputs: {Dockerfile: dockerfile}\n",
        "Add `build.node`, with `npm` below it where it comes from the npm registry.",
    ),
    CodeEntry(
        "E410", "A step that does nothing",
        "A step of the set-up downloads, runs, adds lines, sets git's values or installs extensions.",
        "image: a\nbuild: {setup: {first: {description: Nothing}}}\n",
        "Say what it does, or remove it.",
    ),
    CodeEntry(
        "E411", "A step that cannot tell whether it is done",
        "The set-up runs any number of times. A command runs again each time unless something tells"
        " that its work is there.",
        "image: a\nbuild: {setup: {first: {run: make install}}}\n",
        "Add `creates: PATH`, or `unless: COMMAND`.",
    ),
    CodeEntry(
        "E412", "An engine that builds no images",
        "Images are built, and kept, by Docker and by Podman. Apptainer gets its own from one of"
        " theirs.",
        "image: a\nbuild: {base: debian:12}\noutputs: {build.sh: {target: build-script, engine: apptainer}}\n",
        "Say `engine: docker`, `podman` or `auto`; `convert.sh` makes the SIF.",
    ),
    CodeEntry(
        "E413", "An unseen character in a Dockerfile",
        "`ENV`, `LABEL`, `ARG` and `FROM` know no escapes, so the character would stand in the file as"
        " it is, where nobody sees it. The message names it by its number in Unicode.",
        'image: a\nbuild: {base: debian:12, environment: {A: "b\\u202ec"}}\noutputs: {Dockerfile: dockerfile}\n',
        "Remove it. A launcher can say it, under the container's own `environment` or `labels`.",
    ),
    CodeEntry(
        "E501", "Nothing that can be imported",
        "The text is none of what `import` reads, or it cannot tell which.",
        "",
        "Say what it is: `--from docker`, `podman`, `apptainer`, `script`, `compose`, `inspect` or"
        " `devcontainer`.",
    ),
    CodeEntry(
        "E502", "No such container there",
        "`--service` names a container that the original does not have, or there is none at all.",
        "",
        "Take one of the names that the message lists; without `--service`, all become modes.",
    ),
    CodeEntry(
        "E503", "No place in a spec",
        "The original says something that a spec of one container cannot say. It is an error so that"
        " nothing is dropped silently.",
        "",
        "The message says what to do about it in the original; then import it again.",
    ),
    CodeEntry(
        "E504", "The import is not the same",
        "`import --check` compiled the spec that it made, and compared the engine's arguments in"
        " meaning: order and spelling do not count. The message says what differs.",
        "",
        "Write that part of the spec by hand, and please report the original: it is a fault of the"
        " import.",
    ),
    CodeEntry(
        "E505", "No answer about a container",
        "`import --container` asks the engine's `inspect`, which failed; the message is the"
        " engine's own.",
        "",
        "Look at `docker ps --all` for the name; `--engine podman` asks Podman.",
    ),
    CodeEntry(
        "E507", "An option that the engine does not have",
        "The engine itself would refuse the command line: an option that it does not know, one"
        " without its value, a boolean that is neither true nor false, or a value that is no CSV.",
        "",
        "Correct the command line; the message names the nearest option.",
    ),
    CodeEntry(
        "E508", "No image",
        "No word of the command line is the image, or the word in its place is none.",
        "",
        "Add the image. An option before it may have taken it as its value.",
    ),
    CodeEntry(
        "E521", "A script with too many paths",
        "An import follows every path through a script. This one has more of them, or larger "
        "values, than anyone could read.",
        "",
        "Import the command line that a run prints with `bash -x`.",
    ),
    CodeEntry(
        "E522", "Quotes that `eval` reads again",
        "`eval` reads a text as a command a second time, and quotes inside it then count. An "
        "import does not follow that.",
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
        "`$@` is the value of an option, or stands among the words of the container's command, and "
        "an import cannot know it.",
        "",
        "Write the words out, or put `$@` at the end.",
    ),
    CodeEntry(
        "E525", "Part of a word under a condition",
        "A word of the command line differs in its middle, by a condition that has no form in"
        " a spec.",
        "",
        "Write the whole option in each branch.",
    ),
    CodeEntry(
        "E526", "A value that only running the script would tell",
        "An expansion of several words, or one of an unknown form, stands in the command line; the "
        "script is never run.",
        "",
        "Put the value there, or assign it to a variable: it becomes a variable of the spec.",
    ),
    CodeEntry(
        "E527", "Not to be read as bash",
        "A quote or a bracket is not closed, or the parser does not know the construct, "
        "beside a command that starts a container.",
        "",
        "Check the script with `bash -n`.",
    ),
    CodeEntry(
        "E528", "Arguments that are computed",
        "A loop over what only the host knows, or the output of a command, makes options.",
        "",
        "Write the options out.",
    ),
    CodeEntry(
        "E529", "A generated launcher that cannot be read back",
        "The script was written by coder-gen, for an engine whose launchers cannot be read "
        "back, or it was changed.",
        "",
        "Use the spec that its first lines name.",
    ),
    CodeEntry(
        "E601", "No such audit rule",
        "`accept` names a rule that the audit does not have: nothing would be accepted.",
        "$ coder-gen audit --set 'accept.seccomp-unconfind={reason: FUSE, until: 2027-03-01}'",
        "Take the id that the audit prints; `coder-gen audit --rules` lists them all.",
    ),
    CodeEntry(
        "E602", "An overlay of nothing",
        "`audit --fix` writes a spec that extends the audited one, so that one has to be a file.",
        "",
        "Save the spec, and pass it with `-f FILE`.",
    ),
    CodeEntry(
        "E603", "Nothing has to do with that word",
        "`explain` was asked about a word that is no variable, flag, key, audit rule or code, and"
        " that stands nowhere in the command line.",
        "$ coder-gen explain --cap-ad",
        "Take the word that the message guesses; without a word, every part is explained.",
    ),
    CodeEntry(
        "E604", "No such key or target",
        "`explain --why-not` takes a key of the spec, or its flag, and the name of a target or"
        " engine.",
        "$ coder-gen explain --why-not port script",
        "`coder-gen targets` lists both.",
    ),
    CodeEntry(
        "W001", "A character that a reviewer does not see",
        "The text holds a control of the writing direction, or a character without any width, as it"
        " is. An editor and a page of code review show another text than the one that counts"
        " ([Trojan Source](https://trojansource.codes/)). The first of each line is reported, and ten of a file.",
        "",
        "Remove it. Where it is meant, write it as an escape in double quotes, such as `\"\\u202e\"`.",
    ),
    CodeEntry(
        "W031", "A mount that `x11` makes itself",
        "With `x11` the launcher mounts the display's sockets, where the host has them. A mount of the"
        " same folder in the same place would be a second one, which engines refuse.",
        "image: a\nx11: host\nvolumes: ['/tmp/.X11-unix:/tmp/.X11-unix']\n",
        "Remove it from `volumes`.",
    ),
    CodeEntry(
        "W101", "Said about so",
        "The target has no exact word for it, and says what comes nearest. The output holds a comment"
        " about it.",
        "",
        "Nothing, where that is near enough; [the support matrix](targets.md) says how it differs."
        " With `--strict` it is an error.",
    ),
    CodeEntry(
        "W102", "Left out",
        "The target cannot say it at all. The output holds a comment about it.",
        "",
        "Take another target, or another key; with `--strict` it is an error.",
    ),
    CodeEntry(
        "W401", "A base image without apt",
        "The steps of a generated Dockerfile install Debian packages and run in bash. This base image"
        " is known to have another package manager.",
        "image: a\nbuild: {base: alpine:3.20}\noutputs: {Dockerfile: dockerfile}\n",
        "Take Debian, Ubuntu or what is made from them; or leave `base` out, and write the Dockerfile"
        " yourself.",
    ),
    CodeEntry(
        "W501", "Imported in other words",
        "The original says something that a spec says only about so.",
        "",
        "Nothing, where that is near enough; the message says what differs.",
    ),
    CodeEntry(
        "W521", "Options of a script that are left out",
        "The script takes options, or computes some on certain hosts, and passes them on to the engine. "
        "A spec has fixed options.",
        "",
        "Pass arguments after `--`, or write the options into the spec.",
    ),
    CodeEntry(
        "W522", "A command that ends before it seems to",
        "A comment between continued lines ends the command in bash, and so does a backslash with "
        "blanks after it. The import reads the lines after it as if they belonged to it.",
        "",
        "Move the comment above the command, and let the backslash be the last of its line.",
    ),
    CodeEntry(
        "W523", "A setting of the engine itself",
        "`--host`, `DOCKER_HOST`, `sudo` and the like choose how the engine is asked, which is "
        "not part of a container.",
        "",
        "Set `DOCKER_HOST` or `DOCKER_CONTEXT`, or say `sudo`, where the launcher is started.",
    ),
    CodeEntry(
        "W524", "A command that is never reached",
        "The script has another command that starts a container, and no path leads there.",
        "",
        "Import that line by itself.",
    ),
    CodeEntry(
        "W525", "Added under a condition",
        "The script adds the option only on some hosts. The spec adds it always.",
        "",
        "Make a mode or a profile of it.",
    ),
    CodeEntry(
        "W526", "Arguments that are passed on",
        "The script's own arguments go to the program in the container.",
        "",
        "Pass them to the launcher after `--`.",
    ),
    CodeEntry(
        "W527", "Options from the environment",
        "A variable of the environment may hold any number of options. They are left out.",
        "",
        "Write what it holds into the spec.",
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
        "The script runs a command for the value. The import does not, so the launcher asks "
        "for it.",
        "",
        "Set the variable, or give it a default under `variables`.",
    ),
    CodeEntry(
        "W530", "A part that was not read",
        "The parser does not know this construct. It is not beside a command that starts a "
        "container.",
        "",
        "Check the script with `bash -n`.",
    ),
    CodeEntry(
        "W531", "One person's or one host's own value",
        "A home folder, the ids of a user or the address of one interface stands in the launcher: "
        "on another host, or for another user, the container is another one.",
        "",
        "Import with `--portable`, which writes `${HOME}`, `user: host` or a variable with that "
        "value as its default.",
    ),
    CodeEntry(
        "W532", "A file that the script reads",
        "`source FILE` or `. FILE`: the import reads one text alone, and looks at no file. Variables"
        " that the file sets are taken from the environment.",
        "",
        "Set them in the environment or under `variables`, or put the file's lines into the script.",
    ),
    CodeEntry(
        "W533", "A place to fill in",
        "`<path to data>` in a README's command line is there for the reader to replace. It becomes "
        "a variable.",
        "",
        "Set the variable, or write its value into the spec.",
    ),
    CodeEntry(
        "W534", "Two of the same, of which the last counts",
        "The original says the same thing twice, such as two mounts on one path. What reads the "
        "original takes the last one, and so does the spec. In a spec it is an error.",
        "",
        "Remove the first.",
    ),
    CodeEntry(
        "W535", "A path, or the name of a volume",
        "A mount begins with a variable that has no default. It is taken for a path of the host; the "
        "original takes the name of a volume as well.",
        "",
        "Where it is a volume, write the mount at length, with `type: volume`.",
    ),
    CodeEntry(
        "W536", "A container in the background",
        "`--detach` is left out: a launcher waits for its container.",
        "",
        "End the launcher's line with `&`, or make a Compose file and use `up -d`.",
    ),
    CodeEntry(
        "W537", "An empty variable that is left out",
        "The original passes a variable on also where the host does not set it, with an empty value. "
        "A launcher leaves it out there.",
        "",
        "Nothing: an empty value is hardly ever meant. Else give it under `environment`.",
    ),
    CodeEntry(
        "W538", "What Apptainer passes on by itself",
        "Without options to the contrary, Apptainer passes on the user's environment, home folder and "
        "`/tmp`. A spec passes on what it names.",
        "",
        "Write what is needed under `volumes`, `environment` and `forward_environment`.",
    ),
    CodeEntry(
        "W539", "An image that is taken from a file's name",
        "Apptainer starts an image file. The other engines need an image's name, and the file's is "
        "taken for that.",
        "",
        "Write the name of the image that the file was made from.",
    ),
    CodeEntry(
        "W540", "Another container",
        "The original names other containers, or joins them: it waits for them, or shares their "
        "network or namespaces. A spec describes one container.",
        "",
        "Start the others first, and name networks under `networks`.",
    ),
    CodeEntry(
        "W541", "A network or a volume that has to be made first",
        "Compose makes networks and volumes, and puts the project's name before theirs. A launcher "
        "makes no network, and an engine makes a volume without options.",
        "",
        "Make it before the first start, with `docker network create` or `docker volume create`, and "
        "write its name into the spec.",
    ),
    CodeEntry(
        "W542", "A setting for another program",
        "The setting is for Compose, an editor or a cluster. The container is the same without it.",
        "",
        "Nothing; keep the setting where that program reads it.",
    ),
    CodeEntry(
        "W543", "A setting that is left out",
        "The spec language, or the engine, has no word for the setting.",
        "",
        "Start the container without it, and see whether anything is missing.",
    ),
    CodeEntry(
        "W544", "A command that no launcher runs",
        "An editor runs the command on the host, or in the container after the start. A launcher does "
        "not.",
        "",
        "Put it in the image, or run it yourself: before the launcher, or with `docker exec`.",
    ),
    CodeEntry(
        "W602", "An acceptance of nothing",
        "`accept` names a risk that the spec does not have, or no longer has. It would hide the risk"
        " if it came back.",
        "$ coder-gen audit --set 'accept.privileged={reason: none, until: 2027-03-01}'",
        "Remove the entry.",
    ),
)  # fmt: skip
