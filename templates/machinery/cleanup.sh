# What this script did to the host, and takes back when it ends: functions, and the private folder.
cleanup=''
to_clean_up=''
# Whether the program reads its input: the modes say it.
interactive=no

# clean_up_at_end [FUNCTION]: from now on the end of the script, whatever it is, calls the function too.
clean_up_at_end() {
	to_clean_up+=" ${1-}"
	[[ -z ${cleanup} ]] || return 0
	cleanup=yes
	trap clean_up EXIT
	hear_signals
}

# Signals end the script, as far as they did when it began. Where there is something to undo, that
# comes first: in the trap EXIT, a second signal would be the end at once.
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
	# One more Ctrl-C would leave the rest undone, or a message that nobody can read.
	trap '' HUP INT PIPE TERM
	trap - EXIT
	cleanup=now
	set +em
	for step in ${to_clean_up}; do
		"${step}"
	done
	[[ -z ${private} ]] || rm -rf -- "${private}"
}

# supervise COMMAND...: run it, pass signals on, end with its status. After exec no trap would run.
supervise() {
	local child='' signalled=yes late='' status=0
	# In a process group of its own, so that Ctrl-C reaches it once; but an interactive container
	# keeps the terminal, and gets Ctrl-C from there.
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
		# bash itself would say here that a signal ended it.
		wait "${child}" 2>/dev/null || status=$?
		# It ends early, too, for a signal that came at the end of another wait.
		if ((status > 128)) && kill -0 "${child}" 2>/dev/null; then
			status=0
			wait "${child}" 2>/dev/null || status=$?
		fi
	done
	exit "${status}"
}

# pass_on SIGNAL: to the `child` of supervise, or later where it has not begun.
pass_on() {
	signalled=yes
	if [[ -z ${child} ]]; then
		late=$1
	else
		kill "-$1" "${child}" 2>/dev/null || true
	fi
}
