#include "sandbox/bank/api/account_api.h"

#include "base/money.h"
#include "sandbox/bank/api/api_paging.h"
#include "sandbox/bank/webhooks/payload_parts.h"
#include "sandbox/base/handler.h"

#include <algorithm>

namespace settled::sandbox {

namespace {

using wire::JsonWriter;

void write_real_account(JsonWriter& writer, const Accounts& accounts, std::int64_t balance_minor) {
    writer.object().member("id", accounts.real_account_id());
    writer.member("name", real_account_name).member("label", real_account_name);
    writer.member("type", "YourFunds").key("currency").array().value("GBP").end();
    writer.key("balances").array().object();
    writer.member("name", "Available");
    writer.key("amount").raw(decimal({balance_minor, *Currency::parse("GBP")}));
    writer.member("currency", "GBP").member("status", "CLBD").end().end();
    writer.member("status", "Enabled").member("statusReason", "NotProvided");
    writer.member("iban", accounts.real_account_iban());
    writer.member("bban", bban_of(accounts.real_account_iban())).end();
}

void write_virtual_account(JsonWriter& writer, const VirtualAccount& account) {
    writer.object().member("id", account.id).member("name", account.owner_name);
    writer.member("label", account.owner_name).member("type", "CACC");
    writer.member("status", account.enabled ? "Enabled" : "Disabled");
    writer.key("currency").array().value("GBP").end();
    writer.member("iban", account.iban).member("bban", account.bban());
    if (!account.external_id.empty())
        writer.member("externalIdentifier", account.external_id);
    writer.end();
}

} // namespace

net::Response show_real_accounts(const Accounts& accounts, std::int64_t balance_minor,
                                 const net::Request& request) {
    const ApiPage page = api_page_of(request);
    JsonWriter writer;
    writer.object().key("accounts").array();
    if (page.number == 1)
        write_real_account(writer, accounts, balance_minor);
    writer.end();
    write_page_links(writer, request, page, false);
    writer.end();
    return json_answer(200, std::move(writer).text());
}

net::Response show_real_account(const Accounts& accounts, std::int64_t balance_minor) {
    JsonWriter writer;
    writer.object().key("account");
    write_real_account(writer, accounts, balance_minor);
    writer.key("halLinks").array().end().end();
    return json_answer(200, std::move(writer).text());
}

net::Response show_virtual_accounts(const Accounts& accounts, const net::Request& request) {
    const ApiPage page = api_page_of(request);
    const std::vector<VirtualAccount>& all = accounts.all();
    const std::size_t end = std::min(page.begin() + page.size, all.size());
    JsonWriter writer;
    writer.object().key("accounts").array();
    for (std::size_t i = page.begin(); i < end; ++i)
        write_virtual_account(writer, all[i]);
    writer.end();
    write_page_links(writer, request, page, end < all.size());
    writer.end();
    return json_answer(200, std::move(writer).text());
}

net::Response show_virtual_account(const Accounts& accounts, const std::string& id) {
    const VirtualAccount* const account = accounts.by_id(id);
    if (account == nullptr)
        return problem(404, "Not Found");
    JsonWriter writer;
    writer.object().key("account");
    write_virtual_account(writer, *account);
    writer.key("halLinks").array().end().end();
    return json_answer(200, std::move(writer).text());
}

} // namespace settled::sandbox
