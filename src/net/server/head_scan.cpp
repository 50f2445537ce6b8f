#include "net/server/head_scan.h"

namespace settled::net {

Result<> HeadScan::check_line(std::string_view line) {
    if (line.find('\r') != std::string_view::npos || line.find('\0') != std::string_view::npos) {
        return fail(Code::request_malformed, "a header line holds a CR or NUL");
    }
    if (!line.empty() && (line.front() == ' ' || line.front() == '\t')) {
        return fail(Code::request_malformed, "a header line begins with a space (line folding)");
    }
    if (lines_ == 0 && line.empty()) {
        return fail(Code::request_malformed, "the message begins with an empty line");
    }
    if (lines_ == 0 && line.size() > limits_.first_line_bytes_max) {
        return fail(Code::target_too_long);
    }
    if (++lines_ > limits_.fields_max + 1 && !line.empty()) {
        return fail(Code::headers_too_large, "too many header fields");
    }
    return {};
}

Result<std::optional<std::size_t>> HeadScan::scan(std::string_view bytes) {
    while (true) {
        const std::string_view rest = bytes.substr(line_start_);
        const std::size_t end = rest.find('\n');
        if (end == std::string_view::npos) {
            break;
        }
        if (line_start_ + end + 1 > limits_.bytes_max) {
            return fail(Code::headers_too_large);
        }
        if (end == 0 || rest[end - 1] != '\r') {
            return fail(Code::request_malformed, "a line does not end with CRLF");
        }
        const std::string_view line = rest.substr(0, end - 1);
        TRY_VOID(check_line(line));
        line_start_ += end + 1;
        if (line.empty()) {
            return line_start_;
        }
    }
    // A line that is not yet complete: say no as soon as it cannot become good.
    const std::string_view part = bytes.substr(line_start_);
    const std::size_t cr = part.find('\r');
    if (cr != std::string_view::npos && cr + 1 < part.size()) {
        return fail(Code::request_malformed, "a header line holds a CR");
    }
    if (!part.empty() && (part.front() == ' ' || part.front() == '\t')) {
        return fail(Code::request_malformed, "a header line begins with a space (line folding)");
    }
    if (lines_ == 0 && part.size() > limits_.first_line_bytes_max + 1) {
        return fail(Code::target_too_long);
    }
    if (bytes.size() >= limits_.bytes_max) {
        return fail(Code::headers_too_large);
    }
    return std::nullopt;
}

} // namespace settled::net
