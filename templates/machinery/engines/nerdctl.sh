nerdctl_title=nerdctl

nerdctl_there() {
	ask out 5 command -v nerdctl
}

nerdctl_usable() {
	ask_engine out nerdctl info
}

# nerdctl_daemon: always a socket of this host; each containerd namespace has its own container names.
nerdctl_daemon() {
	daemon=unix://${CONTAINERD_ADDRESS-}${CONTAINERD_NAMESPACE:+/${CONTAINERD_NAMESPACE}}
}

nerdctl_ready() {
	local answer status=0
	if ! nerdctl_there; then
		problem 'nerdctl is not on PATH: install nerdctl, or add its folder to PATH'
		return 1
	fi
	ask_engine both nerdctl info --format '{{.ServerVersion}}' || status=$?
	case ${status}-${answer,,} in
	0-*) return 0 ;;
	124-*) ;;
	*'rootless containerd not running'*)
		problem "no containerd runs for this user: set one up with 'containerd-rootless-setuptool.sh install', or start it with 'systemctl --user start containerd'"
		;;
	*'permission denied'*)
		problem "this user may not talk to containerd${CONTAINERD_ADDRESS:+ at ${CONTAINERD_ADDRESS}}: set up your own with 'containerd-rootless-setuptool.sh install'${CONTAINERD_ADDRESS:+, and unset CONTAINERD_ADDRESS}"
		;;
	*'cannot access containerd socket'* | *'connection refused'*)
		problem "containerd does not answer${CONTAINERD_ADDRESS:+ at ${CONTAINERD_ADDRESS}}: start it with 'sudo systemctl start containerd'"
		;;
	*)
		problem "nerdctl is not usable: ${answer##*$'\n'}: try 'nerdctl info'"
		;;
	esac
	return 1
}

nerdctl_advice() {
	advice="see whether containerd${CONTAINERD_ADDRESS:+ at ${CONTAINERD_ADDRESS}} is well (systemctl status containerd; without root: systemctl --user status containerd)"
}

nerdctl_remarks() {
	return 0
}

nerdctl_listens_as_root() {
	return 1
}

# nerdctl_builds: nerdctl builds with buildctl, BuildKit's client.
nerdctl_builds() {
	ask out 5 command -v buildctl ||
		problem "buildctl is not on PATH, and nerdctl builds with it: install BuildKit, and start its daemon (without root: containerd-rootless-setuptool.sh install-buildkit)"
}

nerdctl_build() {
	return 0
}

nerdctl_save() {
	command=(nerdctl save --output "$1" -- "$2")
}

nerdctl_store() {
	answer=/var/lib/containerd
	[[ ${uid} == 0 ]] || answer=${XDG_DATA_HOME:-${HOME:-/}/.local/share}/containerd
}
