# The modes set the image, its SIF file, the home, and the engine's subcommand.
image=''
sif=''
home=''
home_inside=''
action=(run)
interactive=no

# Unset the engine's own variables: they would change this container too.
forget_settings() {
	local name ignored=''
	for name in "${!APPTAINER@}" "${!SINGULARITY@}"; do
		case ${name#*_} in
		CACHEDIR | CONFIGDIR | DOCKER_* | LOCALCACHEDIR | TMPDIR) ;;
		*)
			unset -v "${name}"
			ignored+=${ignored:+, }${name}
			;;
		esac
	done
	[[ -z ${ignored} ]] || say "going on without what this host sets for every container: ${ignored}"
}

# The container's variables, as NAME=VALUE with the engine's prefix.
environment=()

# set_env NAME VALUE: the engine passes on variables that have its prefix.
set_env() {
	environment+=("${prefix}ENV_$1=$2")
}

# variable_of_apptainer NAME [VALUE]: set a variable of the container, by default to this host's.
variable_of_apptainer() {
	set_env "$1" "${2-${!1}}"
}

# port_holder_of_apptainer PORT PROTOCOL: ss shows its processes, so there is nothing to add.
port_holder_of_apptainer() {
	return 0
}

# forward_env NAME...: pass on the variables that are set here.
forward_env() {
	local name
	for name in "$@"; do
		if [[ -n ${!name+set} ]]; then set_env "${name}" "${!name}"; fi
	done
}

# env_file FILE: read lines NAME=VALUE, or NAME to pass it on; a line that starts with # is ignored.
env_file() {
	local answer='' line name
	look "$1"
	case ${seen} in
	'?')
		problem "the file of variables $1 ${silence}"
		return 0
		;;
	*p*r*)
		if ! ask out 5 cat -- "$1"; then
			problem "the file of variables $1 is a pipe that nobody wrote to the end in 5 s: name a file"
			return 0
		fi
		;;
	*r*) { IFS= read -r -d '' answer <"$1"; } 2>/dev/null || true ;;
	*)
		problem "the file of variables $1 cannot be read: create it, or make it optional in the spec"
		return 0
		;;
	esac
	while IFS= read -r line || [[ -n ${line} ]]; do
		line=${line%$'\r'}
		name=${line%%=*}
		if [[ -z ${line} || ${line} == '#'* ]]; then
			continue
		elif [[ ! ${name} =~ ^[A-Za-z_][A-Za-z0-9_]*$ ]]; then
			say "$1: ${name} is no name of a variable: going on without it"
		elif [[ ${line} == *=* ]]; then
			set_env "${name}" "${line#*=}"
		else
			forward_env "${name}"
		fi
	done <<<"${answer}"
}

# env_file_if_exists FILE: the same, but skipped if the file is missing.
env_file_if_exists() {
	if there "$1"; then
		env_file "$1"
	fi
}

# named_volume NAME TARGET [OPTION...]: mount a folder of this user; Apptainer has no volumes.
named_volume() {
	local base=${XDG_DATA_HOME-} why=''
	# A relative path is ignored, as the XDG Base Directory Specification requires.
	[[ ${base} == /* ]] || base=${HOME:-~}/.local/share
	[[ ${dry_run} == yes ]] || volume_folder "${base}" "coder-gen/volumes/$1" || problem "the volume $1 cannot be used: ${why}"
	add_fields --mount type=bind "source=${base}/coder-gen/volumes/$1" "target=$2" "${@:3}"
}

# volume_folder BASE PATH: make the path below the base, or check that an existing one belongs to this
# user. On failure `why` is the reason.
volume_folder() {
	local path='' rest=$1/$2/ depth=0 part owner answer
	while [[ -n ${rest} ]]; do
		[[ ${rest} != "$2/" && ${depth} == 0 ]] || depth=$((depth + 1))
		part=${rest%%/*}
		rest=${rest#*/}
		[[ -n ${part} ]] || continue
		path+=/${part}
		if [[ ${part} == .. ]] && ((depth > 0)); then
			why="${path} leads to another folder: choose a name without .."
			return 1
		elif answer=$(umask 077 && mkdir -m 0700 -- "${path}" 2>&1); then
			continue
		fi
		owner=$(stat -c %u -- "${path}" 2>/dev/null) || owner=''
		if [[ -z ${owner} ]]; then
			why="${path} cannot be made (${answer##*: }): set XDG_DATA_HOME to a folder that you can write"
		elif [[ -L ${path} ]] && ((depth > 3)); then
			# Containers can create links inside a volume, and would get access to their targets.
			why="${path} is a link: remove it"
		elif [[ ${owner} != "${uid}" && (-L ${path} && ${owner} != 0 || ${depth} != 0) ]]; then
			why="${path} is somebody else's: set XDG_DATA_HOME to a folder of your own"
		elif [[ ! -d ${path} ]]; then
			why="${path} is no folder: remove it, or set XDG_DATA_HOME to another folder"
		else
			continue
		fi
		return 1
	done
}

# scratch TARGET: mount a folder in memory.
scratch() {
	[[ $1 != *,* ]] || problem "$1 cannot be in memory: for ${program} a comma separates folders; choose another in the spec"
	args+=(--scratch "$1")
}

# Resource limits, three words each: letter, soft and hard limit in the units of bash.
limits=()

# limit NAME LETTER UNIT SOFT HARD: add a limit; soft and hard are in the resource's own unit.
limit() {
	local name=$1 letter=$2 unit=$3 soft=$4 hard=$5
	[[ ${soft} != -1 ]] || soft=unlimited
	[[ ${hard} != -1 ]] || hard=unlimited
	[[ ${soft} == unlimited ]] || soft=$((soft / unit))
	[[ ${hard} == unlimited ]] || hard=$((hard / unit))
	if ! (ulimit -S "-${letter}" "${soft}" && ulimit -H "-${letter}" "${hard}") 2>/dev/null; then
		problem "the limit ${name} cannot be set to $4:$5 by this user: ask the administrator to raise it in limits.conf, or lower it in the spec"
	fi
	limits+=("${letter}" "${soft}" "${hard}")
}

set_limits() {
	local i
	for ((i = 0; i < ${#limits[@]}; i += 3)); do
		ulimit -S "-${limits[i]}" "${limits[i + 1]}"
		ulimit -H "-${limits[i]}" "${limits[i + 2]}"
	done
}

# limited COMMAND...: set the limits, and exec the command.
limited() {
	set_limits
	exec "$@"
}

# cgroup_limit OPTION [VALUE]: add a limit if this user's processes can have their own cgroup.
unlimited=''
cgroup_limit() {
	if [[ -e /sys/fs/cgroup/cgroup.controllers && -d /run/systemd/system && (${uid} == 0 || -S ${XDG_RUNTIME_DIR-}/bus) ]]; then
		args+=("$@")
	else
		unlimited+=${unlimited:+, }${*#--}
	fi
}

# choose_home: use the folder from the command line, the spec's, or a temporary one in memory.
choose_home() {
	local folder=${new_home:-${home}}
	look "${folder}"
	if [[ ${seen} == '?' ]]; then
		problem "${folder}, to be the home, ${silence}"
	elif [[ -n ${new_home} && ${seen} != *d* ]]; then
		problem "${new_home}, to be the home, does not exist: create it with 'mkdir -p ${new_home}', or name another folder"
	elif [[ -n ${new_home} ]]; then
		# If this user cannot enter it, the check below reports that.
		folder=$(CDPATH='' cd -- "${new_home}" 2>/dev/null && printf '%s.' "${PWD}") || folder=${new_home}.
		folder=${folder%.}
	elif [[ -n ${home} && ${seen} != *d* ]]; then
		say "${home} does not exist on this host: the home is in memory, and gone at the end; for another: ${own_command} FOLDER"
		folder=''
	fi
	if [[ ${seen} == *d* && ${seen} != *w* && ${dry_run} == no ]]; then
		problem "${folder}, to be the home, is not writable for ${user}: ask its owner, or name another: ${own_command} FOLDER"
	fi
	if [[ ${folder}${home_inside} == *[:,]* ]]; then
		problem "${folder}${home_inside} cannot be the home: for ${program} colons and commas separate folders"
	fi
	if [[ -n ${folder} ]]; then
		args+=(--home "${folder}:${home_inside:-${folder}}")
	elif [[ -n ${home_inside} ]]; then
		args+=(--no-home --home "${home_inside}")
	fi
}

engine_there() {
	ask out 5 command -v "${program}" && return 0
	problem "neither apptainer nor singularity is on PATH: load it with 'module load apptainer' where the site has modules, or install Apptainer"
	return 1
}

# check_apptainer: check the engine and the SIF file. Fails if further checks would only repeat this.
check_apptainer() {
	local answer status=0 converter=''
	engine_there || return 1
	ask_engine out "${program}" run --help || status=$?
	case ${status}-${answer} in
	124-*) return 1 ;;
	*--no-eval*) ;;
	*)
		problem "this ${program} has no option --no-eval, without which it would run what stands in values: install Apptainer 1.1 or SingularityCE 3.10, or newer"
		return 1
		;;
	esac
	if [[ -n ${convert_script} ]]; then
		beside "${convert_script}"
		converter="'${output}', or "
	fi
	look "${sif}"
	if [[ ${seen} == '?' ]]; then
		problem "the image file ${sif} ${silence}"
	elif [[ ${seen} != *e* ]]; then
		problem "the image file ${sif} is not there: make it with ${converter}'${program} build ${sif} docker-daemon://${image}'"
	elif [[ ${seen} != *r* ]]; then
		problem "the image file ${sif} is not readable for ${user}: ask its owner"
	fi
	if [[ -n ${unlimited} ]]; then
		say "going on without these limits, for which ${program} needs cgroups v2 and systemd here: ${unlimited}"
	fi
	if [[ ${wanted} == start ]]; then
		status=0
		ask_engine out "${program}" instance run --help || status=$?
		if ((status == 124)); then
			return 1
		elif ((status != 0)); then
			problem "this ${program} has no 'instance run': install Apptainer 1.2 or newer, or start it without --start"
		fi
	fi
}

# print_command WORD...: print the command line for a shell, with its limits and variables.
print_command() {
	local i line before=''
	for ((i = 0; i < ${#limits[@]}; i += 3)); do
		before+="ulimit -S -${limits[i]} ${limits[i + 1]} && ulimit -H -${limits[i]} ${limits[i + 2]} && "
	done
	if ((${#environment[@]} > 0)); then
		as_line env "${environment[@]}"
		before+="${line} "
	fi
	as_line "$@"
	print_line "${before}${line}"
}

# apptainer_command: set `command` to the engine's command; with --dry-run, print it and exit.
apptainer_command() {
	command=("${program}" "${action[@]}" "${args[@]}" "${sif}")
	((${#arguments[@]} == 0)) || command+=("${arguments[@]}")
	if [[ ${dry_run} == yes ]]; then
		print_command "${command[@]}"
		exit 0
	fi
	stop_on_problems
}

# hand_over: prepare this process for exec: its limits, its environment and its standard input.
hand_over() {
	# The cleanup after the container must not be subject to the container's limits.
	[[ ${wanted} == run && -n ${cleanup} ]] || set_limits
	# The engine passes these on in spite of --cleanenv; those that the spec forwards are in the array.
	unset -v {http,https,ftp,all,no}_proxy {HTTP,HTTPS,FTP,ALL,NO}_PROXY
	((${#environment[@]} == 0)) || export "${environment[@]}"
	if [[ ${wanted} == start ]]; then
		start_instance
	fi
	# Without stdin_open the program gets no input, as with other engines.
	[[ ${interactive} == yes ]] || exec </dev/null
}
