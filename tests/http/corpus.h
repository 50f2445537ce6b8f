// The cases of this folder's text files; their form is told in README.md.
#pragma once

#include <string>
#include <vector>

namespace settled::net::corpus {

struct Answer {
    int status = 0;
    std::string code; // of a refusal; empty for an answer of the handler
    std::string seen; // "METHOD path body", empty for a refusal
};

enum class Ending { keep, close, half_close };

struct Case {
    std::string name; // "file.rule"
    std::string bytes;
    std::vector<Answer> answers;
    Ending ending = Ending::keep;
};

// Throws std::runtime_error naming the file and line of what it cannot read.
std::vector<Case> read_folder(const std::string& folder);

} // namespace settled::net::corpus
