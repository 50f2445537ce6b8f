// Statements as lines of text, for tests.
#pragma once

#include "statements/reader.h"
#include "statements/summary.h"
#include "wire/time.h"

#include <fmt/format.h>

#include <sstream>
#include <string>

namespace settled::statements::testing {

inline std::string day_text(Instant at) {
    return wire::to_rfc3339(at).substr(0, 10);
}

inline std::string balance_text(const std::optional<Money>& money) {
    return money ? decimal(*money) + " " + std::string(money->currency.code()) : "-";
}

// "> statement account number sequence opening", "+12.34 GBP 2026-11-22/2026-11-22 key=value …",
// "< from to closing".
class Lines final : public Sink {
  public:
    std::string text;

    Result<> begin(const Head& h) override {
        text +=
            fmt::format("> {} {} {} {} {} {}\n", token(h.kind), h.format, h.account, h.number,
                        h.sequence ? std::to_string(*h.sequence) : "-", balance_text(h.opening));
        return {};
    }
    Result<> entry(const Entry& e) override {
        text += fmt::format("{}{} {} {}/{}", e.credit ? '+' : '-', decimal(e.amount),
                            e.amount.currency.code(), day_text(e.booked), day_text(e.value));
        add("reversal", e.reversal ? "yes" : "");
        add("e2e", e.end_to_end_id);
        add("instr", e.instruction_id);
        add("tx", e.transaction_id);
        add("bank", e.bank_reference);
        add("uetr", e.uetr);
        add("text", e.remittance);
        add("name", e.counterparty_name);
        add("account", e.counterparty_account);
        text += '\n';
        return {};
    }
    Result<> end(const Tail& t) override {
        text +=
            fmt::format("< {} {} {}\n", day_text(t.from), day_text(t.to), balance_text(t.closing));
        return {};
    }

  private:
    void add(std::string_view name, std::string_view value) {
        if (!value.empty())
            text += fmt::format(" {}={}", name, value);
    }
};

// The lines, or "code: detail".
inline std::string read_lines(const std::string& file, const CsvOptions& options = {}) {
    std::istringstream in(file);
    Lines lines;
    const auto done = read_statements(in, "f", Format::by_content, options, lines);
    if (!done)
        return std::string(info(done.error().code).token) + ": " + done.error().detail;
    return lines.text;
}

} // namespace settled::statements::testing
