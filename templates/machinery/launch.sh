# Settings from the options, and the arguments that the modes add to.
mode=${modes[0]}
dry_run=no
preflight=yes
wanted=run
new_home=''
args=()
arguments=()
url_port=''
url_host=''
url_scheme=http
private_places=("${XDG_RUNTIME_DIR-}" "${TMPDIR-}" /tmp)
private_settings='XDG_RUNTIME_DIR or TMPDIR'

main() {
	local help=no
	parse "$@"
	variables
	if [[ ${help} == yes ]]; then
		usage
		exit 0
	fi
	check_mode
	steps
}

parse() {
	while (($# > 0)); do
		case $1 in
		-h | --help) help=yes ;;
		--shell) mode=shell ;;
		--mode)
			(($# > 1)) || bad_input 'the option --mode needs a name; see --help'
			mode=$2
			shift
			;;
		--mode=*) mode=${1#--mode=} ;;
		--engine)
			((${#engines[@]} > 1)) || unknown_option "$1"
			(($# > 1)) || bad_input 'the option --engine needs a name; see --help'
			engine=$2
			shift
			;;
		--engine=*)
			((${#engines[@]} > 1)) || unknown_option "$1"
			engine=${1#--engine=}
			;;
		--start | --stop | --list)
			[[ ${instances} == yes ]] || unknown_option "$1"
			wanted=${1#--}
			;;
		--dry-run) dry_run=yes ;;
		--no-preflight) preflight=no ;;
		--)
			shift
			break
			;;
		-* | '') unknown_option "$1" ;;
		*)
			[[ ${instances} == yes ]] || unknown_option "$1"
			[[ -z ${new_home} ]] || bad_input "there is a new home already, ${new_home}, so what is $1? See --help (arguments for the container come after --)"
			new_home=$1
			;;
		esac
		shift
	done
	arguments=("$@")
}

unknown_option() {
	bad_input "unknown option $1; see --help (arguments for the container come after --)"
}

check_mode() {
	local each words="${modes[*]}"
	for each in "${modes[@]}"; do
		[[ ${mode} != "${each}" ]] || return 0
	done
	bad_input "there is no mode ${mode}; the modes are ${words// /, }"
}

# default_arguments WORD...: use these arguments unless the user gave others after --.
default_arguments() {
	((${#arguments[@]} > 0)) || arguments=("$@")
}

# first_arguments WORD...: put these arguments before all others.
first_arguments() {
	((${#arguments[@]} == 0)) || set -- "$@" "${arguments[@]}"
	arguments=("$@")
}

# run_preflight QUESTION...: check that the host has what the container needs, before the engine starts
# it. A check that fails ends the list: the next ones would report the same problem again.
run_preflight() {
	local question
	[[ ${dry_run} == no ]] || return 0
	if [[ ${preflight} == yes ]]; then
		for question in "$@"; do
			"${question}" || break
		done
	fi
	stop_on_problems
}
