#include "cli/printer.h"

#include "cli/command.h"
#include "cli/json_text.h"
#include "wire/json_writer.h"

#include <fmt/format.h>

#include <unistd.h>

namespace settled::cli {

namespace {

void print_json(std::FILE* out, std::string_view json) {
    fmt::print(out, "{}\n", ::isatty(::fileno(out)) != 0 ? indented(json) : std::string(json));
}

std::string document_of(const Error& error) {
    const CodeInfo& code = info(error.code);
    wire::JsonWriter w;
    w.object().member("type", fmt::format("urn:settled:problem:{}", code.token));
    w.member("title", code.title).member("status", code.http_status);
    w.member("detail", error.detail.empty() ? code.title : std::string_view(error.detail));
    w.member("code", code.token);
    if (!error.problems.empty()) {
        w.key("errors").array();
        for (const Problem& problem : error.problems) {
            w.object().member("pointer", problem.pointer);
            w.member("code", info(problem.code).token).member("detail", problem.detail).end();
        }
        w.end();
    }
    w.end();
    return std::move(w).text();
}

// One of several.
void print_error(const std::string& pointer, const std::string& detail, std::string_view code) {
    fmt::print(stderr, "    {:<28} {} ({})\n", safe(pointer), safe(detail), code);
}

void print_errors(const wire::Json& problem) {
    const auto errors = problem.member("errors");
    for (std::size_t i = 0; errors && errors->size() > 1 && i < errors->size(); ++i) {
        const wire::Json error = errors->at(i);
        print_error(text_at(error, "pointer"), text_at(error, "detail"),
                    safe(text_at(error, "code")));
    }
}

} // namespace

void Printer::text(std::string_view text) const {
    fmt::print("{}", text);
}

void Printer::sentence(std::string_view text) const {
    fmt::print("{}\n", text);
}

void Printer::json(std::string_view json) const {
    print_json(stdout, json);
}

int Printer::problem(const Error& error) const {
    std::fflush(stdout);
    if (is_json()) {
        print_json(stderr, document_of(error));
        return exit_failed;
    }
    fmt::print(stderr, "settled: {} ({})\n", info(error.code).title, info(error.code).token);
    if (!error.detail.empty())
        fmt::print(stderr, "  {}\n", safe(error.detail));
    for (const Problem& problem : error.problems)
        if (error.problems.size() > 1)
            print_error(problem.pointer, problem.detail, info(problem.code).token);
    return exit_failed;
}

int Printer::problem(const net::Response& refusal) const {
    const auto document = wire::JsonDocument::parse(refusal.body);
    if (!document || text_at(document->root(), "code").empty())
        return problem(
            Error{Code::reply_malformed, fmt::format("the server answered {}", refusal.status)});
    std::fflush(stdout);
    if (is_json()) {
        print_json(stderr, refusal.body);
        return exit_failed;
    }
    const wire::Json root = document->root();
    fmt::print(stderr, "settled: {} ({})\n", safe(text_at(root, "title")),
               safe(text_at(root, "code")));
    if (const std::string detail = text_at(root, "detail");
        !detail.empty() && detail != text_at(root, "title"))
        fmt::print(stderr, "  {}\n", safe(detail));
    print_errors(root);
    return exit_failed;
}

} // namespace settled::cli
