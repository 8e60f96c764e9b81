# Cleanup at the end of the script: the functions to call; the private folder is removed too.
cleanup=''
to_clean_up=''
# Whether the program reads its standard input: set by the modes.
interactive=no

# clean_up_at_end [FUNCTION]: call the function whenever and however the script ends.
clean_up_at_end() {
	to_clean_up+=" ${1-}"
	[[ -z ${cleanup} ]] || return 0
	cleanup=yes
	trap clean_up EXIT
	hear_signals
}

# hear_signals: let signals end the script, unless they were ignored when it began. A cleanup runs in
# the signal's trap: in the EXIT trap, a second signal would end the script at once.
hear_signals() {
	case ${cleanup} in
	'') trap - HUP INT TERM ;;
	now) ;;
	*)
		trap 'clean_up; exit 129' HUP
		trap 'clean_up; exit 130' INT
		trap 'clean_up; exit 143' TERM
		;;
	esac
}

clean_up() {
	local step
	# Another Ctrl-C would interrupt the cleanup or its messages.
	trap '' HUP INT PIPE TERM
	trap - EXIT
	cleanup=now
	set +em
	for step in ${to_clean_up}; do
		"${step}"
	done
	[[ -z ${private} ]] || rm -rf -- "${private}"
}

# supervise COMMAND...: run it, pass signals on, exit with its status. With exec, no trap would run.
supervise() {
	local child='' signalled=yes late='' status=0
	# A process group of its own, so that the command gets Ctrl-C only once; but an interactive
	# container keeps the terminal, and gets Ctrl-C from it.
	[[ ${interactive} == yes && -t 0 ]] || set -m
	trap 'pass_on HUP' HUP
	trap '[[ ${child} && $- != *m* ]] || pass_on INT; signalled=yes' INT
	trap 'pass_on TERM' TERM
	"$@" <&0 &
	child=$!
	[[ -z ${late} ]] || pass_on "${late}"
	while [[ -n ${signalled} ]]; do
		signalled=''
		status=0
		# bash itself would print here that a signal ended it.
		wait "${child}" 2>/dev/null || status=$?
		# wait also returns early if a signal came at the end of an earlier wait.
		if ((status > 128)) && kill -0 "${child}" 2>/dev/null; then
			status=0
			wait "${child}" 2>/dev/null || status=$?
		fi
	done
	exit "${status}"
}

# pass_on SIGNAL: send it to the `child` of supervise, at once or as soon as the child exists.
pass_on() {
	signalled=yes
	if [[ -z ${child} ]]; then
		late=$1
	else
		kill "-$1" "${child}" 2>/dev/null || true
	fi
}
