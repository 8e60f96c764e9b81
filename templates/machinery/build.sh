# Settings from the options, and the build's arguments and files, which the script's own part adds to.
dry_run=no
preflight=yes
no_cache=no
pull=no
tags=()
args=()
more=()
files=()
private_places=("${XDG_RUNTIME_DIR-}" "${TMPDIR-}" /tmp)
private_settings='XDG_RUNTIME_DIR or TMPDIR'

main() {
	local help=no tag setting='' next='' status=0
	parse "$@"
	variables
	if [[ ${help} == yes ]]; then
		usage
		exit 0
	fi
	checks
	choose_engine
	arguments
	if ((${#tags[@]} == 0)); then tags=("${images[@]}"); fi
	for tag in "${tags[@]}"; do args+=(--tag "${tag}"); done
	[[ ${no_cache} == no ]] || args+=(--no-cache)
	[[ ${pull} == no ]] || args+=(--pull)
	((${#more[@]} == 0)) || args+=("${more[@]}")
	"${engine}_build" "${buildkit}"
	[[ -z ${setting} ]] || export "${setting?}"
	show_dry_run
	[[ ${preflight} == no ]] || run_preflight
	stop_on_problems

	say "building ${tags[0]} with ${engine}; the first time takes minutes"
	if ! "${engine}" build "${args[@]}" "${context}"; then
		say "the build failed: what went wrong stands above; layers that were made are kept for the next try"
		exit 1
	fi
	ask_engine out "${engine}" image inspect --format '{{.Size}}' -- "${tags[0]}" || status=$?
	if ((status == 124)); then
		say "the build ended well; whether ${tags[0]} is there is not known"
		exit 3
	elif ((status != 0)) || [[ ! ${answer} =~ ^[0-9]{1,18}$ ]]; then
		say "the build ended well, but ${engine} has no image ${tags[0]}: look at '${engine} images'"
		exit 1
	fi
	if [[ -n ${start_script} ]]; then
		beside "${start_script}"
		next="; start it with ${output}"
	fi
	say "${tags[0]} is ready ($((answer / 1048576)) MiB)${next}"
}

parse() {
	while (($# > 0)); do
		case $1 in
		-h | --help) help=yes ;;
		--engine)
			(($# > 1)) || bad_input 'the option --engine needs a name; see --help'
			engine=$2
			shift
			;;
		--engine=*) engine=${1#--engine=} ;;
		-t | --tag)
			(($# > 1)) || bad_input 'the option --tag needs a name; see --help'
			tags+=("$2")
			shift
			;;
		--tag=*) tags+=("${1#--tag=}") ;;
		--no-cache) no_cache=yes ;;
		--pull) pull=yes ;;
		--dry-run) dry_run=yes ;;
		--no-preflight) preflight=no ;;
		--)
			shift
			break
			;;
		*) bad_input "unknown option $1; see --help (options of the engine's build come after --)" ;;
		esac
		shift
	done
	more=("$@")
}

# show_dry_run: with --dry-run, print the command and exit.
show_dry_run() {
	local line
	[[ ${dry_run} == yes ]] || return 0
	as_line "${engine}" build "${args[@]}" "${context}"
	print_line "${setting:+${setting} }${line}"
	exit 0
}

# proxies NAME...: pass the proxies that are set here to the steps, by name, so that their values do
# not appear on the command line.
proxies() {
	local name
	for name in "$@"; do
		if [[ -n ${!name+set} ]]; then args+=(--build-arg "${name}"); fi
	done
}

# inherited NAME: pass on a build argument if the variable is set here.
inherited() {
	if [[ -n ${!1+set} ]]; then args+=(--build-arg "$1"); fi
}

# space_ready: check the free space where the engine keeps its images.
space_ready() {
	local folder answer blocks=''
	"${engine}_store" || return 0
	folder=${answer}
	# If this user cannot see the folder, a folder above it is measured.
	while look "${folder}" && [[ ${seen} != *d* && ${folder} == */* ]]; do folder=${folder%/*}; done
	ask out 5 df -Pk -- "${folder:-/}" || return 0
	read -r _ _ _ blocks _ <<<"${answer##*$'\n'}"
	[[ ${blocks} =~ ^(0|[1-9][0-9]{0,17})$ ]] || return 0
	if ((blocks < needed_mib * 1024)); then
		problem "only $((blocks / 1024)) MiB are free in ${folder:-/}, where ${engine} keeps images, and the build takes about ${needed_mib}: make room (${engine} system prune), or go on with --no-preflight"
	fi
}

# file_ready PATH: check that a file that the build reads exists and is readable.
file_ready() {
	look "$1"
	case ${seen} in
	*r*) ;;
	'?') problem "$1, which the build reads, ${silence}" ;;
	*) problem "$1, which the build reads, is missing or not readable: put it there, or remove it from the spec" ;;
	esac
}

# run_preflight: check that the host has what the build needs, before the build starts.
run_preflight() {
	local i
	if "${engine}_ready"; then
		[[ ${buildkit} == no ]] || "${engine}_builds"
		space_ready
	fi
	look "${dockerfile}"
	if [[ ${seen} == '?' ]]; then
		problem "${dockerfile} ${silence}"
	elif [[ ${seen} != *f* && ${generated} == yes ]]; then
		problem "${dockerfile} does not exist: make it with 'coder-gen dockerfile -o ${dockerfile}'"
	elif [[ ${seen} != *f* ]]; then
		problem "${dockerfile} does not exist: write it, or name a base image in the spec"
	fi
	for ((i = 0; i < ${#files[@]}; i++)); do
		file_ready "${files[i]}"
	done
}
