// What becomes of payments out and of returns: rules that a test sets, tried in order; the first
// that fits decides. Without one a payment settles at once.
//
// Times are milliseconds. Threads: used on one io_context only.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace settled::sandbox {

enum class Outcome : std::uint8_t {
    settle,
    reject,        // TransactionRejected with the code
    assessment,    // PaymentMessageAssesmentFailed with the text
    validation,    // PaymentMessageValidationFailed with the text
    hold,          // OutboundHeldTransaction; the control API releases or declines
    item_response, // not booked: the item of the answer says the word
    silent,        // it settles and no webhook says so
    pending,       // it stays accepted until the control API settles or rejects it
};
inline constexpr std::size_t outcomes = 8;
std::string_view token(Outcome outcome);

struct Treatment {
    Outcome outcome = Outcome::settle;
    std::string detail;                 // the code, text or word of the outcome
    std::chrono::milliseconds delay{0}; // until the outcome and its webhook
    std::optional<std::chrono::milliseconds> return_after =
        std::nullopt; // once settled, the receiver returns it
    std::string return_code = "AC03";
    std::optional<std::chrono::milliseconds> release_after = std::nullopt; // of what is held
};

// ClearBank's simulation holds payments to a creditor, and from a payer, of this name.
inline constexpr std::string_view held_party_name = "6a41a29eafcf455493";

struct PaymentRule {
    std::string creditor_name;        // empty: any
    std::string end_to_end_id_prefix; // empty: any
    std::optional<std::int64_t> amount_minor;
    bool of_returns = false;     // fits the institution's own returns, else its payments
    std::uint64_t every = 1;     // of those that fit so far, each n-th
    std::uint64_t count_max = 0; // times that it decides; 0: no limit
    Treatment treatment;

    std::uint64_t seen = 0;    // how many fitted
    std::uint64_t decided = 0; // how many it decided
};

class PaymentRules {
  public:
    struct Facts {
        std::string_view creditor_name;
        std::string_view end_to_end_id;
        std::int64_t amount_minor = 0;
        bool is_return = false;
    };
    void set(std::vector<PaymentRule> rules) { rules_ = std::move(rules); }
    const std::vector<PaymentRule>& all() const { return rules_; }
    // Each call counts as one payment.
    Treatment decide(const Facts& facts);

  private:
    std::vector<PaymentRule> rules_;
};

} // namespace settled::sandbox
