#include "units/links/bank_accounts.h"

#include "base/iban.h"
#include "store/queries/directory.h"
#include "units/calls/ask_again.h"
#include "units/calls/derived_ids.h"
#include "units/calls/make_call.h"
#include "units/links/link.h"

#include <charconv>

namespace settled::units {

namespace {

using domain::CallPurpose;
using store::Session;
using store::Step;

Step<> ask(Session& s, const UnitScope& work, const Bank& bank, domain::CallRequest request,
           std::string_view number) {
    NewCall call;
    call.connector = bank.id;
    call.request_id = work.context.derived_ids->request_id(
        work.tenant, bank.name, token(request.purpose), {std::to_string(work.now.us), number});
    call.request = std::move(request);
    call.due_at = work.now;
    (void)co_await make_call(s, work, call);
}

Step<> keep(Session& s, const UnitScope& work, std::string iban, std::string name,
            std::string external_id, std::string bank_id) {
    if (iban.empty())
        co_return;
    store::AccountRow row;
    row.tenant = work.tenant;
    row.id = work.context.ids.next<AccountId>();
    row.account_key = account_key(iban);
    row.iban = std::move(iban);
    row.name = std::move(name);
    row.external_id = std::move(external_id);
    row.bank_account_id = std::move(bank_id);
    row.created_at = work.now;
    (void)co_await store::insert_account(s, row); // known already: nothing to do
}

// False: the reply cannot be read.
Step<bool> read_own_account(Session& s, const UnitScope& work, const domain::CallReply& reply) {
    const auto account = connectors::clearbank::read_account(reply.body);
    if (!account)
        co_return false;
    co_await keep(s, work, account->iban, account->name, "", account->id);
    co_return true;
}

Step<bool> read_page(Session& s, const UnitScope& work, const Bank& bank,
                     const store::CallRow& call, const domain::CallReply& reply) {
    const auto page = connectors::clearbank::read_accounts(reply.body);
    if (!page)
        co_return false;
    for (const auto& account : page->accounts)
        if (account.is_enabled)
            co_await keep_account(s, work, account);
    const std::size_t number = page_of(call) + 1;
    if (page->size() >= static_cast<std::size_t>(accounts_per_page))
        co_await ask(s, work, bank,
                     connectors::clearbank::list_accounts_request(bank.settings.institution_account,
                                                                  static_cast<std::int64_t>(number),
                                                                  accounts_per_page),
                     std::to_string(number));
    co_return true;
}

} // namespace

std::size_t page_of(const store::CallRow& call) {
    constexpr std::string_view name = "pageNumber=";
    const std::string& target = call.request.target;
    const std::size_t at = target.find(name);
    std::size_t page = 1;
    if (at != target.npos)
        std::from_chars(target.data() + at + name.size(), target.data() + target.size(), page);
    return page;
}

Step<> keep_account(Session& s, const UnitScope& work,
                    const connectors::clearbank::BankAccount& account) {
    co_await keep(s, work, account.iban, account.owner_name, account.external_id, account.id);
}

Step<> list_accounts_of(Session& s, UnitScope work, ConnectorId connector) {
    co_await s.lock({store::Lock::calls(work.tenant, connector)});
    const auto bank = co_await find_bank(s, work.tenant, connector);
    if (bank && is_bank(*bank) && domain::makes_calls(bank->settings))
        co_await list_bank_accounts(s, work, *bank);
}

Step<> list_bank_accounts(Session& s, const UnitScope& work, const Bank& bank) {
    const std::string& institution = bank.settings.institution_account;
    co_await ask(s, work, bank, connectors::clearbank::find_account_request(institution), "real");
    co_await ask(s, work, bank,
                 connectors::clearbank::list_accounts_request(institution, 1, accounts_per_page),
                 "1");
}

Step<> read_bank_accounts(Session& s, const UnitScope& work, const Bank& bank,
                          const store::CallRow& call,
                          const std::optional<domain::CallReply>& reply) {
    bool is_read = false;
    if (reply && call.purpose == CallPurpose::find_account)
        is_read = co_await read_own_account(s, work, *reply);
    else if (reply)
        is_read = co_await read_page(s, work, bank, call, *reply);
    if (!is_read)
        co_await ask_again(s, work, bank.name, call);
}

} // namespace settled::units
