#include "corpus.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string_view>

namespace settled::net::corpus {

namespace {

[[noreturn]] void wrong(const std::string& where, std::string_view what) {
    throw std::runtime_error(where + ": " + std::string(what));
}

// One escape, `text` standing behind its backslash; what it stands for is appended.
void unescape(std::string_view& text, std::string& out, const std::string& where);

std::string unescape_all(std::string_view text, const std::string& where) {
    std::string out;
    while (!text.empty()) {
        const char c = text.front();
        text.remove_prefix(1);
        if (c == '\\') {
            unescape(text, out, where);
        } else {
            out += c;
        }
    }
    return out;
}

void repeat(std::string_view& text, std::string& out, const std::string& where) {
    const std::size_t space = text.find(' ');
    const std::size_t close = text.find('}');
    if (space == std::string_view::npos || close == std::string_view::npos || space > close) {
        wrong(where, "a repetition is \\{N text}");
    }
    const auto times = std::stoul(std::string(text.substr(0, space)));
    const std::string piece = unescape_all(text.substr(space + 1, close - space - 1), where);
    for (unsigned long i = 0; i < times; ++i) {
        out += piece;
    }
    text.remove_prefix(close + 1);
}

void unescape(std::string_view& text, std::string& out, const std::string& where) {
    if (text.empty()) {
        wrong(where, "a backslash at the end");
    }
    const char c = text.front();
    text.remove_prefix(1);
    switch (c) {
    case 'r':
        out += '\r';
        return;
    case 'n':
        out += '\n';
        return;
    case 't':
        out += '\t';
        return;
    case 's':
        out += ' ';
        return;
    case '0':
        out += '\0';
        return;
    case '\\':
        out += '\\';
        return;
    case 'x':
        out += static_cast<char>(std::stoi(std::string(text.substr(0, 2)), nullptr, 16));
        text.remove_prefix(2);
        return;
    case '{':
        repeat(text, out, where);
        return;
    default:
        wrong(where, "an unknown escape");
    }
}

void read_line(std::string_view line, Case& at, const std::string& where) {
    if (line.starts_with("> ")) {
        at.bytes += unescape_all(line.substr(2), where);
    } else if (line.starts_with("= ")) {
        Answer answer{.status = std::stoi(std::string(line.substr(2, 3))), .code = {}, .seen = {}};
        answer.code = line.size() > 6 ? line.substr(6) : std::string_view();
        at.answers.push_back(std::move(answer));
    } else if (line.starts_with("~ ") && !at.answers.empty()) {
        at.answers.back().seen = unescape_all(line.substr(2), where);
    } else if (line == "keep" || line == "close" || line == "end") {
        at.ending = line == "keep"    ? Ending::keep
                    : line == "close" ? Ending::close
                                      : Ending::half_close;
    } else {
        wrong(where, "a line that means nothing");
    }
}

void read_file(const std::filesystem::path& path, std::vector<Case>& into) {
    std::ifstream file(path);
    std::string line;
    bool in_case = false;
    for (int number = 1; std::getline(file, line); ++number) {
        const std::string where = path.filename().string() + ":" + std::to_string(number);
        if (line.empty() || line.starts_with('#')) {
            continue;
        }
        if (line.starts_with('[') && line.ends_with(']')) {
            into.push_back({.name = path.stem().string() + "." + line.substr(1, line.size() - 2),
                            .bytes = {},
                            .answers = {}});
            in_case = true;
        } else if (in_case) {
            read_line(line, into.back(), where);
        } else {
            wrong(where, "a line before the first case");
        }
    }
}

} // namespace

std::vector<Case> read_folder(const std::string& folder) {
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        if (entry.path().extension() == ".txt" && entry.path().filename() != "CMakeLists.txt") {
            files.push_back(entry.path());
        }
    }
    std::ranges::sort(files);
    std::vector<Case> cases;
    for (const auto& file : files) {
        read_file(file, cases);
    }
    return cases;
}

} // namespace settled::net::corpus
