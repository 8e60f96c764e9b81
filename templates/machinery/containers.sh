# Engines with Docker's command line. The modes set the image, its pull policy, the container's name,
# and whether it has a terminal.
image=''
pull=''
name=''
tty=no
url_target=''

# find_daemon: set `daemon` to the address that the engine's client uses, and `remote` to yes if it is
# on another host, where ports and files of this host do not matter.
daemon=''
find_daemon() {
	local answer
	"${engine}_daemon"
	case ${daemon} in
	'' | unix://*) ;;
	*) remote=yes ;;
	esac
}

# refuse_verbs: refuse the options that only Apptainer supports.
refuse_verbs() {
	local title=${engine}_title
	[[ ${wanted} == run && -z ${new_home} ]] ||
		bad_input "a new home, --start, --stop and --list are for Apptainer; the engine here is ${!title}"
}

# forward NAME...: pass on variables that are set here, without their values on the command line.
forward() {
	local name
	for name in "$@"; do
		if [[ -n ${!name+set} ]]; then args+=(--env "${name}"); fi
	done
}

# shell_line WORD...: print the words, quoted, as one line for a shell.
shell_line() {
	local word quote="'" line=''
	for word in "$@"; do
		line+="${line:+ }'${word//${quote}/${quote}\\${quote}${quote}}'"
	done
	printf '%s' "${line}"
}

# add_terminal: add --tty if standard input and output are a terminal.
add_terminal() {
	if [[ ${tty} == yes && -t 0 && -t 1 ]]; then
		args+=(--tty)
	fi
}

# variable_of_docker NAME [VALUE]: set a variable of the container, by default to this host's.
variable_of_docker() {
	args+=(--env "$1${2+=$2}")
}

# port_holder_of_docker PORT PROTOCOL: set `holder` to the container that publishes the port: its
# process is not visible to other users.
port_holder_of_docker() {
	local answer
	if ask_engine out "${engine}" ps --filter "publish=$1/$2" --format '{{.Names}}' && [[ -n ${answer} ]]; then
		holder="the container ${answer//$'\n'/, }"
	fi
}

# check_engine: check the engine, the container's name and the image. Fails if further checks would
# only report the same problem again.
check_engine() {
	local before
	"${engine}_ready" || return 1
	"${engine}_remarks" "${host_user}"
	before=${problems}
	check_name
	((problems == before)) || return 1
	check_image
}

# find_builder: set `builder` to the command that builds the image, if possible the spec's script.
find_builder() {
	builder="${engine} build -t ${image} ."
	if [[ -n ${build_script} ]]; then
		beside "${build_script}"
		builder=${output}
	fi
}

# check_image: check that the image is on this host, or mark it to be pulled after all checks.
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

# A container of this name may have stopped, run, be starting, or belong to another user.
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
			# If the port of this start is not published, print all ports of the running container.
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
		# A start on another host may still be creating the container: only its age shows that.
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

# claim_name: claim the container's name at this daemon. Sets `holder` if another start of this user
# has claimed it. The claim holds as long as this process, which becomes the engine's client.
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
		# Of two starts that find the claim of an ended process, only one replaces it.
		holder="another process (where there is none, remove ${claim}.new)"
	else
		if ! ln -s -n -- "${process}" "${claim}.new/claim" 2>/dev/null; then
			say "another start of ${name} at this moment would not be seen: nothing can be written in ${path}: make room there"
		# Another start may have replaced the claim since it was read.
		elif [[ $(readlink -- "${claim}" || true) != "${text}" ]]; then
			holder='another process'
		else
			mv -f -- "${claim}.new/claim" "${claim}"
		fi
		rm -rf -- "${claim}.new"
	fi
}

# prepare_engine: pull the image and remove the stopped container, after all checks have passed.
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

# container_command: set `command` to the engine's command; with --dry-run, print it and exit.
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
