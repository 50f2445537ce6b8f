#include "api/body.h"
#include "api/bounds.h"
#include "api/change.h"
#include "api/handlers/handlers.h"
#include "api/handlers/views.h"
#include "api/page.h"
#include "base/iban.h"
#include "payloads/bounds.h"
#include "payloads/reader.h"
#include "store/queries/directory.h"

namespace settled::api {

namespace {

using store::AccountRow;
using store::Session;
using store::Step;
using Accounts = std::vector<AccountRow>;

void write_account(wire::JsonWriter& w, const AccountRow& account) {
    w.object().member("id", to_string(account.id)).member("iban", account.iban);
    w.member("sort_code", account.sort_code).member("account_number", account.account_number);
    w.member("name", account.name).member("external_id", account.external_id);
    w.member("bank_account_id", account.bank_account_id);
    w.member("single_use", account.single_use);
    write_time(w, "created_at", account.created_at);
    w.end();
}

std::string shown(const AccountRow& account) {
    wire::JsonWriter w;
    write_account(w, account);
    return std::move(w).text();
}

// A GB IBAN ends in the sort code and the account number; the API shows them next to it.
void set_iban(AccountRow& account, std::string iban) {
    account.iban = std::move(iban);
    account.account_key = account_key(account.iban);
    if (account.iban.starts_with("GB")) {
        account.sort_code = account.iban.substr(8, 6);
        account.account_number = account.iban.substr(14);
    }
}

Result<AccountRow> read_account(const wire::Json& root) {
    constexpr std::size_t bytes_max = payloads::bounds::account_text_bytes_max;
    AccountRow account;
    payloads::Reader in(root);
    const auto iban = in.take("iban", bytes_max, parse_iban);
    const auto sort_code = in.take("sort_code", bytes_max, parse_sort_code);
    const auto number = in.take("account_number", bytes_max, parse_account_number);
    account.name = in.optional_text("name", limits::text_bytes_max);
    account.external_id = in.optional_text("external_id", limits::text_bytes_max);
    account.bank_account_id = in.optional_text("bank_account_id", limits::text_bytes_max);
    account.single_use = in.optional_flag("single_use");
    const bool has_code = in.has("sort_code");
    const bool has_number = in.has("account_number");
    if (!in.has("iban") && !has_code && !has_number)
        in.missing("iban");
    else if (in.has("iban") && (has_code || has_number))
        in.refuse(Code::value_invalid, "iban",
                  "give it or a sort_code and account_number, not both");
    else if (has_code != has_number)
        in.missing(has_code ? "account_number" : "sort_code");
    TRY_VOID(in.finish());
    if (iban) {
        set_iban(account, *iban);
        return account;
    }
    account.sort_code = *sort_code;
    account.account_number = *number;
    account.account_key = account_key(*sort_code, *number);
    return account;
}

// What an account that is registered already has else than this one.
Error conflict_of(const AccountRow& given, const std::optional<AccountRow>& there) {
    Error error{Code::account_conflict, "GET /v1/accounts lists it"};
    if (!there)
        return error;
    error.detail = "it is " + to_string(there->id);
    const auto compare = [&](std::string_view member, bool is_same) {
        if (is_same)
            return;
        error.detail.append(error.problems.empty() ? ", and differs in " : ", ").append(member);
        error.problems.push_back({"/" + std::string(member), Code::account_conflict,
                                  "it is registered with another value"});
    };
    compare("name", given.name == there->name);
    compare("external_id", given.external_id == there->external_id);
    compare("bank_account_id", given.bank_account_id == there->bank_account_id);
    compare("single_use", given.single_use == there->single_use);
    return error;
}

Step<Result<Answer>> create(Session& s, std::shared_ptr<const AccountRow> account) {
    const bool added = co_await store::insert_account(s, *account);
    if (!added) {
        const auto there =
            co_await store::find_account_by_key(s, account->tenant, account->account_key);
        co_return std::unexpected(conflict_of(*account, there));
    }
    co_return Answer{201, shown(*account)};
}

} // namespace

Task<Result<Answer>> create_account(const Core& core, const Call& call) {
    CO_TRY(const auto document, json_body(call.request));
    CO_TRY(AccountRow row, read_account(document.root()));
    row.tenant = call.caller.tenant;
    row.id = core.context.ids.next<AccountId>();
    row.created_at = core.clock.now();
    const auto account = std::make_shared<const AccountRow>(std::move(row));
    co_return co_await change(core, call, [=](Session& s) { return create(s, account); });
}

Task<Result<Answer>> list_accounts(const Core& core, const Call& call) {
    CO_TRY(const Page page, read_page(call.request, AccountIdTag::prefix));
    const TenantId tenant = call.caller.tenant;
    const Result<Accounts> found = co_await core.store.read<Accounts>(
        [=](Session& s) { return store::list_accounts(s, tenant, page.before, page.wanted()); });
    if (!found)
        co_return std::unexpected(found.error());
    co_return page_answer(page, *found, write_account);
}

Task<Result<Answer>> get_account(const Core& core, const Call& call) {
    CO_TRY(const auto id, parse_id<AccountIdTag>(call.id));
    const TenantId tenant = call.caller.tenant;
    const Result<AccountRow> account = co_await find_or_404<AccountRow>(
        core, [=](Session& s) { return store::find_account(s, tenant, id); }, "account");
    if (!account)
        co_return std::unexpected(account.error());
    co_return Answer{200, shown(*account)};
}

} // namespace settled::api
