# `place` identifies this host, its last boot, and the PID namespace.
place=''
find_place() {
	local boot='' space host
	[[ -z ${place} ]] || return 0
	{ read -r boot </proc/sys/kernel/random/boot_id; } 2>/dev/null || boot=''
	space=$(readlink /proc/self/ns/pid 2>/dev/null) || space=''
	host=$(uname -n 2>/dev/null) || host=''
	place=${boot//./}.${space//[!0-9]/}.${host//[!A-Za-z0-9.-]/_}
}

# started PID: set `start` to the start time of the process. Fails if it has ended.
started() {
	local line='' i
	start=''
	if [[ ! -r /proc/self/stat ]]; then
		kill -0 "$1" 2>/dev/null
		return
	fi
	{ IFS= read -r -d '' line <"/proc/$1/stat"; } 2>/dev/null || true
	# The program's name may contain spaces and parentheses.
	line=${line##*) }
	# A zombie counts as ended.
	case ${line} in
	'' | Z* | X*) return 1 ;;
	*) ;;
	esac
	for ((i = 0; i < 19; i++)); do line=${line#* }; done
	start=${line%% *}
}

# identify PID: set `process` to a name that is unique to this process, also after its end.
identify() {
	local start
	find_place
	started "$1" || true
	process=$1.${start}.${place}
}

# running PROCESS: 0 if it runs, 1 if it has ended, 2 if that is not visible from here.
running() {
	local pid=${1%%.*} start where=${1#*.*.}
	find_place
	if [[ ! ${pid} =~ ^[1-9][0-9]*$ ]]; then
		return 1
	elif [[ ${where} == "${place}" ]]; then
		started "${pid}" && [[ $1 == "${pid}.${start}.${place}" ]]
	elif [[ ${where%%.*} != "${place%%.*}" && ${where#*.*.} == "${place#*.*.}" ]]; then
		# The process ran before the last boot of this host.
		return 1
	else
		return 2
	fi
}
