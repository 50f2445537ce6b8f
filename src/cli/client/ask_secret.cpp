#include "cli/client/ask_secret.h"

#include <fmt/format.h>

#include <termios.h>
#include <unistd.h>

#include <cstdio>
#include <iostream>
#include <string>

namespace settled::cli {

namespace {

// The terminal does not show what is typed while this lives.
class Unseen {
  public:
    Unseen() {
        if (::tcgetattr(STDIN_FILENO, &before_) != 0)
            return;
        termios quiet = before_;
        quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        is_set_ = ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet) == 0;
    }
    Unseen(const Unseen&) = delete;
    Unseen& operator=(const Unseen&) = delete;
    ~Unseen() {
        if (is_set_)
            ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
    }

  private:
    termios before_{};
    bool is_set_ = false;
};

Result<Secret> line() {
    std::string text;
    if (!std::getline(std::cin, text) || text.empty())
        return fail(Code::value_invalid, "nothing was typed");
    return Secret(std::move(text));
}

Result<Secret> typed(std::string_view prompt) {
    fmt::print(stderr, "{}: ", prompt);
    std::fflush(stderr);
    Result<Secret> secret = [] {
        const Unseen unseen;
        return line();
    }();
    fmt::print(stderr, "\n");
    return secret;
}

} // namespace

Result<Secret> ask_secret(std::string_view what) {
    if (::isatty(STDIN_FILENO) == 0)
        return line();
    TRY(Secret first, typed(what));
    TRY(const Secret again, typed(fmt::format("{} again", what)));
    if (first.reveal() != again.reveal()) // both are the same person's
        return fail(Code::value_invalid, "the two are not the same");
    return first;
}

} // namespace settled::cli
