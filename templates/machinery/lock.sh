# A lock on a folder, which does not need flock(1): launchers of one user may differ in PATH, and a
# program that hangs would keep flock's lock. A process takes the lock by renaming a folder that
# contains a file with its name to .lock; that fails while .lock is not empty. A process that finds
# there the name of a process that has ended removes only that file.

# locked FOLDER COMMAND...: run a function while holding the lock of a folder that belongs to this user
# alone. Returns its status, or 75 with a message if the lock was not free within 10 s. The function
# runs in a child that ignores signals; after a signal, the script ends when the child has ended.
locked() {
	local child late='' signalled=yes status=0
	if [[ ${cleanup} != now ]]; then
		trap 'signalled=yes late=129' HUP
		trap 'signalled=yes late=130' INT
		trap 'signalled=yes late=143' TERM
	fi
	(
		trap '' HUP INT PIPE TERM TSTP TTOU
		umask 077
		# After a failure too, the rest has to run, and the lock has to be released.
		set +e
		with_lock "$@"
	) &
	child=$!
	# wait also returns early if a signal came at the end of an earlier wait.
	while [[ -n ${signalled} ]] || { ((status > 128)) && kill -0 "${child}" 2>/dev/null; }; do
		signalled=''
		status=0
		# bash itself would print here that a signal ended it.
		wait "${child}" 2>/dev/null || status=$?
	done
	hear_signals
	[[ -z ${late} ]] || exit "${late}"
	return "${status}"
}

with_lock() {
	local folder=$1 lock=$1/.lock process keeper end=$((SECONDS + 10)) file ended status=0
	shift
	identify "${BASHPID}"
	keeper=${process}
	if ! { mkdir -- "${lock}-${keeper}" && : >"${lock}-${keeper}/${keeper}"; } 2>/dev/null; then
		say "nothing can be written in ${folder}: make room there"
		rmdir -- "${lock}-${keeper}" 2>/dev/null || true
		return 75
	fi
	until mv -T -- "${lock}-${keeper}" "${lock}" 2>/dev/null; do
		forget_ended "${lock}"/*
		rmdir -- "${lock}" 2>/dev/null || true
		if ((SECONDS > end)); then
			for file in "${lock}"/*; do process=${file##*/}; done
			say "the lock ${lock} was not to be had in 10 s: process ${process%%.*} has it: end that, or, if there is none here, remove the lock"
			rm -rf -- "${lock}-${keeper}"
			return 75
		fi
		sleep 0.05
	done
	# Remove the folders of processes that were killed while they waited.
	for file in "${lock}"-*; do
		ended=0
		running "${file##*/.lock-}" || ended=$?
		((ended != 1)) || rm -rf -- "${file}"
	done
	"$@" || status=$?
	rm -f -- "${lock}/${keeper}"
	forget_ended "${lock}"/*
	rmdir -- "${lock}" 2>/dev/null || true
	return "${status}"
}

# forget_ended FILE...: remove the files named after processes that have ended.
forget_ended() {
	local file status
	for file in "$@"; do
		status=0
		running "${file##*/}" || status=$?
		((status != 1)) || rm -f -- "${file}"
	done
}

# with_lock_too COMMAND...: run the command as a further holder of the lock: it may still be running
# after the process that took the lock was killed.
with_lock_too() {
	local process
	identify "${BASHPID}"
	# The first holder's file is still there, so the lock was not released, and will not be.
	if { : >"${lock}/${process}" && [[ -e ${lock}/${keeper} ]]; } 2>/dev/null; then
		exec "$@"
	fi
	rm -f -- "${lock}/${process}"
	printf '%s\n' "nothing can be written in ${lock}: make room there"
	return 1
}
