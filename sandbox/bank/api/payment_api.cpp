#include "sandbox/bank/api/payment_api.h"

#include "sandbox/bank/api/fps_body.h"
#include "sandbox/base/handler.h"
#include "wire/json_writer.h"

#include <algorithm>

namespace settled::sandbox {

namespace {

std::string sent_request_id(const net::Request& request) {
    return std::string(request.fields.find("X-Request-Id").value_or(std::string_view()));
}

} // namespace

net::Response initiate_fps(Payments& payments, const net::Request& request) {
    const auto instructions = read_fps_body(request.body);
    if (!instructions)
        return instructions.error().answer();
    const std::vector<Payments::ItemResult> results =
        payments.instruct(*instructions, sent_request_id(request));
    wire::JsonWriter writer;
    writer.object().key("transactions").array();
    for (const Payments::ItemResult& result : results) {
        writer.object().member("endToEndIdentification", result.end_to_end_id);
        writer.member("response", result.response).end();
    }
    writer.end().key("halLinks").array().end().end();
    const bool any = std::ranges::any_of(results, &Payments::ItemResult::is_accepted);
    return json_answer(any ? 202 : 400, std::move(writer).text());
}

net::Response return_fps(Payments& payments, const net::Request& request) {
    const auto instruction = read_fps_return_body(request.body);
    if (!instruction)
        return instruction.error().answer();
    const Result<> taken = payments.return_inbound(*instruction, sent_request_id(request));
    if (taken)
        return empty_answer(202);
    FieldErrors errors;
    errors.add("paymentReturnInstruction.TransactionId", taken.error().detail);
    return errors.answer();
}

} // namespace settled::sandbox
