# trusted FOLDER: nobody but this user and root can put something else in its place, or in that of
# a folder above it. Sets `real` to its path without links, which is the one to use.
trusted() {
	local folder owner mode listing above=(/)
	[[ $1 == /* ]] || return 1
	real=$(CDPATH='' cd -P -- "$1" 2>/dev/null && printf '%s.' "${PWD}") || return 1
	real=${real%.}
	folder=${real%/}
	while [[ -n ${folder} ]]; do
		above+=("${folder}")
		folder=${folder%/*}
	done
	listing=$(stat -c '%u %a' -- "${above[@]}" 2>/dev/null) || return 1
	while read -r owner mode; do
		# Where root is not mapped (a container), what is root's is nobody's.
		[[ ${owner} == 0 || ${owner} == "${uid}" || (${owner} == 65534 && $(</proc/self/uid_map) != *' 4294967295') ]] || return 1
		# In a folder with the sticky bit nobody renames or removes what is somebody else's.
		[[ ${mode} != *[2367]? && ${mode} != *[2367] || ${mode} == [1357]??? ]] || return 1
	done <<<"${listing}"
}

# Where private files are kept: the first folder that is safe from other users.
runtime=''
find_runtime() {
	local folder real
	[[ -z ${runtime} ]] || return 0
	for folder in "${private_places[@]}"; do
		if trusted "${folder}" && [[ -w ${real} ]]; then
			runtime=${real%/}
			return 0
		fi
	done
	problem "no folder is safe from other users for private files: set ${private_settings} to a folder of your own"
	return 1
}

# is_own FOLDER: it is this user's, closed to others, and no link.
is_own() {
	local mode
	[[ ! -L $1 && -d $1 && -O $1 ]] || return 1
	mode=$(stat -c %a -- "$1" 2>/dev/null) || return 1
	# A folder takes over the bit for the group from the one above it.
	[[ ${mode} == 700 || ${mode} == 2700 ]]
}

# own_folder FOLDER: make it below `runtime`, with those between, each of mode 0700; or find it so.
# Otherwise `why` says what is in the way.
own_folder() {
	local path=${runtime} rest=${1#"${runtime}"/}/ answer
	while [[ -n ${rest} ]]; do
		path+=/${rest%%/*}
		rest=${rest#*/}
		if answer=$(umask 077 && mkdir -m 0700 -- "${path}" 2>&1) || is_own "${path}"; then
			continue
		elif [[ -e ${path} || -L ${path} ]]; then
			why="${path} is not a folder of yours that is closed to others: remove it or ask its owner to, or set ${private_settings} to a folder of your own"
		else
			why="${path} cannot be made (${answer##*: }): make room there, or set ${private_settings} to another folder of your own"
		fi
		return 1
	done
}

# make_private: a folder of this run, closed to everyone else; who calls it has it removed at the end.
# What is in the way is said once.
private=''
unable=no
make_private() {
	local why=''
	[[ -z ${private} ]] || return 0
	[[ ${unable} == no ]] || return 1
	unable=yes
	find_runtime || return 1
	# Named before it is made: a signal in between would leave it.
	private=${runtime}/${project}.$$.${RANDOM}${RANDOM}
	if ! own_folder "${private}"; then
		problem "${why}"
		private=''
		return 1
	fi
	unable=no
}

# write_private NAME MODE TEXT: a file in the private folder; there as a whole, or not at all.
write_private() {
	local file=${private}/$1 answer
	if answer=$( (umask 077 && printf '%s' "$3" >"${file}.new" && chmod "$2" "${file}.new" && mv -f -- "${file}.new" "${file}") 2>&1); then
		return 0
	fi
	problem "${file} cannot be written (${answer##*: }): make room in ${runtime}, or set ${private_settings} to another folder of your own"
	return 1
}
