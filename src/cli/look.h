// What the terminal behind a stream can do, and what its user asks for.
//
// NO_COLOR (https://no-color.org) and TERM=dumb turn colours off; a locale that says it is not
// UTF-8 turns ✓ and ─ into "ok" and "-".
#pragma once

#include <cstddef>
#include <cstdio>

namespace settled::cli {

struct Look {
    bool live = false;    // lines may be drawn again: a progress bar moves
    bool colours = false; // escape codes
    bool unicode = false;
    std::size_t width = 80;

    // What the file descriptor behind `out` can do, and what the environment asks for.
    static Look of(std::FILE* out);
};

} // namespace settled::cli
