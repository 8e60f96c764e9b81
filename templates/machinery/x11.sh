# The modes set the access to the display and the container's network.
x11=off
network=''

# find_display: set `display` to the server in DISPLAY, without the screen.
find_display() {
	local name='^((unix)?|[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+(%[A-Za-z0-9._-]+)?\]):(0|[1-9][0-9]{0,4})(\.[0-9]{1,3})?$'
	[[ ${DISPLAY} =~ ${name} ]] || return 1
	display=${DISPLAY%:*}
	display=${display,,}
	[[ ${display} != unix ]] || display=''
	display+=:${BASH_REMATCH[5]}
}

# display: share the user's display with the container, if there is one.
display=''
display() {
	[[ ${x11} != off ]] || return 0
	if [[ -z ${DISPLAY-} ]]; then
		say 'DISPLAY is not set: the container starts without a display'
		x11=off
		return 0
	elif ! in_bytes find_display; then
		say "DISPLAY=${DISPLAY} is not the name of a display, so the container starts without one: set it to one, as in 'export DISPLAY=:0'"
		x11=off
		return 0
	fi
	"variable_of_${family}" DISPLAY
	case ${display} in
	:*)
		if [[ -d /tmp/.X11-unix ]]; then
			add_fields --mount type=bind source=/tmp/.X11-unix target=/tmp/.X11-unix
		else
			say "there is no /tmp/.X11-unix for DISPLAY=${DISPLAY}: programs in the container cannot reach the display"
		fi
		;;
	localhost:* | 127.*:* | '[::1]:'*)
		[[ ${network} == host ]] || say "DISPLAY=${DISPLAY} is on this host's loopback, which the container's network does not reach: set network_mode: host in the spec"
		[[ ${x11} == cookie ]] || say "DISPLAY=${DISPLAY} is forwarded by ssh, which only lets in who has its cookie: set x11: cookie in the spec"
		;;
	# A server on another host would admit its own user of that name, not this host's.
	*) [[ ${x11} != user ]] || say "DISPLAY=${DISPLAY} is on another host, where access: user lets nobody in: set x11: cookie in the spec" ;;
	esac
	if [[ ${x11} == cookie ]]; then
		display_cookie
	fi
}

# Copy the cookie of this display, valid for any host name of the container (family ffff).
display_cookie() {
	local entries='' line answer='' status=0
	if [[ ${dry_run} == yes ]]; then
		say "the cookie of the display is copied at each start; the path of the copy differs"
		find_runtime || return 0
		private=${runtime}/${project}.XXXXXX
	elif ! command -v xauth >/dev/null; then
		say 'xauth is not on PATH, so the container gets no cookie for the display: install xauth (Debian: apt install xauth)'
		return 0
	else
		# -i reads without a lock: a stale lock, or one that cannot be made, would cost 20 s.
		ask out 5 xauth -i -q nlist "${display}" || status=$?
		if ((status == 124)); then
			say 'xauth did not answer in 5 s, so the container gets no cookie for the display: is the folder of XAUTHORITY reachable?'
			return 0
		elif [[ -z ${answer} ]]; then
			say "there is no cookie for DISPLAY=${DISPLAY} in ${XAUTHORITY:-${HOME-}/.Xauthority}: log in to the display again, or set XAUTHORITY"
			return 0
		fi
		while [[ -n ${answer} ]]; do
			line=${answer%%$'\n'*}
			answer=${answer#"${line}"}
			answer=${answer#$'\n'}
			entries+="ffff${line#????}"$'\n'
		done
		clean_up_at_end
		make_private || return 0
		status=0
		ask both 5 write_cookie || status=$?
		if ((status != 0)); then
			((status != 124)) || answer='xauth did not answer in 5 s'
			answer=${answer:-xauth wrote nothing}
			rm -f -- "${private}/Xauthority"*
			say "the cookie of the display cannot be written in ${private}, so the container gets none: ${answer%%$'\n'*}; make room there"
			return 0
		fi
	fi
	add_fields --mount type=bind "source=${private}/Xauthority" target=/tmp/.Xauthority readonly
	"variable_of_${family}" XAUTHORITY /tmp/.Xauthority
}

# write_cookie: write `entries` to a file in the private folder.
write_cookie() {
	umask 077
	printf '%s' "${entries}" | xauth -q -f "${private}/Xauthority" nmerge - || return
	[[ -s ${private}/Xauthority ]] || return
	if [[ ${host_user} == yes ]]; then
		chmod 0600 "${private}/Xauthority"
	else
		# The container runs as another user; the folder's mode keeps other users of this host out.
		chmod 0444 "${private}/Xauthority"
	fi
}
