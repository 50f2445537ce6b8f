#include "units/calls/test_bank.h"

#include "base/assert.h"
#include "connectors/clearbank/accounts.h"
#include "connectors/clearbank/test_call.h"
#include "units/calls/derived_ids.h"
#include "units/calls/make_call.h"

namespace settled::units {

namespace {

store::Step<CallId> ask(store::Session& s, const UnitScope& work, const Bank& bank,
                        domain::CallRequest request) {
    // Each test is a new one: the bank refuses a request id that it knows.
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

} // namespace

store::Step<BankTest> test_bank(store::Session& s, const UnitScope& work, const Bank& bank) {
    BankTest test;
    test.test = co_await ask(s, work, bank,
                             connectors::clearbank::test_request("a test of the connection"));
    test.account = co_await ask(
        s, work, bank,
        connectors::clearbank::find_account_request(bank.settings.institution_account));
    co_return test;
}

} // namespace settled::units
