# The access list of the X server. An entry that a launcher added is removed when the last launcher
# that needs it has ended, however it ended; an entry that was there before stays. Each display has a
# folder, with a folder for each entry that launchers added. It contains:
#   ours      written before the entry is added: it was not there before
#   PROCESS   a launcher that needs the entry
state=''
entry=''
holder=''

grant_display() {
	local why='' process status=0
	[[ ${x11} != off ]] || return 0
	sweep_displays
	if [[ ${wanted} == start && ${x11} != cookie ]]; then
		say "the display is not opened to a container in the background: nobody would close it; use access: cookie in the spec"
		return 0
	fi
	case ${x11}/${display} in
	# Through ssh only a cookie gives access; an entry would open the display of the user's computer.
	*/localhost:* | */127.*:* | *'/[::1]:'*) return 0 ;;
	host/:*) entry=local: ;;
	host/*)
		# HOSTNAME is not used: it may come from the environment.
		entry=$(uname -n 2>/dev/null) || entry=''
		[[ ${entry} != *:* ]] || entry=''
		;;
	user/:*)
		entry=SI:localuser:${user}
		# A user without a name, or with a name that xhost could misread, is given by number.
		if [[ ${user} == "${uid}" ]] || ! is_entry; then
			entry=SI:localuser:#${uid}
		fi
		;;
	*) return 0 ;;
	esac
	if ! is_entry; then
		say "the display stays closed to the container: '${entry}' is no name of a host that xhost could let in; use access: cookie in the spec"
		return 0
	elif ! command -v xhost >/dev/null; then
		say "xhost is not on PATH, so the display stays closed to the container: install it (Debian: apt install x11-xserver-utils)"
		return 0
	elif [[ ${x11}/${display} == host/[!:]* ]] && is_loopback; then
		say "the display stays closed to the container: ${entry} is a loopback address for this host, and another host for the display; use access: cookie in the spec"
		return 0
	fi
	find_runtime || return 0
	find_state
	if ! own_folder "${state}"; then
		say "the display stays closed to the container: ${why}"
		state=''
		return 0
	fi
	identify "$$"
	holder=${process}
	clean_up_at_end close_display
	locked "${state}" open_display || status=$?
	if ((status == 75)); then
		say "the display stays closed to the container"
		state=''
	fi
}

# is_entry: whether xhost may be given `entry`. An empty one, for example, would admit everyone.
is_entry() {
	in_bytes has_form_of_entry
}

has_form_of_entry() {
	local user_name='^SI:localuser:([A-Za-z0-9_][A-Za-z0-9_.@\-]{0,99}|#[0-9]{1,10})$'
	local byte='(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])' label='[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?'
	if [[ ${entry} == local: || ${entry} =~ ${user_name} || ${entry} =~ ^${byte}(\.${byte}){3}$ ]]; then
		return 0
	fi
	# A name that ends in a number would be read as an address, which has many spellings.
	[[ ${entry} =~ ^(${label}\.)*${label}$ && ${entry##*.} == *[!0-9]* && ${entry##*.} != 0[xX]* ]]
}

# is_loopback: whether `entry` is a name or an address of the loopback interface.
is_loopback() {
	local answer
	[[ ${entry} != localhost && ${entry} != localhost.* && ${entry} != 127.* ]] || return 0
	ask out 5 getent ahosts "${entry}" || return 1
	[[ $'\n'${answer} == *$'\n'127.* || $'\n'${answer} == *$'\n''::1 '* ]]
}

# ask_xhost [+|-]: set `answer` to the access list of `display`; or add `entry` to it, or remove it.
# Only this function calls xhost.
ask_xhost() {
	local status=0
	if (($# > 0)) && ! is_entry; then
		answer="'${entry}' is nothing that xhost could let in"
		return 2
	fi
	if [[ ${1-} == + ]]; then
		ask both 5 with_lock_too env "DISPLAY=${display}" xhost "+${entry}" || status=$?
	else
		ask both 5 env "DISPLAY=${display}" xhost ${1+"-${entry}"} || status=$?
	fi
	((status != 124)) || answer='xhost did not answer in 5 s'
	return "${status}"
}

# is_listed: whether the list in `answer` contains `entry`; xhost lists hosts by address or name.
is_listed() {
	local line=${entry}
	[[ ${line} != local: ]] || line=LOCAL:
	[[ $'\n'${answer}$'\n' == *$'\n'"${line}"$'\n'* ]]
}

# find_state: set `state` to the folder of `display`. Its name contains the boot id for a display of
# this host, since hosts can share the folder and a display number can be used again after a boot.
find_state() {
	find_place
	state=${runtime}/coder-gen-${uid}/display-${display}
	[[ ${display} != :* ]] || state=${runtime}/coder-gen-${uid}/display@${place%%.*}${display}
}

# server: print what distinguishes the X server of `display` from an earlier one with the same number.
server() {
	[[ ${display} != :* ]] || stat -c %i:%Y -- "/tmp/.X11-unix/X${display#:}" 2>/dev/null || true
}

# open_display: add `entry` to the list, unless it is there.
open_display() {
	local folder=${state}/${entry} answer before first='' why now
	# A launcher that was killed meanwhile needs no entry, and could not remove it.
	running "${holder}" || return 0
	if ! ask_xhost; then
		say "the display ${DISPLAY} cannot be used by programs in the container: ${answer##*$'\n'} (is XAUTHORITY right?)"
		return 0
	fi
	before=${answer}
	now=$(server)
	if [[ ${before} == 'access control disabled'* ]]; then
		say "the display ${DISPLAY} is open to everybody who reaches it: close it with 'xhost -'"
		return 0
	fi
	sweep
	[[ ! -e ${folder}/ours ]] || is_same_server "${folder}" || rm -f -- "${folder}/ours"
	if [[ ! -e ${folder}/ours ]]; then
		# The entry was there before: it must not be removed.
		answer=${before}
		! is_listed || return 0
		first=yes
		# Written atomically: an empty file would match no server.
		if ! { mkdir -p -- "${folder}" && printf '%s\n' "${now}" >"${folder}/new" && mv -f -- "${folder}/new" "${folder}/ours"; } 2>/dev/null; then
			rm -f -- "${folder}/new"
			say "the display stays closed to the container: nothing can be written in ${folder}, where it is kept that it has to be closed again: make room there"
			return 0
		fi
	fi
	if ! { : >"${folder}/${holder}"; } 2>/dev/null; then
		say "the display stays closed to the container: nothing can be written in ${folder}: make room there"
		needed "${folder}" || take_back "${folder}"
		return 0
	fi
	answer=${before}
	if is_listed; then
		return 0
	fi
	if ask_xhost +; then
		why=${answer#*being added to access control list}
		why=${why#$'\n'}
		ask_xhost || return 0
		if is_listed || [[ ${entry} != *:* && -z ${why} ]]; then
			[[ -z ${first} || ${answer} != "${before}" ]] || rm -f -- "${folder}/ours" "${folder}/${holder}"
			return 0
		fi
		why=${why:-the X server did not take it}
	else
		why=${answer}
	fi
	say "xhost +${entry} failed, so programs in the container cannot use the display: ${why%%$'\n'*}"
	rm -f -- "${folder}/${holder}"
	needed "${folder}" || take_back "${folder}"
}

# needed FOLDER: whether a running launcher needs the entry. Removes files of those that have ended.
needed() {
	local file found=1
	for file in "$1"/[0-9]*; do
		[[ -e ${file} ]] || continue
		if running "${file##*/}"; then
			found=0
		else
			rm -f -- "${file}"
		fi
	done
	return "${found}"
}

# is_same_server FOLDER: whether the entry was added to the present X server's list.
is_same_server() {
	local line='' now
	now=$(server)
	{ IFS= read -r line <"$1/ours"; } 2>/dev/null || true
	[[ -z ${line} || -z ${now} || ${line} == "${now}" ]]
}

# take_back FOLDER: remove an entry that launchers added, and that no launcher needs any more.
take_back() {
	local entry=${1##*/} answer='' fix
	if [[ -e $1/ours ]] && is_same_server "$1" && ! { ask_xhost - && ask_xhost && ! is_listed; }; then
		# If no X server runs there, nothing is open.
		if [[ ${display} != :* || ${answer} != *'xhost:  unable to open display '* || ${answer} == *$'\n'* ]]; then
			printf -v fix 'DISPLAY=%q xhost %q' "${display}" "-${entry}"
			[[ ${answer} != 'access control '* ]] || answer='the X server did not do it'
			say "the display ${display} stays open to ${entry}: ${answer%%$'\n'*}: close it with '${fix}'; the next launcher tries it again"
			return 0
		fi
	fi
	rm -f -- "$1/ours" "$1/new"
	rmdir -- "$1" 2>/dev/null || true
}

# sweep: remove each entry of `display` that no launcher needs any more.
sweep() {
	local folder
	for folder in "${state}"/*/; do
		folder=${folder%/}
		[[ -d ${folder} ]] || continue
		needed "${folder}" || take_back "${folder}"
	done
}

# sweep_displays: the same for each display of this host: a killed launcher may have left an entry.
sweep_displays() {
	local folder why='' state='' display
	if ! command -v xhost >/dev/null || ! find_runtime; then
		return 0
	fi
	folder=${runtime}/coder-gen-${uid}
	if [[ ! -d ${folder} ]] || ! own_folder "${folder}"; then
		return 0
	fi
	find_place
	for folder in "${folder}/display@${place%%.*}":*/*/ours; do
		[[ -e ${folder} ]] || continue
		state=${folder%/*/ours}
		display=:${state##*:}
		locked "${state}" sweep || true
	done
}

close_display() {
	local folder=${state}/${entry} answer='' fix
	[[ -n ${state} ]] || return 0
	if ! locked "${state}" withdraw; then
		# Without the lock this only removes the entry; the next launcher removes the files.
		rm -f -- "${folder}/${holder}"
		if [[ -e ${folder}/ours ]] && ! needed "${folder}" && ! ask_xhost -; then
			printf -v fix 'DISPLAY=%q xhost %q' "${display}" "-${entry}"
			say "the display ${display} stays open to ${entry}: ${answer%%$'\n'*}: close it with '${fix}'"
		fi
	fi
}

withdraw() {
	rm -f -- "${state}"/*/"${holder}"
	sweep
}
