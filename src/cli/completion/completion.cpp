#include "cli/completion/completion.h"

#include "cli/completion/scripts.h"

namespace settled::cli {

std::string completion(std::span<const Command> commands, Shell shell) {
    const WhatFollows all = what_follows(commands);
    switch (shell) {
    case Shell::bash:
        return bash_script(all);
    case Shell::zsh:
        return zsh_script(all);
    case Shell::fish:
        break;
    }
    return fish_script(all);
}

} // namespace settled::cli
