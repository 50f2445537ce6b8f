#include "app/print.h"

#include "wire/json.h"

#include <fmt/format.h>

#include <unistd.h>

namespace settled::app {

namespace {

void write_indented(std::string& out, const wire::Json& value, std::size_t depth) {
    if ((!value.is_object() && !value.is_array()) || value.size() == 0) {
        out += value.raw();
        return;
    }
    const bool object = value.is_object();
    out += object ? "{\n" : "[\n";
    for (std::size_t i = 0; i < value.size(); ++i) {
        out.append((depth + 1) * 2, ' ');
        if (object)
            out += fmt::format("\"{}\": ", value.name_at(i));
        write_indented(out, value.at(i), depth + 1);
        out += i + 1 < value.size() ? ",\n" : "\n";
    }
    out.append(depth * 2, ' ');
    out += object ? "}" : "]";
}

} // namespace

std::string indented(std::string_view json) {
    const auto document = wire::JsonDocument::parse(json);
    if (!document)
        return std::string(json);
    std::string out;
    write_indented(out, document->root(), 0);
    return out;
}

int call_and_print(const InstallationOptions& options, ApiCall call) {
    const auto config = options.load();
    if (!config)
        return 2;
    const auto answer = call_api(*config, std::move(call));
    if (!answer)
        return report(answer.error());
    const bool good = answer->status >= 200 && answer->status < 300;
    const std::string text =
        ::isatty(good ? STDOUT_FILENO : STDERR_FILENO) != 0 ? indented(answer->body) : answer->body;
    fmt::print(good ? stdout : stderr, "{}\n", text);
    return good ? 0 : 1;
}

} // namespace settled::app
