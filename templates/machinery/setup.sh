# Settings from the options.
doing=run
only=()
private_places=("${TMPDIR-}" /tmp "${XDG_RUNTIME_DIR-}")
private_settings=TMPDIR

# The current step, how many of its actions are still to do, and how many this run has done.
current=''
pending=0
changed=0
# The folder for downloads; it is removed when the script ends.
private=''

main() {
	local help=no width=0 each
	trap at_end EXIT
	parse "$@"
	variables
	if [[ ${help} == yes ]]; then
		usage
		exit 0
	fi
	checks
	look "${HOME}"
	if [[ ${seen} == '?' ]]; then
		problem "the home ${HOME} ${silence}"
	elif [[ ${seen} != *d*w* ]]; then
		problem "the home ${HOME} is missing or not writable: start the container with a home of your own, or set HOME"
	fi
	stop_on_problems
	state=${XDG_STATE_HOME:-${HOME}/.local/state}/coder-gen/${project}

	if [[ ${doing} == list ]]; then
		for each in "${steps[@]}"; do
			((${#each} <= width)) || width=${#each}
		done
		list
		exit 0
	fi

	if ((${#only[@]} == 0)); then
		only=("${steps[@]}")
	fi
	for each in "${only[@]}"; do
		take "${each}"
	done
	if [[ ${doing} == run ]]; then
		if ((changed > 0)); then
			say "done; open a new shell to see its changes"
		else
			say 'everything was done already'
		fi
	fi
}

parse() {
	while (($# > 0)); do
		case $1 in
		-h | --help) help=yes ;;
		--list) doing=list ;;
		--dry-run) doing=dry-run ;;
		--only)
			(($# > 1)) || bad_input 'the option --only needs the name of a step; see --list'
			only+=("$2")
			shift
			;;
		--only=*) only+=("${1#--only=}") ;;
		*) bad_input "unknown option $1; see --help" ;;
		esac
		shift
	done
}

at_end() {
	local status=$?
	[[ -z ${private} ]] || rm -rf -- "${private}"
	if ((status != 0)) && [[ -n ${current} ]]; then
		say "the step ${current} failed: why stands above; try it again with: ${own_command} --only ${current}"
		# The status of the program that failed is not this script's.
		((status == 3 || status > 128)) || exit 1
	fi
}

# take NAME: run a step, or with --list and --dry-run only find out what it would do.
take() {
	local each words="${steps[*]}"
	for each in "${steps[@]}"; do
		[[ $1 == "${each}" ]] || continue
		current=$1
		pending=0
		"step_$1"
		current=''
		return 0
	done
	bad_input "there is no step $1; the steps are ${words// /, }"
}

# told NAME DESCRIPTION: print a step for --list, and whether it is done.
told() {
	local how='done' line
	take "$1"
	((pending == 0)) || how='to do'
	printf -v line '%-*s  %-5s  %s' "${width}" "$1" "${how}" "$2"
	print_line "${line}"
}

# want WHAT: count an action that is still to do. Fails with --list and --dry-run.
want() {
	pending=$((pending + 1))
	case ${doing} in
	run)
		say "${current}: $1"
		changed=$((changed + 1))
		;;
	dry-run)
		say "${current}: would $1"
		return 1
		;;
	*) return 1 ;;
	esac
}

# command_line CODE: run a command of the spec in its own shell.
command_line() {
	bash -euo pipefail -c "$1" </dev/null
}

# succeeds CODE: whether a condition of the spec succeeds.
succeeds() {
	local answer status=0
	ask out 60 bash -c "$1" || status=$?
	((status != 124)) || say "${current}: its question did not answer in 60 s: taken for a no"
	return "${status}"
}

# line_in FILE LINE: add a line to the file unless the file has it.
line_in() {
	local end
	if [[ -f $1 ]] && grep -Fxq -e "$2" -- "$1"; then
		return 0
	fi
	want "add a line to $1" || return 0
	mkdir -p -- "$(dirname -- "$1")"
	# Without this, the new line would continue a last line that has no newline.
	if [[ -s $1 ]]; then
		end=$(tail -c 1 -- "$1" && printf x)
		[[ ${end} == $'\n'x ]] || printf '\n' >>"$1"
	fi
	printf '%s\n' "$2" >>"$1"
}

# git_value KEY VALUE: set a value in this user's git configuration.
git_value() {
	local value
	if [[ -z $2 ]]; then
		[[ ${doing} == list ]] || say "${current}: there is no value for git's $1: going on without it"
		return 0
	fi
	if ! command -v git >/dev/null; then
		[[ ${doing} == list ]] || say "${current}: git is not on PATH: going on without its $1"
		return 0
	fi
	if value=$(git config --global --get -- "$1") && [[ ${value} == "$2" ]]; then
		return 0
	fi
	want "set git's $1" || return 0
	git config --global --replace-all -- "$1" "$2"
}
