# Engines with Docker's command line. The modes set what the image is, whether it is pulled, the
# container's name, and whether it has a terminal.
image=''
pull=''
name=''
tty=no
url_target=''

# find_daemon: where the client of the engine looks for it, as the client was told, and whether that
# is another host: an engine there has its own ports and files.
daemon=''
find_daemon() {
	local answer
	"${engine}_daemon"
	case ${daemon} in
	'' | unix://*) ;;
	*) remote=yes ;;
	esac
}

# refuse_verbs: what only Apptainer can do was asked for.
refuse_verbs() {
	local title=${engine}_title
	[[ ${wanted} == run && -z ${new_home} ]] ||
		bad_input "a new home, --start, --stop and --list are for Apptainer; the engine here is ${!title}"
}

# forward NAME...: pass on the variables that are set here; the values stay off the command line.
forward() {
	local name
	for name in "$@"; do
		if [[ -n ${!name+set} ]]; then args+=(--env "${name}"); fi
	done
}

# shell_line WORD...: the words as a line for a shell.
shell_line() {
	local word quote="'" line=''
	for word in "$@"; do
		line+="${line:+ }'${word//${quote}/${quote}\\${quote}${quote}}'"
	done
	printf '%s' "${line}"
}

# add_terminal: where the user has one.
add_terminal() {
	if [[ ${tty} == yes && -t 0 && -t 1 ]]; then
		args+=(--tty)
	fi
}

# variable_of_docker NAME [VALUE]: a variable of the container; without a value, this host's.
variable_of_docker() {
	args+=(--env "$1${2+=$2}")
}

# port_holder_of_docker PORT PROTOCOL: where a container has it, other users see no process.
port_holder_of_docker() {
	local answer
	if ask_engine out "${engine}" ps --filter "publish=$1/$2" --format '{{.Names}}' && [[ -n ${answer} ]]; then
		holder="the container ${answer//$'\n'/, }"
	fi
}

# check_engine: the engine, the container's name, the image. Fails where looking further would only
# repeat what was said.
check_engine() {
	local before
	"${engine}_ready" || return 1
	"${engine}_remarks" "${host_user}"
	before=${problems}
	check_name
	((problems == before)) || return 1
	check_image
}

# find_builder: sets `builder` to what makes the image, one of the spec's own outputs if there is one.
find_builder() {
	builder="${engine} build -t ${image} ."
	if [[ -n ${build_script} ]]; then
		beside "${build_script}"
		builder=${output}
	fi
}

# check_image: the image is on this host, or may be pulled, once all else is well.
to_pull=no
check_image() {
	local answer status=0
	ask_engine out "${engine}" image inspect --format '{{.Id}}' -- "${image}" || status=$?
	case ${status}-${pull} in
	0-* | 124-* | *-always) ;;
	*-never)
		find_builder
		problem "the image ${image} is not on this host: build it with '${builder}', or get it with '${engine} pull ${image}'"
		;;
	*) to_pull=yes ;;
	esac
}

pull_image() {
	local answer status=0
	say "the image ${image} is not on this host: pulling it"
	if [[ -t 2 ]]; then
		"${engine}" pull -- "${image}" >&2 || status=$?
		answer='see above'
	else
		ask both '' "${engine}" pull --quiet -- "${image}" || status=$?
	fi
	case ${status} in
	0) ;;
	130) exit 130 ;;
	*)
		find_builder
		problem "the image ${image} is neither on this host nor to be had from a registry (${answer##*$'\n'}): build it with '${builder}', or check its name"
		;;
	esac
}

# A container of this name may be left from the last run, be running, be on its way, or be somebody else's.
left_over=''
check_name() {
	local answer owner state holder='' line at=''

	[[ -n ${name} ]] || return 0
	claim_name
	if ! ask_engine out "${engine}" container inspect --format '{{.State.Status}} {{.Id}} {{index .Config.Labels "coder-gen.owner"}}' -- "${name}"; then
		[[ -z ${holder} ]] || starts_already
		return 0
	fi
	state=${answer%% *}
	answer=${answer#* }
	owner=${answer#* }
	if [[ ${owner} != "${uid}" ]]; then
		problem "the name ${name} belongs to a container that this script did not start for you: remove it with '${engine} rm -f ${name}' if it is yours"
		return 0
	fi
	case ${state} in
	running | restarting | paused)
		if [[ -n ${url_port} ]]; then
			# Where this start asks for another port, all that the running one has.
			ask_engine out "${engine}" port "${name}" "${url_target}/tcp" || ask_engine out "${engine}" port "${name}" || true
			while read -r line; do
				[[ " ${at} " == *" ${line##*:} "* ]] || at+=${at:+ }${line##*:}
			done <<<"${answer}"
			case ${at} in
			'') ;;
			*' '*) at=" with the ports ${at// /, }" ;;
			*) at=" at ${url_scheme}://${url_host}:${at}/" ;;
			esac
		fi
		problem "${name} is ${state} already${at}: stop it with '${engine} stop ${name}'"
		;;
	*)
		left_over=${answer%% *}
		# Only by its age can a start on another host be told from what such a start left.
		if [[ -z ${holder} && ${remote} == yes && ${state} == created ]] &&
			ask_engine out "${engine}" ps --all --filter "id=${left_over}" --format '{{.RunningFor}}' &&
			[[ ${answer} == *second* ]]; then
			holder='a process on another host'
		fi
		[[ -z ${holder} ]] || starts_already
		;;
	esac
}

starts_already() {
	problem "${name} is being started already, by ${holder}: wait until it runs, or end that start"
}

# claim_name: says who else of this user starts a container of this name at this daemon, in `holder`.
# The claim is this process's, also as the engine's client, and ends with it.
claim_name() {
	local before=${problems} claim process text path why='' status=0
	if ! find_runtime 2>/dev/null; then
		problems=${before}
		return 0
	fi
	path=${runtime}/coder-gen-${uid}/names
	if ! own_folder "${path}"; then
		say "another start of ${name} at this moment would not be seen: ${why}"
		return 0
	fi
	claim=${engine}-${name}@${daemon}
	claim=${path}/${claim//[!A-Za-z0-9_.@-]/_}
	identify "$$"
	! ln -s -n -- "${process}" "${claim}" 2>/dev/null || return 0
	text=$(readlink -- "${claim}") || return 0
	running "${text}" || status=$?
	if ((status == 0)); then
		holder="process ${text%%.*}"
	elif ! mkdir -m 0700 -- "${claim}.new" 2>/dev/null; then
		# Of two who find what an ended process left, one takes its place.
		holder="another process (where there is none, remove ${claim}.new)"
	else
		if ! ln -s -n -- "${process}" "${claim}.new/claim" 2>/dev/null; then
			say "another start of ${name} at this moment would not be seen: nothing can be written in ${path}: make room there"
		# It may have been taken since it was read.
		elif [[ $(readlink -- "${claim}" || true) != "${text}" ]]; then
			holder='another process'
		else
			mv -f -- "${claim}.new/claim" "${claim}"
		fi
		rm -rf -- "${claim}.new"
	fi
}

# prepare_engine: what only the preflight could tell, done now that all else is well.
prepare_engine() {
	local answer status=0
	if [[ ${to_pull} == yes ]]; then
		pull_image
		stop_on_problems
	fi
	[[ -n ${left_over} ]] || return 0
	ask_engine both "${engine}" container rm -- "${left_over}" || status=$?
	((status == 0 || status == 124)) ||
		problem "${name} is left from the last run and cannot be removed (${answer##*$'\n'}): try '${engine} rm -f ${name}'"
	stop_on_problems
}

# container_command: sets `command` to what starts the container; with --dry-run that is printed.
container_command() {
	local line
	command=("${engine}" run "${args[@]}" -- "${image}")
	((${#arguments[@]} == 0)) || command+=("${arguments[@]}")
	if [[ ${dry_run} == yes ]]; then
		as_line "${command[@]}"
		print_line "${line}"
		exit 0
	fi
	stop_on_problems
}
