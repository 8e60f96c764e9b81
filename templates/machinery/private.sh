# trusted FOLDER: only this user and root can replace the folder or one above it. Sets `real` to its
# path without symbolic links, which the caller has to use.
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
		# In a user namespace without root, files of root belong to the user nobody (65534).
		[[ ${owner} == 0 || ${owner} == "${uid}" || (${owner} == 65534 && $(</proc/self/uid_map) != *' 4294967295') ]] || return 1
		# In a folder with the sticky bit, users cannot rename or remove files of other users.
		[[ ${mode} != *[2367]? && ${mode} != *[2367] || ${mode} == [1357]??? ]] || return 1
	done <<<"${listing}"
}

# The folder for private files: the first one that other users cannot change.
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

# is_own FOLDER: it belongs to this user, is closed to others, and is not a symbolic link.
is_own() {
	local mode
	[[ ! -L $1 && -d $1 && -O $1 ]] || return 1
	mode=$(stat -c %a -- "$1" 2>/dev/null) || return 1
	# A folder inherits the setgid bit of the folder above it.
	[[ ${mode} == 700 || ${mode} == 2700 ]]
}

# own_folder FOLDER: make it and the missing folders between it and `runtime`, with mode 0700, or check
# that those that exist are this user's. On failure `why` is the reason.
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

# make_private: make a folder for this run, closed to other users. The caller has to arrange that it is
# removed at the end. A failure is reported only once.
private=''
unable=no
make_private() {
	local why=''
	[[ -z ${private} ]] || return 0
	[[ ${unable} == no ]] || return 1
	unable=yes
	find_runtime || return 1
	# The variable is set first: after a signal in between, the folder would not be removed.
	private=${runtime}/${project}.$$.${RANDOM}${RANDOM}
	if ! own_folder "${private}"; then
		problem "${why}"
		private=''
		return 1
	fi
	unable=no
}

# write_private NAME MODE TEXT: write a file in the private folder atomically.
write_private() {
	local file=${private}/$1 answer
	if answer=$( (umask 077 && printf '%s' "$3" >"${file}.new" && chmod "$2" "${file}.new" && mv -f -- "${file}.new" "${file}") 2>&1); then
		return 0
	fi
	problem "${file} cannot be written (${answer##*: }): make room in ${runtime}, or set ${private_settings} to another folder of your own"
	return 1
}
