#include "cli/look.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <string>
#include <string_view>

namespace settled::cli {

namespace {

std::string_view environment(const char* name) {
    const char* const value = std::getenv(name);
    return value == nullptr ? std::string_view() : value;
}

// The locale as the C library would find it. When nothing is said, today's terminals are UTF-8.
bool speaks_utf8() {
    for (const char* const name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
        std::string locale(environment(name));
        if (locale.empty())
            continue;
        std::ranges::transform(locale, locale.begin(), [](char c) {
            return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
        });
        return locale.contains("utf-8") || locale.contains("utf8");
    }
    return true;
}

} // namespace

Look Look::of(std::FILE* out) {
    Look look;
    const int fd = ::fileno(out);
    if (::isatty(fd) == 0)
        return look;
    const std::string_view kind = environment("TERM");
    look.live = kind != "dumb";
    look.colours = look.live && environment("NO_COLOR").empty();
    look.unicode = look.live && kind != "linux" && speaks_utf8();
    winsize size{};
    if (::ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        look.width = size.ws_col;
    return look;
}

} // namespace settled::cli
