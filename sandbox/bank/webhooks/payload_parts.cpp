#include "sandbox/bank/webhooks/payload_parts.h"

#include <algorithm>

namespace settled::sandbox {

namespace {

bool is_digits(std::string_view account) {
    return !account.empty() &&
           std::ranges::all_of(account, [](char c) { return c >= '0' && c <= '9'; });
}

} // namespace

std::string bban_of(std::string_view iban) {
    return iban.size() > 4 ? std::string(iban.substr(4)) : std::string();
}

void write_ids(wire::JsonWriter& writer, std::string_view account) {
    if (is_digits(account))
        writer.member("BBAN", account);
    else
        writer.member("IBAN", account).member("BBAN", bban_of(account));
}

void write_settled_account(wire::JsonWriter& writer, std::string_view key, std::string_view account,
                           std::string_view name, std::string_view institution) {
    writer.key(key).object();
    write_ids(writer, account);
    writer.member("OwnerName", name).member("TransactionOwnerName", name);
    writer.member("InstitutionName", institution);
    writer.end();
}

void write_account_ids(wire::JsonWriter& writer, std::string_view key, std::string_view account) {
    writer.key(key).object();
    write_ids(writer, account);
    writer.end();
}

void write_named(wire::JsonWriter& writer, std::string_view name, std::string_view value) {
    writer.object().member("Name", name).member("Value", value).end();
}

} // namespace settled::sandbox
