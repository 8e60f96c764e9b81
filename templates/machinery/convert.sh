# Settings from the options.
archive=''
sif=''
try_it=yes
dry_run=no
preflight=yes
private_places=("${APPTAINER_TMPDIR-}" "${SINGULARITY_TMPDIR-}" "${TMPDIR-}" /tmp)
private_settings='APPTAINER_TMPDIR or TMPDIR'

# The program (apptainer or singularity), its name for the archive's format, the size in bytes.
converter=apptainer
kind=docker-archive
size=0

main() {
	local help=no next=''
	parse "$@"
	variables
	if [[ ${help} == yes ]]; then
		usage
		exit 0
	fi
	checks
	arguments
	[[ ${sif} == */* ]] || sif=./${sif}
	work=${APPTAINER_TMPDIR:-${SINGULARITY_TMPDIR:-${TMPDIR:-/tmp}}}
	choose_source
	if [[ ${dry_run} == no && -z ${archive} && -d ${work} && -w ${work} ]] && find_runtime; then
		[[ ${runtime} -ef ${work} ]] || say "other users can put something else in the place of what is in ${work}: going on with ${runtime}"
		work=${runtime}
	fi
	if [[ ${preflight} == yes && ${dry_run} == no ]]; then
		run_preflight
		stop_on_problems
	else
		[[ ${dry_run} == yes ]] || converter_ready
		[[ -z ${archive} ]] || look "${archive}"
		[[ -z ${archive} || ${seen} != *r* || ${seen} == *p* ]] || archive_kind
		stop_on_problems
	fi

	if [[ ${dry_run} == yes ]]; then
		private='TMPDIR'
		new=${sif}.new
	else
		trap clean_up EXIT
		trap 'exit 129' HUP
		trap 'exit 130' INT
		trap 'exit 143' TERM
		[[ -n ${archive} ]] || make_private || true
		new_sif
		stop_on_problems
	fi

	if [[ -z ${archive} ]]; then
		archive=${private}/image.tar
		[[ ${dry_run} == yes ]] || say "taking ${image} from ${engine}"
		"${engine}_save" "${archive}" "${image}"
		run "${command[@]}" || failed "${engine} could not save ${image}: why stands above"
	fi
	[[ ${dry_run} == yes ]] || say "making ${sif}; this takes a while"
	run "${converter}" build "${new}" "${kind}:${archive}" ||
		failed "${converter} could not make a SIF: why stands above"
	run "${converter}" inspect "${new}" >/dev/null ||
		failed "the new SIF cannot be read"
	if [[ ${try_it} == yes ]]; then
		run "${converter}" exec "${new}" /bin/sh -c ':' ||
			failed "no program starts in the new SIF; where this host may not start containers, use --no-try"
	fi
	run mv -f -- "${new}" "${sif}"
	if [[ -n ${start_script} ]]; then
		beside "${start_script}"
		next="; start it with ${output}"
	fi
	[[ ${dry_run} == yes ]] || say "${sif} is ready${next}"
}

parse() {
	while (($# > 0)); do
		case $1 in
		-h | --help) help=yes ;;
		--engine | --archive | --sif)
			(($# > 1)) || bad_input "the option $1 needs a value; see --help"
			case $1 in
			--engine) engine=$2 ;;
			--archive) archive=$2 ;;
			*) sif=$2 ;;
			esac
			shift
			;;
		--engine=*) engine=${1#*=} ;;
		--archive=*) archive=${1#*=} ;;
		--sif=*) sif=${1#*=} ;;
		--no-try) try_it=no ;;
		--dry-run) dry_run=yes ;;
		--no-preflight) preflight=no ;;
		*) bad_input "unknown option $1; see --help" ;;
		esac
		shift
	done
}

# choose_source: take the image from the archive, or from the first engine that has it.
choose_source() {
	if [[ -n ${archive} ]]; then
		engine=''
		return 0
	fi
	wanted_image=${image}
	choose_engine
}

converter_ready() {
	if ask out 5 command -v apptainer; then
		return 0
	elif ask out 5 command -v singularity; then
		converter=singularity
	else
		problem 'neither apptainer nor singularity is on PATH: install Apptainer, or load its module (module load apptainer)'
	fi
}

# archive_kind: set `kind` to Apptainer's name for the archive's format.
archive_kind() {
	local answer status=0
	look "${archive}/index.json"
	if [[ ${seen} == *e* ]]; then
		kind=oci
		return 0
	fi
	# tar reads a compressed archive to its end, which takes time.
	ask out 600 tar -tf "${archive}" || status=$?
	if ((status == 124)); then
		problem "tar did not come to the end of ${archive} in 600 s: look at the file server that it is on"
	elif ((status != 0)); then
		problem "${archive} is no tar archive: make one with 'docker save -o image.tar ${image}'"
	elif [[ $'\n'${answer}$'\n' == *$'\n'?(./)manifest.json$'\n'* ]]; then
		kind=docker-archive
	elif [[ $'\n'${answer}$'\n' == *$'\n'?(./)oci-layout$'\n'* ]]; then
		kind=oci-archive
	else
		problem "${archive} holds no image: make one with 'docker save -o image.tar ${image}'"
	fi
}

source_ready() {
	local answer status=0 builder=''
	if [[ -n ${archive} ]]; then
		look "${archive}"
		if [[ ${seen} == '?' ]]; then
			problem "the archive ${archive} ${silence}"
			return 0
		elif [[ ${seen} == *p* ]]; then
			problem "the archive ${archive} is a pipe, and has to be read more than once: name a file"
			return 0
		elif [[ ${seen} != *r* ]]; then
			problem "the archive ${archive} is missing or not readable: make it with 'docker save -o ${archive} ${image}'"
			return 0
		fi
		archive_kind
		ask out 30 du -Lsk -- "${archive}" || answer=''
		answer=${answer%%[!0-9]*}
		[[ ${answer} =~ ^[1-9][0-9]{0,11}$ ]] || answer=0
		size=$((answer * 1024))
		return 0
	fi
	"${engine}_ready" || return 0
	ask_engine out "${engine}" image inspect --format '{{.Size}}' -- "${image}" || status=$?
	if ((status == 124)); then
		return 0
	elif ((status != 0)); then
		if [[ -n ${build_script} ]]; then
			beside "${build_script}"
			builder=" with ${output}"
		fi
		problem "${engine} has no image ${image}: build it${builder}, or name an archive with --archive"
		return 0
	fi
	size=${answer}
}

# room_ready FOLDER BYTES WHAT: check that the folder is writable and has that much free space.
room_ready() {
	local answer blocks=''
	look "$1"
	if [[ ${seen} == '?' ]]; then
		problem "the folder $1, for $3, ${silence}"
		return 0
	elif [[ ${seen} != *d*w* ]]; then
		problem "the folder $1, for $3, is missing or not writable: create it, or choose another (--sif, TMPDIR)"
		return 0
	fi
	ask out 5 df -Pk -- "$1" || return 0
	read -r _ _ _ blocks _ <<<"${answer##*$'\n'}"
	[[ ${blocks} =~ ^(0|[1-9][0-9]{0,17})$ ]] || return 0
	if ((blocks < $2 / 1024)); then
		problem "only $((blocks / 1024)) MiB are free in $1, and $3 takes about $(($2 / 1048576)): make room, or choose another folder (--sif, TMPDIR)"
	fi
}

# run_preflight: check that the host has what the conversion needs, before anything is written.
run_preflight() {
	converter_ready
	source_ready
	[[ ${size} =~ ^[1-9][0-9]{0,14}$ ]] || size=0
	# The archive, and the files that Apptainer unpacks from it.
	room_ready "${work}" $((size * 2)) 'unpacking the image'
	room_ready "$(dirname -- "${sif}")" "${size}" 'the SIF file'
}

# Unfinished files are removed whenever and however the script ends.
new_folder=''
new=''
clean_up() {
	trap '' HUP INT TERM
	[[ -z ${private} ]] || rm -rf -- "${private}"
	[[ -z ${new_folder} ]] || rm -rf -- "${new_folder}"
}

# new_sif: make the new SIF in a new folder beside the old one, so that one rename replaces the old
# one; other users cannot change that folder.
new_sif() {
	local why='' runtime=${sif%/*}
	new_folder=${runtime}/.${sif##*/}.$$.${RANDOM}${RANDOM}
	if ! own_folder "${new_folder}"; then
		problem "${why}"
		new_folder=''
	fi
	new=${new_folder}/${sif##*/}
}

# run COMMAND...: run it, or with --dry-run print it.
run() {
	local line
	if [[ ${dry_run} == yes ]]; then
		as_line "$@"
		print_line "${line}"
	else
		"$@"
	fi
}

# failed WHAT: report a failure, and exit; the old SIF is unchanged.
failed() {
	local kept=''
	[[ ! -e ${sif} ]] || kept="; ${sif} is as it was"
	say "$1${kept}"
	exit 1
}
