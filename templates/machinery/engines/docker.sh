docker_title=Docker

docker_there() {
	ask out 5 command -v docker
}

# docker_usable: it answers; Podman under its name is left to Podman, whose own words are better.
docker_usable() {
	ask_engine out docker version || return
	[[ ${answer} != *Podman* || " ${engines[*]} " != *' podman '* ]]
}

# Its client is told by the variable, else by its context.
docker_daemon() {
	daemon=${DOCKER_HOST-}
	[[ -z ${daemon} ]] || return 0
	! ask_engine out docker context inspect --format '{{.Endpoints.docker.Host}}' || daemon=${answer}
}

docker_ready() {
	local answer status=0
	if ! docker_there; then
		problem 'docker is not on PATH: install Docker, or add its folder to PATH'
		return 1
	fi
	ask_engine both docker version --format '{{.Server.Version}}' || status=$?
	case ${status}-${answer,,} in
	0-*) return 0 ;;
	124-*) ;;
	*'permission denied'*)
		problem "this user may not talk to Docker: run 'sudo usermod -aG docker ${user}', then log in again"
		;;
	*'cannot connect'* | *'daemon running'* | *'connection refused'*)
		problem "the Docker daemon does not answer${DOCKER_HOST:+ at ${DOCKER_HOST}}: start it with 'sudo systemctl start docker'"
		;;
	*)
		problem "Docker is not usable: ${answer##*$'\n'}: try 'docker version'"
		;;
	esac
	return 1
}

# docker_advice: what to do where it does not answer.
docker_advice() {
	advice="see whether its daemon${DOCKER_HOST:+ at ${DOCKER_HOST}} is well, or start it anew ('sudo systemctl restart docker')"
}

# docker_remarks HOST_USER: Podman may go by its name, through the package podman-docker or through its socket.
docker_remarks() {
	local answer
	if [[ $1 == yes && ${uid} != 0 ]] && ask_engine out docker version && [[ ${answer} == *Podman* ]]; then
		say 'docker is Podman on this host: without root, files on mounts are not yours in the container; take the launcher for Podman (coder-gen script --engine podman)'
	fi
}

# docker_listens_as_root: ports are opened by its daemon.
docker_listens_as_root() {
	return 0
}

# docker_builds: what has caches, secrets or file modes, which only BuildKit and Podman know.
docker_builds() {
	local answer version status=0
	ask_engine out docker version --format '{{.Client.Version}}' || return 0
	version=${answer%%.*}
	[[ ${version} =~ ^[1-9][0-9]{0,8}$ ]] || return 0
	((version < 23)) || ask_engine out docker buildx version || status=$?
	if ((status != 0 && status != 124)); then
		problem "Docker's plugin buildx is missing, and this Dockerfile needs BuildKit: install it (Debian: apt install docker-buildx)"
	fi
}

# docker_build NEEDS_BUILDKIT: what a build needs besides, in `args`, and in `setting` for its environment.
docker_build() {
	[[ $1 == no ]] || setting=DOCKER_BUILDKIT=1
}

# docker_save FILE IMAGE: the command that writes an archive.
docker_save() {
	command=(docker save --output "$1" -- "$2")
}

# Where the images are; fails where that is on another host.
docker_store() {
	case ${DOCKER_HOST-} in
	'' | unix://*) ;;
	*) return 1 ;;
	esac
	ask_engine out docker info --format '{{.DockerRootDir}}'
}
