# Ports of the host, four words each: the arguments of port_ready. The modes add to them.
ports=()

# port_taken PROTOCOL ADDRESS PORT: whether a program listens there; sets `holder` to it, if known.
holder=''
lists_ports=''
port_taken() {
	local protocol=$1 address=$2 port=$3 answer line field status=0
	holder=''
	if [[ -z ${lists_ports} ]]; then
		lists_ports=no
		! ask out 5 command -v ss || lists_ports=yes
	fi
	case ${lists_ports}-${protocol} in
	yes-tcp) ask out 5 ss -Hltnp "sport = :${port}" || status=$? ;;
	yes-udp) ask out 5 ss -Hlunp "sport = :${port}" || status=$? ;;
	no-tcp)
		ask out 5 reaches "${port}"
		return
		;;
	*) return 1 ;;
	esac
	if ((status == 124)); then
		lists_ports=unknown
		say "ss did not answer in 5 s: going on without a look at the ports"
	fi
	while read -r line; do
		[[ -n ${line} ]] || continue
		read -r _ _ _ field _ <<<"${line}"
		field=${field%:*}
		field=${field%%%*}
		case ${field} in
		'*' | 0.0.0.0 | '[::]' | "${address}" | "[${address}]") ;;
		*) [[ -z ${address} || ${address} == 0.0.0.0 || ${address} == :: ]] || continue ;;
		esac
		holder='another program'
		if [[ ${line} =~ \(\(\"([^\"]*)\",pid=([0-9]+) ]]; then
			holder="${BASH_REMATCH[1]} (pid ${BASH_REMATCH[2]})"
		fi
		return 0
	done <<<"${answer}"
	return 1
}

# reaches PORT: whether a program on this host listens on the port.
reaches() {
	(exec 3<>"/dev/tcp/127.0.0.1/$1") || (exec 3<>"/dev/tcp/::1/$1")
}

# next_free PROTOCOL ADDRESS PORT: sets `free` to the first free port after PORT.
free=''
next_free() {
	local holder
	free=$3
	while ((++free <= 65535)); do
		if [[ " ${ports[*]} " != *" ${free} "* ]] && ! port_taken "$1" "$2" "${free}"; then
			return 0
		fi
	done
	free=$3
}

# port_ready VARIABLE PROTOCOL ADDRESS PORT: check that a port is free, and not used twice here.
asked=' '
port_ready() {
	local why='' fix="change it in the spec's ports"
	[[ $4 =~ ^[0-9]+$ ]] || return 0
	if [[ ${asked} == *" $2 $3 $4 "* ]]; then
		why='is asked for twice'
	elif port_taken "$2" "$3" "$4"; then
		"port_holder_of_${family}" "$4" "$2"
		why="is taken by ${holder:-another program}"
	fi
	asked+="$2 $3 $4 "
	[[ -n ${why} ]] || return 0
	if [[ -n $1 ]]; then
		next_free "$2" "$3" "$4"
		fix="try $1=${free} ${own_command}"
	fi
	problem "port $4 ${why}: ${fix}"
}

# may_listen PORT: check a low port, which needs root or a daemon that runs as root.
may_listen() {
	local first=1024
	[[ ${uid} != 0 && $1 =~ ^[0-9]+$ ]] || return 0
	! "${engine}_listens_as_root" || return 0
	read -r first </proc/sys/net/ipv4/ip_unprivileged_port_start || true
	if (($1 < first)); then
		problem "port $1 is below ${first}, which only root may open here: choose another, or run 'sudo sysctl net.ipv4.ip_unprivileged_port_start=$1'"
	fi
}

# An engine on another host uses the ports of that host.
check_ports() {
	local i
	[[ ${remote} == no ]] || return 0
	for ((i = 0; i < ${#ports[@]}; i += 4)); do
		port_ready "${ports[@]:i:4}"
		may_listen "${ports[i + 3]}"
	done
}

# own_port INDEX COUNT: print a port that is always the same for this user, or the next free one.
own_port() {
	local start=$(((uid * $2 + $1) % 10000)) try port=0
	for ((try = 0; try < 10000; try += $2)); do
		port=$((20000 + (start + try) % 10000))
		if ! port_taken tcp '' "${port}"; then
			break
		fi
	done
	printf '%s' "${port}"
}

# print_address: print the address of the program.
print_address() {
	local server port how=' (Ctrl-C stops the container)'
	[[ -n ${url_port} ]] || return 0
	[[ ${wanted} != start ]] || how=''
	say "open ${url_scheme}://${url_host}:${url_port}/${how}"
	if [[ -n ${SSH_CONNECTION-} ]]; then
		read -r _ _ server port <<<"${SSH_CONNECTION}"
		[[ ${port:-22} == 22 ]] || server+=" -p ${port}"
		say "from your own computer: ssh -N -L ${url_port}:${url_host}:${url_port} ${user}@${server}"
	fi
}
