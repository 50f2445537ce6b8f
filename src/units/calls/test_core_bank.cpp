#include "units/calls/test_core_bank.h"

#include "base/assert.h"
#include "connectors/mambu/setup.h"
#include "units/calls/derived_ids.h"
#include "units/calls/make_call.h"

namespace settled::units {

namespace {

namespace mambu = connectors::mambu;
using store::Session;
using store::Step;

Step<CallId> ask(Session& s, const UnitScope& work, const Bank& bank, domain::CallRequest request) {
    const std::string number = std::to_string(work.context.ids.next<CallId>().value);
    NewCall call;
    call.connector = bank.id;
    call.request_id = work.context.derived_ids->request_id(work.tenant, bank.name,
                                                           token(request.purpose), {number});
    call.request = std::move(request);
    call.due_at = work.now;
    const auto made = co_await make_call(s, work, call);
    SETTLED_ASSERT(made.has_value(), "the number of a new call is in no other request id");
    co_return *made;
}

// All that is missing, in one line.
std::string missing_text(const Bank& bank, const domain::CallRequest& request,
                         std::string_view body) {
    const auto settings = mambu::parse_settings(bank.settings.core_bank);
    if (!settings)
        return "the settings of the connector cannot be read";
    const auto missing = mambu::missing_in(request, body, *settings);
    if (!missing)
        return missing.error().detail;
    std::string text;
    for (const std::string& each : *missing)
        text.append(text.empty() ? "" : "; ").append(each);
    return text;
}

} // namespace

Step<std::vector<CallId>> test_core_bank(Session& s, const UnitScope& work, const Bank& bank) {
    std::vector<CallId> calls;
    calls.push_back(co_await ask(s, work, bank, mambu::find_organisation_request()));
    calls.push_back(co_await ask(s, work, bank, mambu::find_channels_request()));
    calls.push_back(co_await ask(s, work, bank, mambu::find_loan_fields_request()));
    calls.push_back(co_await ask(s, work, bank, mambu::find_transaction_fields_request()));
    co_return calls;
}

Step<> read_core_setup(Session& s, const Bank& bank, const store::CallRow& call,
                       const domain::ReplyVerdict& verdict,
                       const std::optional<domain::CallReply>& reply) {
    if (verdict.reply != domain::ReplyClass::taken || !reply)
        co_return;
    store::CallRow found = call;
    found.reason = missing_text(bank, call.request, reply->body);
    co_await store::update_call(s, found);
}

} // namespace settled::units
