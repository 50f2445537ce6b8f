#include "sandbox/bank/api/payment_api.h"

#include "sandbox/bank/api/chaps_body.h"
#include "sandbox/bank/api/fps_body.h"
#include "sandbox/base/handler.h"
#include "sandbox/base/uuid.h"
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

namespace {

net::Response refused(std::string_view member, const Error& error) {
    FieldErrors errors;
    errors.status_as_text();
    errors.add(std::string(member), error.detail);
    return errors.answer();
}

net::Response payment_created(std::string_view id) {
    wire::JsonWriter writer;
    writer.object().member("paymentId", id).end();
    return json_answer(202, std::move(writer).text());
}

} // namespace

net::Response initiate_chaps(Payments& payments, const std::string& source_iban,
                             const net::Request& request) {
    const auto instruction = read_chaps_body(request.body, source_iban);
    if (!instruction)
        return instruction.error().answer();
    const Result<std::string> id = payments.instruct_chaps(*instruction, sent_request_id(request));
    return id ? payment_created(*id) : refused("$", id.error());
}

net::Response return_chaps(Payments& payments, Rng& rng, const net::Request& request) {
    const auto instruction = read_chaps_return_body(request.body);
    if (!instruction)
        return instruction.error().answer();
    const Result<> taken = payments.return_inbound(*instruction, sent_request_id(request));
    return taken ? payment_created(make_uuid(rng)) : refused("paymentId", taken.error());
}

net::Response return_bacs(BacsDesk& bacs, const net::Request& request) {
    constexpr std::size_t returns_max = 100;
    constexpr std::string_view reasons = "0235BC";
    const Result<wire::JsonDocument> document = wire::JsonDocument::parse(request.body);
    FieldErrors errors;
    if (!document || !document->root().is_object()) {
        errors.add("$", "The body must be a JSON object.");
        return errors.answer();
    }
    const BodyPart root(document->root(), {}, errors);
    for (const BodyPart& part : root.parts("returns", returns_max)) {
        const std::string id = part.text("transactionId", {36, 36});
        const std::string reason = part.text("reasonCode", {1, 1});
        if (!reason.empty() && !reasons.contains(reason[0]))
            part.refuse("reasonCode", "The reason is not known.");
        if (!errors.empty())
            continue;
        if (const Result<> taken = bacs.return_credit(id, reason); !taken)
            part.refuse("transactionId", taken.error().detail);
    }
    return errors.empty() ? empty_answer(202) : errors.answer();
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
