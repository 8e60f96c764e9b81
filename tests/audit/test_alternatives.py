"""Each alternative of the audit's lists, by itself, and the nearest text that is none of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.audit.risks import RO, bind
from tests.audit.test_risks import found

# Rule, how the word stands in a spec, words on which it fires, words on which it does not.
_HOME = "${HOME}/"
LISTS: tuple[tuple[str, str, str, str], ...] = (
    (
        "engine-socket", "mount",
        ("/run/docker.sock /run/podman/podman.sock /run/containerd/containerd.sock /run/crio/crio.sock"
        " /run/k3s/containerd/containerd.sock /run/k0s/containerd.sock /run/buildkit/buildkitd.sock"
        " /run/docker/containerd/containerd.sock /run/docker/metrics.sock /run/dockershim.sock /run/cri-dockerd.sock"
        " /run/libvirt/libvirt-sock /run/isulad.sock /run/balena-engine.sock /run/snapd.socket"
        " /run/user/1/docker.sock /run/user/1/podman /run/user/1/containerd /run/user/1/libvirt"
        " /var/lib/lxd /var/lib/incus/unix.socket /var/snap/lxd/common/lxd /var/snap/microk8s/common/run"
        " ${HOME}/.colima ${HOME}/.rd/docker.sock ${HOME}/.lima ${HOME}/.orbstack/run ${HOME}/.docker/run"
        " ${HOME}/.docker/desktop /pipe/docker_engine /var/lib/kubelet/device-plugins/x /private/var/run/docker.sock"),
        "/srv/docker.sock.d /srv/run /run/lock /run/k3 /var/lib/lxc /run/user/1/pods",
    ),
    (
        "system-writable", "mount",
        ("/ /etc /boot /efi /dev /proc /sys /lib /lib32 /lib64 /usr /bin /sbin /var /var/lib /var/lib/docker"
        " /var/lib/containers /var/lib/containerd /var/lib/kubelet /var/lib/etcd /var/lib/rancher /var/lib/systemd"
        " /var/lib/dpkg /var/lib/rpm /var/lib/snapd /var/lib/machines /var/lib/lxc /var/lib/libvirt /var/lib/cloud"
        " /var/lib/extrausers /var/lib/sudo /var/spool /var/spool/cron/crontabs /var/spool/at /var/spool/anacron"
        " /run/systemd/system /run/udev /run/udev/rules.d /run/tmpfiles.d /run/initramfs /nix/store /ostree /sysroot /snap/bin"
        " /usr/local /usr/share /usr/libexec /private/etc /proc/self/root/etc /proc/7/task/7/root/usr /bin/../lib"),
        "/usr/site /opt /srv /var/lib/site /var/www /library /nixos /binary /etcetera /var/spool/mail",
    ),
    (
        "kernel-files", "mount",
        ("/proc/kcore /proc/kmem /proc/kallsyms /proc/sysrq-trigger /proc/acpi /proc/sys/kernel/core_pattern"
        " /proc/sys/kernel/modprobe /proc/sys/kernel/hotplug /proc/sys/fs/binfmt_misc"
        " /proc/sys/fs/binfmt_misc/register /sys/kernel/uevent_helper /sys/firmware/efi/efivars /sys/kernel/debug"
        " /sys/kernel/security /sys/fs/cgroup/release_agent"),
        "/proc/cpuinfo /sys/class",
    ),
    (
        "system-readable", "read-only",
        ("/ /etc /boot /dev /var /proc /proc/1 /sys /sys/kernel/tracing /sys/firmware /sys/fs/cgroup /var/lib"
        " /var/spool /var/lib/docker /var/lib/containers /var/lib/containerd /var/lib/kubelet /var/lib/libvirt"
        " /var/lib/lxc /var/lib/lxd /var/spool/cron /var/spool/mail /var/mail /var/backups /usr/lib/systemd"),
        "/etc/hosts /sys/class /sys/devices /usr /usr/share /var/www /var/lib/site",
    ),
    ("host-logs", "mount", "/var/log /var/log/journal /run/log /run/systemd/journal/socket /dev/log", "/var/logs /run/login"),
    (
        "writable-home", "mount",
        ("${HOME} ~ /root /home /home/me /Users /Users/me /users/me /nfs/a/home /nfs/a/home/me /net/h/home/me /afs/c/home/me"
        " /gpfs/home/me /lustre/home/me /auto/home/me /network/home/me /mnt/home/me /export/home/me /exports/homes/me"
        " /var/home/me /usr/home /x/${USER} ${HOME}/../me ${HOME}/.. /fs/u/${USER}"),
        ("/srv/home /srv/home/me /homework /data/home/me/x /scratch/${USER} /tmp/${USER} /data/${USER} /work/${USER}"
        " /workspace/${USER} /cache/${USER} /srv/${USER} /opt/${USER} /project/${USER} /local/${USER} /home/me/work"),
    ),
    (
        "login-files", "in-home",
        (".bashrc .bash_profile .bash_login .bash_logout .bash_aliases .bashrc.d .profile .zshrc .zshenv .zprofile .zlogin"
        " .zlogout .cshrc .tcshrc .login .logout .kshrc .xprofile .xsession .xsessionrc .xinitrc .vimrc .vim .emacs"
        " .emacs.d .gitconfig .pam_environment .tmux.conf .screenrc .inputrc .ipython .oh-my-zsh .nvm .pyenv .rbenv .asdf"
        " .sdkman .direnvrc .gdbinit .envrc .config .config/autostart .config/systemd .config/fish .config/git"
        " .config/environment.d .config/nvim .config/plasma-workspace .config/direnv .local .local/bin .local/lib"
        " .local/share .local/share/applications .local/share/systemd .local/share/dbus-1 .local/share/nvim .cargo"
        " .cargo/bin bin go/bin .ssh .ssh/authorized_keys .ssh/rc .ssh/environment .ssh/config project/.git"
        " project/.git/hooks project/.git/config"),
        (".bashrcs .config/code-server .local/share/code-server .cargo/registry binary project/.github .ssh/known_hosts"
        " project/.git/objects"),
    ),
    (
        "credentials-mounted", "in-home",
        (".ssh .gnupg .aws .azure .kube .docker .netrc .git-credentials .npmrc .yarnrc.yml .pypirc .vault-token .pgpass"
        " .my.cnf .mylogin.cnf .m2 .m2/settings.xml .gradle .terraform.d .terraformrc .oci .boto .s3cfg .databrickscfg"
        " .huggingface .kaggle .cargo/credentials .cargo/credentials.toml .aliyun .fly .composer/auth.json"
        " .gem/credentials .bundle/config .nuget .smbcredentials .msmtprc .local/share/keyrings .local/share/kwalletd"
        " .gnome2/keyrings .password-store .pki .mozilla .thunderbird snap/firefox .var/app .putty .vnc .subversion/auth"
        " .minikube .step .age .1password .openai .anthropic .claude .codex .cache/huggingface/token .config"
        " .config/gcloud .config/gh .config/glab-cli .config/hub .config/op .config/rclone .config/containers .config/sops"
        " .config/age .config/google-chrome .config/chromium .config/BraveSoftware .config/microsoft-edge .config/vivaldi"
        " .config/opera .config/keepassxc .config/1Password .config/Bitwarden .config/github-copilot .config/doctl"
        " .config/scw .config/hcloud .config/linode-cli .config/openstack .config/ngrok .config/argocd .config/filezilla"
        " .config/remmina .config/pulumi .config/fly .config/helm .config/configstore .config/netlify .config/Slack"
        " .config/discord .config/Signal .config/Code/User/globalStorage .config/goa-1.0 .config/evolution .config/wandb"
        " .local .local/share keys/id_rsa keys/id_dsa keys/id_ecdsa keys/id_ed25519_sk keys/private.key keys/my-private-key.pem"
        " keys/privkey1.pem keys/server-key.pem keys/a.p12 keys/a.pfx keys/a.jks keys/a.kdbx keys/a.keytab keys/a.ppk"
        " keys/credentials.json keys/service-account.json"),
        (".sshfs .awsome .m2/repository .gradle/caches .nuget/packages .cargo/registry .config/nvim .config/code-server"
        " .cache keys/id_rsa.pub keys/ca.pem keys/cert.pem keyboard.json"),
    ),
    (
        "credentials-mounted", "read-only",
        ("/etc/shadow /etc/shadow- /etc/gshadow /etc/ssh /etc/kubernetes /etc/krb5.keytab /etc/ssl/private /etc/pki/private"
        " /etc/pki/tls/private /etc/sssd /etc/wireguard /etc/openvpn /etc/ipsec.d /etc/ipsec.secrets /etc/letsencrypt"
        " /etc/munge /etc/rancher /etc/docker/key.json /etc/docker/certs.d /etc/NetworkManager/system-connections"
        " /etc/wpa_supplicant /etc/cni /etc/salt/pki /run/secrets /run/secrets/kubernetes.io /run/secrets/eks.amazonaws.com"
        " /var/lib/kubelet/pki /var/lib/etcd /var/lib/rancher /var/lib/k0s /var/lib/sss/secrets /var/lib/cloud"
        " /tmp/krb5cc_1 /run/user/1/krb5cc /run/user/1/containers/auth.json /run/containers/0/auth.json"
        " ${KUBECONFIG:-/x} ${GOOGLE_APPLICATION_CREDENTIALS:-/x} ${AWS_SHARED_CREDENTIALS_FILE:-/x}"
        " ${AWS_WEB_IDENTITY_TOKEN_FILE:-/x} ${AZURE_CONFIG_DIR:-/x} ${CLOUDSDK_CONFIG:-/x} ${DOCKER_CONFIG:-/x}"
        " ${REGISTRY_AUTH_FILE:-/x} ${GNUPGHOME:-/x} ${NETRC:-/x} ${PGPASSFILE:-/x} ${KRB5CCNAME:-/x}"
        " ${VAULT_TOKEN_FILE:-/x} ${SSH_KEY:-/x}"),
        "/etc/hosts /etc/ssl/certs /etc/pki/ca-trust /etc/sss /etc/docker/daemon.json /run/secretary ${KUBE:-/x}",
    ),
    (
        "agent-socket", "mount",
        ("/tmp/ssh-abc /tmp/ssh-abc/agent.1 /tmp/keyring-abc/ssh /x/S.gpg-agent /x/S.gpg-agent.ssh /x/ssh-agent.sock"
        " /x/ssh-auth.sock /run/user/1/keyring /run/user/1/keyring/control /run/user/1/gnupg /run/user/1/gcr/ssh"
        " /run/user/1/ssh-agent.socket /run/user/1/openssh_agent /run/user/1/ssh-agent /run/user/1/kwallet5.socket"
        " /run/host-services/ssh-auth.sock /run/pcscd/pcscd.comm ~/.1password/agent.sock /x/agent.42"
        " ${SSH_AUTH_SOCK:-/x} ${GPG_AGENT_INFO:-/x} ${GNOME_KEYRING_CONTROL:-/x} ${S:-${SSH_AUTH_SOCK:-/x}}"),
        "/tmp/sshd /x/agent /x/agent.sh /run/user/1/key ${SSH_AUTH:-/x}",
    ),
    (
        "bus-socket", "mount",
        ("/run/dbus /run/dbus/system_bus_socket /run/systemd /run/systemd/private /run/systemd/notify /run/systemd/userdb"
        " /run/systemd/io.systemd.Resolve /run/systemd/machines /run/systemd/transient /run/udev/control /run/polkit"
        " /run/NetworkManager /run/acpid.socket /run/user /run/user/1/bus /run/user/1/dbus-1 /run/user/1/systemd"
        " /run/user/1/at-spi /run/user/1/doc /run/user/1/gvfs /tmp/dbus-abc /run/user/1000 /run/at-spi"
        " ${DBUS_SESSION_BUS_ADDRESS:-/x}"),
        "/run/systemd/resolve /run/udev/data /run/NetworkManager/resolv.conf /srv/bus",
    ),
    (
        "x11-authority", "mount",
        ("~/.Xauthority ~/.ICEauthority /run/user/1/gdm /run/user/1/gdm/Xauthority /run/user/1/xauth_abc"
        " /run/user/1/.mutter-Xwaylandauth.X /tmp/xauth_1 /tmp/.xauth1 /tmp/.gdmabc /run/lightdm/root /run/sddm /run/gdm3"
        " ${XAUTHORITY:-/x} ${ICEAUTHORITY:-/x}"),
        "~/.Xresources /srv/xauth ${XAUTH:-/x}",
    ),
    ("x11-socket", "mount", "/tmp/.X11-unix /tmp/.X11-unix/X1", "/tmp/.X11-unixes /tmp/.X12-unix"),
    (
        "wayland-socket", "mount",
        "/run/user/1/wayland-0 /run/user/1/wayland-1.lock /tmp/wayland-0 /mnt/wslg ${WAYLAND_DISPLAY:-/x}",
        "/run/user/1/way /srv/wayland-0",
    ),
    (
        "sound-socket", "mount",
        ("/run/user/1/pulse /run/user/1/pulse/native /run/user/1/pipewire-0 /run/user/1/jack /tmp/pulse-abc/native"
        " /tmp/.pulse-x /tmp/pipewire /run/pulse /run/pipewire/x ~/.config/pulse ~/.pulse ~/.pulse-cookie ~/.config/pipewire"
        " ${PULSE_SERVER:-/x} ${PULSE_COOKIE:-/x} ${PULSE_RUNTIME_PATH:-/x} ${PIPEWIRE_REMOTE:-/x}"),
        "/srv/pulse ~/.config/pulsar",
    ),
    ("shared-tmp", "mount", "/tmp /var/tmp /dev/shm", "/tmp/mine /var/tmpfs"),
    ("own-folder", "mount", ". ./ ./. .. ../.. ./x/.. ./x/../.. ${PWD} ${PWD}/ ${PWD}/..", "./x ../x ${PWD}/x ./.x"),
    (
        "device-raw", "device",
        ("/dev /dev/mem /dev/kmem /dev/kcore /dev/port /dev/nvram /dev/oldmem /dev/cpu/0/msr /dev/disk /dev/mapper/a"
        " /dev/block/x /dev/sda /dev/sdab12 /dev/hda /dev/vda /dev/xvda /dev/ubda /dev/nvme0 /dev/nvme0n1p1 /dev/mmcblk0p1"
        " /dev/dm-0 /dev/md0 /dev/md/x /dev/loop0 /dev/sr0 /dev/scd0 /dev/sg0 /dev/nbd0 /dev/rbd0 /dev/drbd0 /dev/zd0"
        " /dev/zfs /dev/zvol/x /dev/pmem0 /dev/dax0.0 /dev/bcache0 /dev/bsg/0 /dev/mtd0 /dev/st0 /dev/nst0 /dev/dasda"
        " /dev/root /dev/cdrom /dev/ram0 /dev/zram0 /dev/ublkc0 /dev/raw/raw1 /dev/fd0 /dev/ng0n1 /dev/vg0/root"),
        "/dev/memory /dev/snd /dev/sdx-1/y /dev/stdin /dev/fd /dev/random",
    ),
    (
        "device-input", "device",
        ("/dev/input /dev/input/mouse0 /dev/uinput /dev/hidraw0 /dev/tty /dev/tty1 /dev/console /dev/vcs /dev/vcsa1 /dev/vcsu1"
        " /dev/pts /dev/pts/3 /dev/fb0 /dev/mice /dev/psaux /dev/usb/hiddev0"),
        "/dev/ttyUSB0 /dev/ttyS0 /dev/ptmx /dev/fb",
    ),
    (
        "device-kernel", "device",
        ("/dev/vfio /dev/vfio/1 /dev/uio0 /dev/iommu /dev/watchdog0 /dev/ipmi0 /dev/snapshot /dev/mei0 /dev/tpm0 /dev/tpmrm0"
        " /dev/sev /dev/mcelog /dev/kvm /dev/vhost-net /dev/vsock /dev/kmsg /dev/cuse /dev/autofs /dev/btrfs-control"
        " /dev/userfaultfd /dev/bus/usb/001 /dev/usbmon0 /dev/i2c-1 /dev/spidev0.0 /dev/gpiomem /dev/gpiochip0 /dev/video0"
        " /dev/media0 /dev/rfkill /dev/rtc0 /dev/hpet /dev/ppp /dev/udmabuf /dev/dma_heap/system /dev/binder /dev/ntsync"),
        "/dev/kvms /dev/dri /dev/snd /dev/video /dev/null",
    ),
    (
        "device-rule", "rule",
        ("a|a *:* r|b *:* rwm|b 8:1 r|b 259:* m|c *:* r|c 1:* r|c 1:1 r|c 1:2 r|c 1:4 r|c 1:5 r|c 1:11 r|c 4:* r|c 4:64 r|c 5:1 rw"
        "|c 7:* r|c 10:* r|c 10:1 r|c 13:1 r|c 13:* r|c 21:0 r|c 29:0 r|c 202:0 r"),
        "c 10:229 rwm|c 1:3 rwm|c 1:9 r|c 226:0 rw|c 5:0 r|c 195:* rwm|c 116:* rw",
    ),
    (
        "strong-group", "group",
        "0 00 root docker disk 6 kmem shadow 42 sudo 27 wheel lxd incus libvirt adm 4 systemd-journal",
        "1000 video audio render dialout kvm input users",
    ),
    (
        "joined-container", "namespace", "network_mode pid ipc userns_mode", "",
    ),
    (
        "engine-remote", "variable",
        ("DOCKER_HOST=tcp://h CONTAINER_HOST=ssh://h BUILDKIT_HOST=http://h CONTAINERD_ADDRESS=https://h"
        " LIBVIRT_DEFAULT_URI=qemu+ssh://h/system DOCKER_HOST=TCP://h:1"),
        "DOCKER_HOST=unix:///x DOCKER_HOST= DOCKER_HOSTS=tcp://h OTHER=tcp://h",
    ),
    (
        "engine-options", "unread",
        ("--env-host --rootfs --allow-setuid --keep-privs --chrootdirs=/x --conmon-pidfile=/x --fusemount=x --gidmap=0:0:1"
        " --hostuser=x --netns-path=/x --overlay=x --pidfile=/x --pod=x --preserve-fd=3 --preserve-fds=1 --seccomp-policy=image"
        " --secret=x --security=uid:0 --subgidname=x --subuidname=x --tls-verify=false --uidmap=0:0:1 --volume-driver=x --writable"),
        "--odd --timeout=3 --tz=local --retry=1 --nv --app=x --no-https",
    ),
)  # fmt: skip
_FORMS = {
    "mount": "volumes: [{{type: bind, source: '{}', target: /there}}]",
    "read-only": "volumes: [{{type: bind, source: '{}', target: /there, read_only: true}}]",
    "in-home": "volumes: [{{type: bind, source: '${{HOME}}/{}', target: /there}}]",
    "device": "devices: ['{}']",
    "rule": "engine_options: ['--device-cgroup-rule={}']",
    "group": "group_add: ['{}']",
    "namespace": "{}: 'container:other'",
}


def spec(form: str, word: str) -> str:
    """A spec in which a word of a list stands."""
    if form == "variable":
        name, _, value = word.partition("=")
        return f"environment: {{{name}: '{value}'}}"
    if form == "unread":
        return f"engine_options: ['{word}']\napptainer: {{options: ['{word}']}}"
    return _FORMS[form].format(word)


def cases(at: int) -> Iterator[tuple[str, str, str]]:
    for row in LISTS:
        rule, form, words = row[0], row[1], row[at]
        for word in words.split("|" if form == "rule" else None):
            yield rule, form, word


@pytest.mark.parametrize(("rule", "form", "word"), list(cases(2)))
def test_fires(rule: str, form: str, word: str) -> None:
    text = spec(form, word)
    if form == "rule" and word == "a":
        # The key asks for numbers.
        rule = "engine-options"
    assert {finding.level for finding in found(text) if finding.rule.id == rule} - {"low"}


@pytest.mark.parametrize(("rule", "form", "word"), list(cases(3)))
def test_keeps_quiet(rule: str, form: str, word: str) -> None:
    levels = {finding.level for finding in found(spec(form, word)) if finding.rule.id == rule}
    assert levels <= {"low"} if form == "unread" else not levels


def test_annotations_are_read_like_labels() -> None:
    for key in ("labels", "annotations"):
        assert "secret-in-label" in {f.rule.id for f in found(f"{key}: {{api-token: abc}}")}
        assert "secret-in-label" not in {f.rule.id for f in found(f"{key}: {{team: abc}}")}


def test_the_own_folder_read_only_is_none() -> None:
    assert "own-folder" not in {f.rule.id for f in found(bind(".", RO))}
