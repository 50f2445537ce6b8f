#include "app/api_answer.h"

#include "app/commands.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace settled::app {

std::string text_at(const wire::Json& value, std::string_view path) {
    std::optional<wire::Json> at = value;
    while (at && !path.empty()) {
        const std::string_view name = path.substr(0, path.find('.'));
        path.remove_prefix(std::min(path.size(), name.size() + 1));
        at = at->member(name);
    }
    if (!at || at->is_null())
        return {};
    return at->is_string() ? std::string(*at->string()) : std::string(at->raw());
}

std::string Answered::at(std::string_view path) const {
    return text_at(root(), path);
}

std::int64_t Answered::integer(std::string_view path) const {
    const std::string text = at(path);
    std::int64_t number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
}

Result<Answered> ask(ApiSession& session, const ApiCall& call) {
    TRY(net::Response response, session.call(call));
    auto document = wire::JsonDocument::parse(response.body);
    const bool good = response.status >= 200 && response.status < 300;
    if (good && document)
        return Answered(std::move(response.body), *std::move(document));
    if (!document)
        return fail(Code::reply_malformed, fmt::format("the server answered {}", response.status));
    const wire::Json problem = document->root();
    fmt::print(stderr, "settled: {} ({})\n", text_at(problem, "title"), text_at(problem, "code"));
    if (const std::string detail = text_at(problem, "detail"); !detail.empty())
        fmt::print(stderr, "  {}\n", detail);
    return fail(Code::value_invalid);
}

int report_unless_told(const Error& error) {
    if (error.code == Code::value_invalid && error.detail.empty())
        return 1;
    return report(error);
}

} // namespace settled::app
