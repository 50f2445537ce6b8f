#include "sandbox/bank/api/api_faults.h"

#include "sandbox/base/handler.h"
#include "sandbox/bounds.h"

#include <algorithm>

namespace settled::sandbox {

namespace {

bool same_letter(char a, char b) {
    const auto lower = [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    };
    return lower(a) == lower(b);
}

bool begins_with(std::string_view text, std::string_view prefix) {
    return text.size() >= prefix.size() &&
           std::ranges::equal(text.substr(0, prefix.size()), prefix, same_letter);
}

bool fits(const ApiFault& fault, const net::Request& request) {
    return (fault.method.empty() || fault.method == request.method) &&
           begins_with(request.path, fault.path_prefix);
}

bool is_met(ApiFault& fault) {
    ++fault.seen;
    return fault.seen > fault.skip && (fault.seen - fault.skip) % fault.every == 0;
}

net::Response rate_limited(const ApiFault& fault) {
    if (fault.retry_after_s != 0 && !fault.retry_after_in_text)
        return problem(429, "Too Many Requests");
    const std::string seconds = std::to_string(fault.retry_after_s == 0 ? 30 : fault.retry_after_s);
    return json_answer(429,
                       R"({"statusCode":429,"message":"Rate limit is exceeded. Try again in )" +
                           seconds + R"( seconds."})");
}

std::string_view title_of(int status) {
    switch (status) {
    case 401:
        return "Unauthorized";
    case 403:
        return "Forbidden";
    case 404:
        return "Not Found";
    case 422:
        return "Unprocessable Entity";
    case 500:
        return "Internal Server Error";
    case 503:
        return "Service Unavailable";
    default:
        return "The call failed";
    }
}

net::Response answer_with_status(const ApiFault& fault, int status) {
    net::Response response = status == 429   ? rate_limited(fault)
                             : status == 409 ? json_answer(409, R"({"status": 409})")
                                             : problem(status, title_of(status));
    if (fault.body) {
        response.body = *fault.body;
        response.content_type = fault.content_type;
    }
    if (fault.retry_after_s != 0 && !fault.retry_after_in_text)
        response.fields.add("Retry-After", std::to_string(fault.retry_after_s));
    return response;
}

} // namespace

void ApiFaults::add(ApiFault fault) {
    fault.left = fault.count;
    if (fault.left != 0 && faults_.size() < bounds::api_faults_max)
        faults_.push_back(std::move(fault));
}

std::optional<ApiFault> ApiFaults::next(const net::Request& request) {
    for (auto at = faults_.begin(); at != faults_.end(); ++at) {
        if (!fits(*at, request) || !is_met(*at))
            continue;
        ApiFault fault = *at;
        if (--at->left == 0)
            faults_.erase(at);
        return fault;
    }
    return std::nullopt;
}

net::Response faulty_response(const ApiFault& fault, std::optional<net::Response> own) {
    net::Response response;
    if (fault.status != 0 || !own)
        response = answer_with_status(fault, fault.status != 0 ? fault.status : 503);
    else
        response = *std::move(own);
    if (fault.body && fault.status == 0)
        response.body = *fault.body;
    response.cut_after = fault.cut_after;
    response.reset = fault.reset;
    if (fault.hang || (fault.reset && !fault.cut_after))
        response.cut_after = 0;
    return response;
}

} // namespace settled::sandbox
