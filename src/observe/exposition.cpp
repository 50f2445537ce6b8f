#include "observe/exposition.h"

namespace settled::observe {

namespace {

// In quotes if it is a label's value.
std::string escaped(std::string_view text, bool is_quoted) {
    std::string out;
    for (const char c : text) {
        if (c == '\\')
            out += "\\\\";
        else if (c == '\n')
            out += "\\n";
        else if (c == '"' && is_quoted)
            out += "\\\"";
        else
            out += c;
    }
    return out;
}

} // namespace

void Exposition::gauge(std::string_view name, std::string_view help) {
    name_ = name;
    text_.append("# HELP ").append(name).append(" ").append(escaped(help, false)).append("\n");
    text_.append("# TYPE ").append(name).append(" gauge\n");
}

void Exposition::sample(const Labels& labels, std::string_view number) {
    text_ += name_;
    char before = '{';
    for (const auto& [label, value] : labels) {
        text_.append(1, before)
            .append(label)
            .append("=\"")
            .append(escaped(value, true))
            .append("\"");
        before = ',';
    }
    text_.append(labels.empty() ? " " : "} ").append(number).append("\n");
}

void Exposition::sample(const Labels& labels, std::int64_t number) {
    sample(labels, std::to_string(number));
}

} // namespace settled::observe
