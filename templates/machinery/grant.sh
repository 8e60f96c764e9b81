# The access list of the X server. Who is added to it is taken off when the last launcher that needs
# it has ended, in whatever way; who was there before stays. A folder for each display has one for
# each entry that launchers added, and in that:
#   ours      written before the entry is added: it was not there before
#   PROCESS   a launcher that needs it
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
	# Only a cookie lets in here, and a grant through ssh would open the computer at its other end.
	*/localhost:* | */127.*:* | *'/[::1]:'*) return 0 ;;
	host/:*) entry=local: ;;
	host/*)
		# Not HOSTNAME, which may come from the environment.
		entry=$(uname -n 2>/dev/null) || entry=''
		[[ ${entry} != *:* ]] || entry=''
		;;
	user/:*)
		entry=SI:localuser:${user}
		# A user without a name, or with one that xhost could read otherwise, is known by number.
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

# is_entry: `entry` is one that xhost may be given. Nothing, for one, would let everybody in.
is_entry() {
	in_bytes has_form_of_entry
}

has_form_of_entry() {
	local user_name='^SI:localuser:([A-Za-z0-9_][A-Za-z0-9_.@\-]{0,99}|#[0-9]{1,10})$'
	local byte='(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])' label='[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?'
	if [[ ${entry} == local: || ${entry} =~ ${user_name} || ${entry} =~ ^${byte}(\.${byte}){3}$ ]]; then
		return 0
	fi
	# What ends in a number would be read as an address, in one of many spellings.
	[[ ${entry} =~ ^(${label}\.)*${label}$ && ${entry##*.} == *[!0-9]* && ${entry##*.} != 0[xX]* ]]
}

# Whether `entry` means the host itself, wherever it is asked.
is_loopback() {
	local answer
	[[ ${entry} != localhost && ${entry} != localhost.* && ${entry} != 127.* ]] || return 0
	ask out 5 getent ahosts "${entry}" || return 1
	[[ $'\n'${answer} == *$'\n'127.* || $'\n'${answer} == *$'\n''::1 '* ]]
}

# ask_xhost [+|-]: sets `answer` to the access list of `display`, or adds `entry` to it, or removes it.
# Nothing else calls xhost.
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

# Whether the list in `answer` has `entry`. For a host it has addresses, or names for those.
is_listed() {
	local line=${entry}
	[[ ${line} != local: ]] || line=LOCAL:
	[[ $'\n'${answer}$'\n' == *$'\n'"${line}"$'\n'* ]]
}

# find_state: the folder of `display`. One of this host is not the same after a boot, nor one of
# the same number on another host that has the same folders.
find_state() {
	find_place
	state=${runtime}/coder-gen-${uid}/display-${display}
	[[ ${display} != :* ]] || state=${runtime}/coder-gen-${uid}/display@${place%%.*}${display}
}

# server: prints what tells the X server of `display` from one that had its number before.
server() {
	[[ ${display} != :* ]] || stat -c %i:%Y -- "/tmp/.X11-unix/X${display#:}" 2>/dev/null || true
}

# Add `entry` to the list, unless it is there.
open_display() {
	local folder=${state}/${entry} answer before first='' why now
	# Whoever has been killed meanwhile needs nothing, and would not take it back.
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
		# It was open before: not ours to close.
		answer=${before}
		! is_listed || return 0
		first=yes
		# In one step: a file without its text would be one of no server.
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

# needed FOLDER: whether a launcher needs the entry. Those that have ended are forgotten.
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

# is_same_server FOLDER: the entry was added to the list that the X server has now.
is_same_server() {
	local line='' now
	now=$(server)
	{ IFS= read -r line <"$1/ours"; } 2>/dev/null || true
	[[ -z ${line} || -z ${now} || ${line} == "${now}" ]]
}

# take_back FOLDER: remove the entry that launchers added, and that none needs any more.
take_back() {
	local entry=${1##*/} answer='' fix
	if [[ -e $1/ours ]] && is_same_server "$1" && ! { ask_xhost - && ask_xhost && ! is_listed; }; then
		# Where nobody listens, nothing is open.
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

# Take back whatever no launcher needs any more.
sweep() {
	local folder
	for folder in "${state}"/*/; do
		folder=${folder%/}
		[[ -d ${folder} ]] || continue
		needed "${folder}" || take_back "${folder}"
	done
}

# The same for each display of this host: a launcher that was killed may have left it open.
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
		# Without the lock this only closes; what launchers wrote stays for the next one.
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
