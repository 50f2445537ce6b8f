#include "statements/day_books.h"

#include <array>
#include <map>
#include <tuple>

namespace settled::statements {

namespace {

bool is_credit(Flow flow) {
    return flow == Flow::paid_in || flow == Flow::came_back;
}

// Lines of both sides under one key.
struct Bucket {
    std::vector<std::size_t> bank, own;
};

class LinePairer {
  public:
    LinePairer(std::span<const BankLine> bank, std::span<const OwnLine> own)
        : bank_(bank), own_(own), result_(bank.size(), no_line), taken_(own.size()) {}

    std::vector<std::size_t> run() {
        std::map<std::tuple<bool, std::string>, Bucket> by_id;
        for (std::size_t i = 0; i < own_.size(); ++i)
            if (!own_[i].transaction_id.empty())
                by_id[{is_credit(own_[i].flow), own_[i].transaction_id}].own.push_back(i);
        for (std::size_t i = 0; i < bank_.size(); ++i)
            for (const std::string& id : bank_[i].ids)
                if (const auto found = by_id.find({bank_[i].credit, id}); found != by_id.end())
                    found->second.bank.push_back(i);
        for (const auto& [key, bucket] : by_id)
            join(bucket);
        std::map<std::tuple<bool, std::string, std::int64_t>, Bucket> by_end_to_end_id;
        for (std::size_t i = 0; i < own_.size(); ++i)
            if (!taken_[i] && !own_[i].end_to_end_id.empty())
                by_end_to_end_id[{is_credit(own_[i].flow), own_[i].end_to_end_id, own_[i].minor}]
                    .own.push_back(i);
        for (std::size_t i = 0; i < bank_.size(); ++i)
            if (result_[i] == no_line && !bank_[i].end_to_end_id.empty())
                by_end_to_end_id[{bank_[i].credit, bank_[i].end_to_end_id, bank_[i].minor}]
                    .bank.push_back(i);
        for (const auto& [key, bucket] : by_end_to_end_id)
            join(bucket);
        return std::move(result_);
    }

  private:
    // One and one; several are not guessed at.
    void join(const Bucket& bucket) {
        if (bucket.bank.size() != 1 || bucket.own.size() != 1 ||
            result_[bucket.bank.front()] != no_line || taken_[bucket.own.front()])
            return;
        result_[bucket.bank.front()] = bucket.own.front();
        taken_[bucket.own.front()] = true;
    }

    std::span<const BankLine> bank_;
    std::span<const OwnLine> own_;
    std::vector<std::size_t> result_;
    std::vector<bool> taken_;
};

} // namespace

std::string_view token(Flow flow) {
    static constexpr std::array<std::string_view, 4> tokens{"paid_in", "paid_out", "came_back",
                                                            "was_returned"};
    return tokens[static_cast<std::size_t>(flow)];
}

Flow flow_of(bool credit, bool is_return) {
    if (credit)
        return is_return ? Flow::came_back : Flow::paid_in;
    return is_return ? Flow::was_returned : Flow::paid_out;
}

std::vector<std::size_t> pair_lines(std::span<const BankLine> bank, std::span<const OwnLine> own) {
    return LinePairer(bank, own).run();
}

std::string_view token(DayGap gap) {
    static constexpr std::array<std::string_view, 10> tokens{"no_statement",
                                                             "not_reconciled",
                                                             "lacks_pages",
                                                             "wrong_balance",
                                                             "missing_here",
                                                             "missing_at_bank",
                                                             "amount_differs",
                                                             "ambiguous",
                                                             "order_without_settlement",
                                                             "return_without_settlement"};
    return tokens[static_cast<std::size_t>(gap)];
}

std::string_view cause_of(DayGap gap, Flow flow) {
    switch (gap) {
    case DayGap::no_statement:
        return "No statement of the account that covers the day is here.";
    case DayGap::not_reconciled:
        return "A statement of the day was stored and not yet compared with the settlements.";
    case DayGap::lacks_pages:
        return "A page of the day's statement is not here, and what stands on it is not known.";
    case DayGap::wrong_balance:
        return "The statement's entries do not make its closing balance: it is not complete, or "
               "the bank is wrong.";
    case DayGap::missing_here:
        switch (flow) {
        case Flow::paid_in:
            return "The bank booked a credit that no webhook reported.";
        case Flow::paid_out:
            return "The bank booked a debit that no webhook reported: a payment that was made "
                   "elsewhere, a fee, a direct debit, or a lost webhook.";
        case Flow::came_back:
            return "The bank booked the return of a payment of ours that no webhook reported.";
        case Flow::was_returned:
            return "The bank booked money as sent back that no webhook reported.";
        }
        return "";
    case DayGap::missing_at_bank:
        return "A webhook reported it, and no statement shows it: the bank books it on another day "
               "or another account, or took it back.";
    case DayGap::amount_differs:
        return "The ids are the same and the amounts are not.";
    case DayGap::ambiguous:
        return "Several settlements would fit the entry, and nothing decides between them.";
    case DayGap::order_without_settlement:
        return "The bank has not said what became of the order.";
    case DayGap::return_without_settlement:
        return "The bank has not said what became of the return.";
    }
    return "";
}

std::string_view advice_for(DayGap gap, Flow flow) {
    switch (gap) {
    case DayGap::no_statement:
        return "Request it from the bank (settled statements request), or import the bank's file "
               "(settled import).";
    case DayGap::not_reconciled:
        return "Import the statement again: it is compared and nothing else changes.";
    case DayGap::lacks_pages:
        return "Import the missing page.";
    case DayGap::wrong_balance:
        return "Ask the bank for the statement again, and compare it with this one.";
    case DayGap::missing_here:
        return flow == Flow::paid_out
                   ? "Find out who made the payment; ask the bank to send its webhook again."
                   : "Ask the bank to send the webhook again, or fetch the bank's transactions "
                     "(settled catch-up).";
    case DayGap::missing_at_bank:
        return "Look at the statement of the next bank day; if it is not there either, ask the "
               "bank.";
    case DayGap::amount_differs:
        return "Ask the bank which amount is right; charges may explain the difference.";
    case DayGap::ambiguous:
        return "Compare the entry with the settlements of its amount by hand.";
    case DayGap::order_without_settlement:
        return "Look at the order (settled orders show). Never pay it in another way while it is "
               "open.";
    case DayGap::return_without_settlement:
        return "Look at the return (settled returns show).";
    }
    return "";
}

} // namespace settled::statements
