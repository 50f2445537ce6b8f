// An institution that pays, and what its tests read from answers and webhooks.
#pragma once

#include "sandbox/bank/api/institution_test.h"

#include <string>
#include <string_view>
#include <vector>

namespace settled::sandbox {

class PaymentsTest : public Institution {
  protected:
    std::string real_iban() { return sandbox_->accounts().real_account_iban(); }
    net::Reply pay(const std::vector<Transfer>& transfers, const std::string& request_id = {}) {
        return post("/v3/payments/fps", fps_body(real_iban(), transfers), request_id);
    }
    void rules(const std::string& list) {
        control("PUT", "/bank/payment-rules", R"({"rules":[)" + list + "]}");
    }
    std::string open_account(const std::string& external_id) {
        const auto opened = sandbox_->accounts().open({"Joe Brown", "", external_id});
        EXPECT_TRUE(opened);
        return opened ? (*opened)->iban : std::string();
    }
    // The last of so many webhooks of the type.
    wire::JsonDocument webhook_number(std::size_t count, std::string_view type) {
        auto all = await_webhooks(type, count);
        return std::move(all.at(count - 1));
    }
    std::string state_of(const std::string& id) {
        const Booking* const booking = sandbox_->ledger().payment_out(id);
        return booking == nullptr ? "none" : std::string(token(booking->state));
    }
};

inline std::vector<std::string> responses(const net::Reply& reply) {
    std::vector<std::string> words;
    const wire::JsonDocument answer = parsed(reply.body);
    const auto list = answer.root().member("transactions");
    for (std::size_t i = 0; list && i < list->size(); ++i)
        words.emplace_back(*list->at(i).member("response")->string());
    return words;
}

inline std::string supplement(const wire::JsonDocument& payload, std::string_view name) {
    const auto list = payload.root().member("SupplementaryData");
    for (std::size_t i = 0; list && i < list->size(); ++i)
        if (list->at(i).member("Name")->string() == name)
            return std::string(*list->at(i).member("Value")->string());
    return {};
}

inline std::string only_reason(const wire::JsonDocument& payload, std::string_view list) {
    const auto failures = payload.root().member(list);
    EXPECT_TRUE(failures && failures->size() == 1);
    return failures ? std::string(*failures->at(0).member("Reasons")->at(0).string())
                    : std::string();
}

} // namespace settled::sandbox
