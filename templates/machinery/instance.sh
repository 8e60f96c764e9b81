# The modes set the instance's name, and how it is stopped.
name=''
stop_signal=TERM
stop_seconds=10

# manage: run --stop and --list, which need only the name; with --start, claim the instance.
manage() {
	local answer folder line
	stop_command="${own_command} --stop"
	[[ ${mode} == "${modes[0]}" ]] || stop_command="${own_command} --mode ${mode} --stop"
	if [[ ${wanted} != run && ${dry_run} == no ]]; then
		engine_there || stop_on_problems
	fi
	case ${wanted} in
	stop) stop_instance ;;
	list)
		if [[ ${dry_run} == yes ]]; then
			print_command "${program}" instance list
			exit 0
		fi
		ask_engine both "${program}" instance list || exit 3
		while IFS= read -r line; do show "${line}"; done <<<"${answer}"
		exit 0
		;;
	start)
		if [[ ${dry_run} == no ]]; then
			claim_instance
		elif find_runtime; then
			instance_folder "${runtime}"
			private=${folder}
		fi
		forget_settings
		;;
	*) forget_settings ;;
	esac
}

# is_running: 0 if the instance runs, 1 if not, 2 if the list fails, 124 if the engine does not answer.
is_running() {
	local answer instance status=0
	ask_engine out "${program}" instance list || status=$?
	case ${status} in
	0) ;;
	124) return 124 ;;
	*) return 2 ;;
	esac
	while read -r instance _; do
		[[ ${instance} != "${name}" ]] || return 0
	done <<<"${answer}"
	return 1
}

# running_or_not: set `running` to yes or no; exit if the engine cannot list its instances.
running_or_not() {
	local status=0
	is_running || status=$?
	case ${status} in
	0) running=yes ;;
	1) running=no ;;
	124) stop_on_problems ;;
	*)
		problem "${program} does not tell which instances run: try '${program} instance list'"
		stop_on_problems
		;;
	esac
}

# instance_folder BASE: set `folder` to the instance's folder below a folder for private files. A plus
# never occurs in the name of an instance.
instance_folder() {
	folder=$1/coder-gen-${uid}/instance-${name//[!A-Za-z0-9_.-]/_}
}

# The process that starts the instance; a file in the instance's folder contains it.
claim=''
claimed=''

already_running() {
	local running
	running_or_not
	[[ ${running} == yes ]] || return 0
	problem "${name} is running already: stop it with '${stop_command}'"
	stop_on_problems
}

# claim_instance: make the instance's folder, which excludes other starts of the same name.
claim_instance() {
	local folder maker process why=''
	already_running
	clear_left || stop_on_problems
	[[ ${cleared} == no ]] || say "${name} had ended by itself: what it left is removed"
	find_runtime || stop_on_problems
	instance_folder "${runtime}"
	identify "$$"
	claim=${process}
	clean_up_at_end give_up_instance
	# The folder is filled first and then renamed, so that it always contains the name of its process.
	private=${folder}+${claim}
	if ! own_folder "${private}"; then
		problem "${why}"
		private=''
		stop_on_problems
	fi
	write_private claim 0400 "${claim}" || stop_on_problems
	claimed=${folder}
	if ! mv -T -- "${private}" "${folder}" 2>/dev/null; then
		# Another start made the folder a moment earlier.
		already_running
		is_being_made "${folder}" || true
		problem "${name} is being started${maker:+ by process ${maker%%.*}}: wait for it, or see '${own_command} --list'"
		stop_on_problems
	fi
	private=${folder}
}

# is_being_made FOLDER: whether the start that made the folder still runs. Sets `maker` to its process.
is_being_made() {
	maker=''
	{ read -r maker <"$1/claim"; } 2>/dev/null || true
	is_at_work "${maker}"
}

# is_at_work PROCESS: whether it runs, or may run where it is not visible from here.
is_at_work() {
	local status=0
	running "$1" || status=$?
	((status != 1))
}

# clear_left: remove what an instance that has ended, or a start that was interrupted, has left. Fails
# if a start still runs.
cleared=no
clear_left() {
	local base folder real path maker process running
	identify "$$"
	for base in "${private_places[@]}"; do
		trusted "${base}" || continue
		instance_folder "${real%/}"
		is_own "${folder%/*}" || continue
		# A folder that is being filled or removed has the name of its process after the plus.
		for path in "${folder}"+*; do
			! is_own "${path}" || is_at_work "${path##*+}" || rm -rf -- "${path}"
		done
		is_own "${folder}" || continue
		if ! is_being_made "${folder}"; then
			# The start has ended, but its instance may run.
			running_or_not
			if [[ ${running} == yes ]]; then
				problem "${name} is running: stop it with '${stop_command}'"
				return 1
			fi
			# It is renamed first: of two processes that clear, one gets it, and a new claim may
			# follow.
			mv -T -- "${folder}" "${folder}+${process}" 2>/dev/null || continue
			if ! is_being_made "${folder}+${process}"; then
				rm -rf -- "${folder}+${process}"
				cleared=yes
				continue
			fi
			mv -T -- "${folder}+${process}" "${folder}" 2>/dev/null || true
		fi
		problem "${name} is being started by process ${maker%%.*} on ${maker#*.*.*.*.}: wait for it, or end that process"
		return 1
	done
}

# give_up_instance: after an interrupted start, remove the folder unless the instance runs.
give_up_instance() {
	local maker='' status=0
	[[ -n ${claimed} ]] || return 0
	{ read -r maker <"${claimed}/claim"; } 2>/dev/null || true
	[[ ${maker} == "${claim}" ]] || return 0
	is_running || status=$?
	case ${status} in
	0 | 124) [[ ${private} != "${claimed}" ]] || private='' ;;
	*) private=${claimed} ;;
	esac
}

stop_instance() {
	local running
	if [[ ${dry_run} == yes ]]; then
		print_command "${program}" instance stop --signal "${stop_signal}" --timeout "${stop_seconds}" "${name}"
		exit 0
	fi
	running_or_not
	if [[ ${running} == yes ]] && ! "${program}" instance stop --signal "${stop_signal}" --timeout "${stop_seconds}" "${name}"; then
		say "${name} has not stopped: why stands above"
		exit 3
	fi
	clear_left || stop_on_problems
	if [[ ${running} == no && ${cleared} == yes ]]; then
		say "${name} had ended by itself: what it left is removed"
	elif [[ ${running} == no ]]; then
		say "${name} is not running; see '${own_command} --list'"
		exit 1
	fi
	exit 0
}

begin_in=.

# work_in FOLDER: set the program's working directory.
work_in() {
	if [[ ${wanted} == start ]]; then
		begin_in=$1
	else
		args+=(--pwd "$1")
	fi
}

# own_pids: use a separate PID namespace; an instance always has one.
own_pids() {
	[[ ${wanted} == start ]] || args+=(--pid)
}

# as_instance: with --start, run the container in the background. A program other than the image's own
# is called through our runscript, which changes from the home to the working directory.
as_instance() {
	[[ ${wanted} == start ]] || return 0
	if [[ ${action[0]} == exec ]]; then
		first_arguments "${begin_in}"
		if [[ ${dry_run} == no ]]; then
			write_private runscript 0555 $'#!/bin/sh\nCDPATH= cd -- "$1" && shift && exec "$@"\n' || stop_on_problems
		fi
		add_fields --mount type=bind "source=${private}/runscript" target=/.singularity.d/runscript readonly
	elif [[ ${begin_in} != . ]]; then
		say "going on without working_dir: an instance of the image's own program begins in the home"
	fi
	first_arguments "${name}"
	action=(instance run)
}

# start_instance: start the instance and exit; --stop removes its folder.
start_instance() {
	if ! "${command[@]}"; then
		say "${name} has not started: why stands above"
		exit 3
	fi
	claimed=''
	private=''
	say "${name} has started; '${stop_command}' stops it; its output: ${program} instance list --logs ${name}"
	exit 0
}
