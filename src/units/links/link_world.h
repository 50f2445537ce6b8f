// A bank that is asked to open an account for a loan, for tests of links.
#pragma once

#include "units/orders/bank_world.h"

#include <fmt/format.h>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace settled::units::testing {

inline constexpr std::string_view iban_of_link = "GB58CLRB04040009547509";

class LinkWorld : public BankWorld {
  public:
    LinkWorld() { ask(); }
    void ask() {
        const auto request = std::make_shared<const LinkRequest>(tenant, "", "clearbank", "",
                                                                 "LN-1", "Ann Lee", "", now());
        id = write<Result<LinkAnswer>>(
                 [&](store::Session& s) { return register_link(s, context(), request); })
                 .value()
                 .link.id;
    }
    Result<LinkAnswer> disable() {
        return write<Result<LinkAnswer>>(
            [&](store::Session& s) { return disable_link(s, context(), tenant, id, now()); });
    }
    store::LinkRow row() {
        return read<std::optional<store::LinkRow>>(
                   [&](store::Session& s) { return store::find_link(s, tenant, id); })
            .value();
    }
    domain::LinkStatus status() { return row().status; }
    domain::AccountOpenedFact opened() {
        domain::AccountOpenedFact fact;
        fact.external_id = row().external_id;
        fact.bank_account_id = "va-1";
        fact.account = party(iban_of_link);
        return fact;
    }
    // The bank takes the call and says that the account is open.
    void open() {
        reply(take_one(), 202, "{}");
        tell("opened", opened());
    }
    // The bank's list with the account as it is there now.
    std::string list_with(std::string_view account_status) {
        return fmt::format(R"({{"accounts":[{{"id":"va-1","status":"{}","accountIdentifier":)"
                           R"({{"iban":"{}","externalIdentifier":"{}"}}}}]}})",
                           account_status, iban_of_link, row().external_id);
    }
    std::string list_with_account() { return list_with("Enabled"); }
    // For so long the bank replies so to every call; nullopt: all replies are lost.
    void run(std::chrono::minutes time, const std::optional<domain::CallReply>& replied) {
        for (std::chrono::minutes passed{0}; passed < time; passed += std::chrono::minutes(1)) {
            for (const CallToSend& call : take())
                end(call, replied);
            pass(std::chrono::seconds(60));
        }
    }
    // The same, with its list to all calls but those that open or close an account.
    void run(std::chrono::minutes time, const std::optional<domain::CallReply>& to_changes,
             const std::string& list) {
        for (std::chrono::minutes passed{0}; passed < time; passed += std::chrono::minutes(1)) {
            for (const CallToSend& call : take())
                if (call.request.purpose == domain::CallPurpose::list_accounts)
                    reply(call, 200, list);
                else
                    end(call, to_changes);
            pass(std::chrono::seconds(60));
        }
    }
    static domain::CallReply shown(std::string body) {
        return {200, std::move(body), std::nullopt};
    }

    LinkId id;
};

} // namespace settled::units::testing
