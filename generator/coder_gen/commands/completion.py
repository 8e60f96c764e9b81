"""``coder-gen completion``: completion scripts for shells."""

from __future__ import annotations

import click


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print shell completion for bash, zsh or fish.

    \b
    bash:  coder-gen completion bash > ~/.local/share/bash-completion/completions/coder-gen
    zsh:   coder-gen completion zsh > ~/.zfunc/_coder-gen
    fish:  coder-gen completion fish > ~/.config/fish/completions/coder-gen.fish
    """
    from click.shell_completion import get_completion_class

    from coder_gen.commands.common.messages import write_stdout

    found = get_completion_class(shell)
    assert found is not None
    root = click.get_current_context().find_root().command
    write_stdout(found(root, {}, "coder-gen", "_CODER_GEN_COMPLETE").source())
