podman_title=Podman

podman_there() {
	ask out 5 command -v podman
}

podman_usable() {
	ask_engine out podman info
}

podman_daemon() {
	daemon=${CONTAINER_HOST-}
}

# keep_id: without root, files on mounts belong to the user in the container only with this option.
keep_id() {
	[[ ${uid} == 0 || ${remote} == yes ]] || args+=(--userns keep-id)
}

podman_ready() {
	local answer status=0
	if ! podman_there; then
		problem 'podman is not on PATH: install Podman, or add its folder to PATH'
		return 1
	fi
	ask_engine both podman info --format '{{.Version.Version}}' || status=$?
	case ${status}-${answer,,} in
	0-*) return 0 ;;
	124-*) ;;
	*newuidmap* | *newgidmap* | *subuid* | *subgid*)
		problem "rootless Podman has no ids for this user: run 'sudo usermod --add-subuids 100000-165535 --add-subgids 100000-165535 ${user}', then 'podman system migrate'"
		;;
	*'cannot connect'* | *'connection refused'*)
		problem "Podman's service does not answer${CONTAINER_HOST:+ at ${CONTAINER_HOST}}: start it with 'systemctl --user start podman.socket'"
		;;
	*)
		problem "Podman is not usable: ${answer##*$'\n'}: try 'podman info'"
		;;
	esac
	return 1
}

podman_advice() {
	advice="see whether ${CONTAINER_HOST:-another podman that runs (ps -C podman)} holds it up"
}

podman_remarks() {
	return 0
}

podman_listens_as_root() {
	return 1
}

podman_builds() {
	return 0
}

# podman_build: Podman's default image format has no SHELL, which the steps of a Dockerfile need.
podman_build() {
	args+=(--format docker)
}

podman_save() {
	command=(podman save --format docker-archive --output "$1" -- "$2")
}

podman_store() {
	ask_engine out podman info --format '{{.Store.GraphRoot}}'
}
