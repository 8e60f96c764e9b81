"""Patterns of host paths, as data: home folders, keys, sockets, system and login files."""

from __future__ import annotations

import re


def _any(words: str) -> str:
    """An alternation of regular expressions, separated by blanks."""
    return "(?:" + "|".join(words.split()) + ")"


# Where network file systems are mounted by convention.
_NETWORKS = _any("nfs net afs gpfs lustre auto network")
NETWORK = re.compile(rf"/{_NETWORKS}(?:/.*)?")
# The parent folder of home folders. /srv/home is not one.
_OF_HOMES = rf"(?:(?:/(?:{_NETWORKS}|mnt|exports?)(?:/.+)?|/var|/usr)?/(?:homes?|[Uu]sers))"
# Parents of a folder ${USER} that is by convention not the home folder.
_NOT_HOME = _any("scratch tmp data work workspaces? cache srv opt run projects? builds? local log")
_NAMED = rf"(?!.*/{_NOT_HOME}/\$\{{USER\}}).*/\$\{{USER\}}"
HOME = re.compile(rf"\$\{{HOME\}}|/root|{_OF_HOMES}(?:/[^/]+)?|{_NAMED}")
_IN_HOME = rf"(?:\$\{{HOME\}}|/root|{_OF_HOMES}/[^/]+|{_NAMED})"

# Files with keys and tokens, in any home; ~/.config and ~/.local hold those of many programs.
_KEYS_IN_CONFIG = _any(
    r"gcloud gh glab-cli hub op rclone containers sops age google-chrome chromium BraveSoftware"
    r" microsoft-edge vivaldi opera keepassxc 1Password Bitwarden.* github-copilot doctl scw hcloud"
    r" linode-cli openstack ngrok argocd filezilla remmina pulumi fly helm configstore netlify"
    r" Slack discord Signal Code/User/globalStorage goa-1\.0 evolution wandb"
)
_KEYS = _any(
    r"\.ssh(?!/(?:known_hosts|config|authorized_keys|[^/]+\.pub)) \.gnupg \.aws \.azure \.kube \.docker \.netrc \.git-credentials \.npmrc \.yarnrc\.yml \.pypirc"
    r" \.vault-token \.pgpass \.my\.cnf \.mylogin\.cnf \.m2(?!/repository) \.gradle(?!/(?:caches|wrapper)) \.terraform\.d \.terraformrc \.oci"
    r" \.boto \.s3cfg \.databrickscfg \.huggingface \.kaggle \.cargo/credentials(?:\.toml)? \.aliyun \.fly"
    r" \.composer/auth\.json \.gem/credentials \.bundle/config \.nuget(?!/packages) \.smbcredentials \.msmtprc"
    r" \.local/share/(?:keyrings|kwalletd) \.gnome2/keyrings \.password-store \.pki \.mozilla \.thunderbird"
    r" snap/(?:firefox|chromium) \.var/app \.putty \.vnc \.subversion/auth \.minikube \.step \.age \.1password"
    r" \.openai \.anthropic \.claude \.codex \.cache/huggingface/token \.config/pulse/cookie"
)
_KEY_FILES = (
    r"id_(?:rsa|dsa|ecdsa|ed25519)(?:_sk)?|[^/]*[-_.]?priv(?:ate)?[-_.]?key(?:\.pem)?|privkey[0-9]*\.pem"
    r"|[^/]+-key\.pem|[^/]+\.(?:key|p12|pfx|jks|kdbx|keytab|ppk)|credentials\.json|service-account\.json"
)
CREDENTIALS = re.compile(
    rf".*/{_KEYS}(?:/.*)?|.*/\.config(?:/{_KEYS_IN_CONFIG}(?:/.*)?)?"
    rf"|{_IN_HOME}/\.local(?:/share)?|.*/(?:{_KEY_FILES})"
    r"|/tmp/krb5cc.*|/run/user/\$\{UID\}/(?:krb5cc.*|containers/auth\.json)|/run/containers/.*auth\.json"
    r"|/etc/(?:shadow|gshadow|ssh(?!/ssh_config|/ssh_known_hosts|/[^/]+\.pub)|kubernetes|ssl/private|pki/(?:tls/)?private|sssd|wireguard"
    r"|openvpn|ipsec\.(?:d|secrets)|letsencrypt|munge|rancher|docker/(?:key\.json|certs\.d)"
    r"|NetworkManager|wpa_supplicant|cni|origin|salt/pki|puppetlabs)-?(?:/.*)?"
    # Credentials of a pod and of its kubelet.
    r"|/run/secrets(?:/(?:kubernetes\.io|eks\.amazonaws\.com)(?:/.*)?)?"
    r"|/var/lib/(?:kubelet|etcd|rancher|k0s|sss/secrets|cloud)(?:/.*)?"
)
# Files that the user's next login or command runs on the host.
LOGIN = re.compile(
    rf"{_IN_HOME}/"
    r"(?:\.(?:bash(?:rc|_profile|_login|_logout|_aliases|rc\.d)|profile|z(?:shrc|shenv|profile|login|logout)"
    r"|cshrc|tcshrc|login|logout|kshrc|xprofile|xsession|xsessionrc|xinitrc|vimrc|vim|emacs|emacs\.d|gitconfig"
    r"|pam_environment|tmux\.conf|screenrc|inputrc|ipython|oh-my-zsh|nvm|pyenv|rbenv|asdf|sdkman|direnvrc"
    r"|gdbinit|envrc)(?:/.*)?"
    r"|\.config(?:/(?:autostart|systemd|fish|git|environment\.d|nvim|plasma-workspace|direnv)(?:/.*)?)?"
    r"|\.local(?:/share)?|\.local/(?:bin|lib|share/(?:applications|systemd|dbus-1|nvim))(?:/.*)?"
    r"|\.cargo(?:/bin(?:/.*)?)?|(?:go/)?bin(?:/.*)?|\.ssh(?:/(?:authorized_keys2?|rc|environment|config))?)"
    # git runs a repository's hooks as the user who works in it.
    r"|(?:.*/)?\.git(?:/(?:hooks|config)(?:/.*)?)?"
)
# Parts of the host that determine what it runs.
SYSTEM = (
    "/", "/etc", "/boot", "/efi", "/dev", "/proc", "/sys", "/lib", "/lib32", "/lib64", "/usr", "/bin", "/sbin",
    "/var/lib/docker", "/var/lib/containers", "/var/lib/containerd", "/var/lib/kubelet", "/var/lib/etcd",
    "/var/lib/rancher", "/var/lib/systemd", "/var/lib/dpkg", "/var/lib/rpm", "/var/lib/snapd",
    "/var/lib/machines", "/var/lib/lxc", "/var/lib/lxd", "/var/lib/libvirt", "/var/lib/cloud",
    "/var/lib/extrausers", "/var/lib/sudo", "/var/spool/cron", "/var/spool/at", "/var/spool/anacron",
    "/run/systemd/system", "/run/udev/rules.d", "/run/tmpfiles.d", "/run/initramfs", "/nix", "/ostree",
    "/sysroot", "/snap",
)  # fmt: skip
# A site's own programs below /usr (/usr/intel), beside the system's folders.
SITES_OWN = re.compile(
    r"/usr/(?!(?:bin|sbin|lib|lib32|lib64|libexec|local|share|include|src|games|etc)(?:/|$)).+"
)
# Sensitive to read: accounts, other containers' files, the kernel's tables.
READABLE = re.compile(
    r"/|/(?:etc|boot|dev|var|usr/lib/systemd)|/proc(?:/.*)?|/sys(?:/(?:kernel|firmware|fs)(?:/.*)?)?"
    r"|/var/(?:lib|spool)|/var/lib/(?:docker|containers|containerd|kubelet|libvirt|lxc|lxd)(?:/.*)?"
    r"|/var/(?:spool/cron|spool/mail|mail|backups)(?:/.*)?"
)
LOGS = re.compile(r"/var/log(?:/.*)?|/run/log(?:/.*)?|/run/systemd/journal(?:/.*)?|/dev/log")

ENGINE_SOCKETS = (
    "/run/docker.sock", "/run/podman/podman.sock", "/run/containerd/containerd.sock",
    "/run/crio/crio.sock", "/run/k3s/containerd/containerd.sock", "/run/k0s/containerd.sock",
    "/run/buildkit/buildkitd.sock", "/run/docker/containerd/containerd.sock", "/run/docker/metrics.sock",
    "/run/dockershim.sock", "/run/cri-dockerd.sock", "/run/libvirt/libvirt-sock", "/run/isulad.sock",
    "/run/balena-engine.sock", "/run/snapd.socket", "/run/user/${UID}/docker.sock",
    "/run/user/${UID}/podman/podman.sock", "/run/user/${UID}/containerd/containerd.sock",
    "/run/user/${UID}/libvirt/libvirt-sock",
)  # fmt: skip
# Matched only by the path itself: most hosts have a /var without such an engine.
OTHER_SOCKET = re.compile(
    r"/var/(?:lib|snap/lxd/common)/(?:lxd|incus)(?:/unix\.socket)?|/var/snap/microk8s/common/run(?:/.*)?"
    r"|\$\{HOME\}/\.(?:colima|rd|lima|orbstack|docker/run|docker/desktop)(?:/.*)?|/pipe/(?:docker|podman).*"
    r"|/var/lib/kubelet/(?:device-plugins|pod-resources|plugins_registry)(?:/.*)?"
)

_RUNTIME = r"/run/user/\$\{UID\}"
# Sockets and files by what they give access to. A folder above a user's sockets is a `bus`.
AGENT = re.compile(
    rf"/tmp/(?:ssh-[^/]+(?:/agent\.[^/]*)?|keyring-[^/]*(?:/.*)?)|.*/S\.gpg-agent[^/]*|.*/(?:ssh-agent|ssh-auth)\.sock"
    rf"|{_RUNTIME}/(?:keyring|gnupg|gcr)(?:/.*)?|{_RUNTIME}/(?:ssh-agent\.socket|openssh_agent|ssh-agent|kwallet[^/]*)"
    r"|/run/host-services(?:/.*)?|/run/pcscd(?:/.*)?|.*/\.1password/agent\.sock|.*/agent\.[0-9]+"
)
BUS = re.compile(
    r"/run/(?:dbus|udev/control|polkit|NetworkManager/private[^/]*|acpid\.socket)(?:/.*)?|/run/NetworkManager|/run/user"
    r"|/run/systemd(?:/(?:private|notify|system|transient|generator[^/]*|io\.[^/]+|machines?|userdb)(?:/.*)?)?"
    rf"|{_RUNTIME}(?:/(?:bus|dbus-1|systemd|at-spi|doc|gvfs)(?:/.*)?)?|/tmp/dbus-[^/]*|/run/at-spi(?:/.*)?"
)
X_AUTHORITY = re.compile(
    rf".*/\.Xauthority|.*/\.ICEauthority|{_RUNTIME}/(?:gdm(?:/Xauthority)?|[.]?xauth[^/]*|ICEauthority|\.mutter-Xwayland.*)"
    r"|/(?:tmp|run)/(?:[.]?xauth[^/]*|\.gdm[^/]*)|/run/(?:lightdm|sddm|gdm3?|xauth)(?:/.*)?"
)
WAYLAND = re.compile(
    rf"{_RUNTIME}/wayland-[^/]+|/tmp/wayland-[^/]+|{_RUNTIME}/\$\{{WAYLAND_DISPLAY\}}|/mnt/wslg(?:/.*)?"
)
SOUND = re.compile(
    rf"{_RUNTIME}/(?:pulse(?:/.*)?|pipewire-[^/]+|jack[^/]*)|/tmp/(?:\.?pulse[^/]*|pipewire[^/]*)(?:/.*)?"
    rf"|/run/(?:pulse|pipewire)(?:/.*)?|{_IN_HOME}/(?:\.config/pulse|\.pulse(?:-cookie)?|\.config/pipewire)(?:/.*)?"
)
# Variables that by convention hold a path of such a kind, whatever their default.
BY_NAME = {
    "SSH_AUTH_SOCK": "agent", "GPG_AGENT_INFO": "agent", "GNOME_KEYRING_CONTROL": "agent",
    "XAUTHORITY": "authority", "ICEAUTHORITY": "authority", "WAYLAND_DISPLAY": "wayland",
    "PULSE_SERVER": "sound", "PULSE_COOKIE": "sound", "PULSE_RUNTIME_PATH": "sound",
    "PIPEWIRE_REMOTE": "sound", "DBUS_SESSION_BUS_ADDRESS": "bus", "KUBECONFIG": "keys",
    "GOOGLE_APPLICATION_CREDENTIALS": "keys", "AWS_SHARED_CREDENTIALS_FILE": "keys",
    "AWS_WEB_IDENTITY_TOKEN_FILE": "keys", "AZURE_CONFIG_DIR": "keys", "CLOUDSDK_CONFIG": "keys",
    "DOCKER_CONFIG": "keys", "REGISTRY_AUTH_FILE": "keys", "GNUPGHOME": "keys", "NETRC": "keys",
    "PGPASSFILE": "keys", "KRB5CCNAME": "keys", "VAULT_TOKEN_FILE": "keys", "SSH_KEY": "keys",
}  # fmt: skip
