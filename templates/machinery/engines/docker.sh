docker_title=Docker

docker_there() {
	ask out 5 command -v docker
}

# docker_usable: the daemon answers. If docker is Podman, the engine podman is preferred.
docker_usable() {
	ask_engine out docker version || return
	[[ ${answer} != *Podman* || " ${engines[*]} " != *' podman '* ]]
}

# docker_daemon: the client uses DOCKER_HOST, or else the address in its context.
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

# docker_advice: set `advice` for an engine that does not answer.
docker_advice() {
	advice="see whether its daemon${DOCKER_HOST:+ at ${DOCKER_HOST}} is well, or start it anew ('sudo systemctl restart docker')"
}

# docker_remarks HOST_USER: warn if docker is Podman (the package podman-docker, or Podman's socket).
docker_remarks() {
	local answer
	if [[ $1 == yes && ${uid} != 0 ]] && ask_engine out docker version && [[ ${answer} == *Podman* ]]; then
		say 'docker is Podman on this host: without root, files on mounts are not yours in the container; take the launcher for Podman (coder-gen script --engine podman)'
	fi
}

# docker_listens_as_root: Docker's daemon opens the ports, as root.
docker_listens_as_root() {
	return 0
}

# docker_builds: check for BuildKit: only BuildKit and Podman support caches, secrets and file modes.
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

# docker_build NEEDS_BUILDKIT: add options to `args`; set `setting` to a variable for the build.
docker_build() {
	[[ $1 == no ]] || setting=DOCKER_BUILDKIT=1
}

# docker_save FILE IMAGE: set `command` to the command that writes an archive.
docker_save() {
	command=(docker save --output "$1" -- "$2")
}

# docker_store: set `answer` to the folder of the images; fails if it is on another host.
docker_store() {
	case ${DOCKER_HOST-} in
	'' | unix://*) ;;
	*) return 1 ;;
	esac
	ask_engine out docker info --format '{{.DockerRootDir}}'
}
