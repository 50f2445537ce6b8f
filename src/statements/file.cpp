#include "statements/file.h"

#include "base/iban.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <set>

namespace settled::statements {

namespace {

constexpr std::size_t entries_between_ticks = 1000;

// Passes on the statements that are wanted, with the account that was asked for in the place of the
// file's.
class Passage final : public Sink {
  public:
    // `wanted`: nullptr for all, with the accounts that the file has.
    Passage(Sink& next, const std::vector<bool>* wanted, const FileOptions& options,
            const FileTick& tick)
        : next_(next), wanted_(wanted), options_(options), tick_(tick) {}

    Result<> begin(const Head& head) override {
        const std::size_t number = count_++;
        if (wanted_ != nullptr && number >= wanted_->size())
            return fail(Code::statement_malformed, "the file has changed while it was read");
        is_wanted_ = wanted_ == nullptr || (*wanted_)[number];
        if (!is_wanted_)
            return {};
        Head own = head;
        if (wanted_ != nullptr && !options_.account.empty() &&
            account_key(options_.account) != account_key(head.account))
            own.account = options_.account;
        return next_.begin(own);
    }
    Result<> entry(const Entry& entry) override {
        if (++seen_ % entries_between_ticks == 0)
            TRY_VOID(tick_());
        return is_wanted_ ? next_.entry(entry) : Result<>{};
    }
    Result<> end(const Tail& tail) override {
        TRY_VOID(tick_());
        return is_wanted_ ? next_.end(tail) : Result<>{};
    }

  private:
    Sink& next_;
    const std::vector<bool>* wanted_;
    const FileOptions& options_;
    const FileTick& tick_;
    std::size_t count_ = 0;
    std::size_t seen_ = 0;
    bool is_wanted_ = true;
};

Result<> read_from_start(std::istream& in, const std::string& name, const std::vector<bool>* wanted,
                         const FileOptions& options, Sink& sink, const FileTick& tick) {
    in.clear();
    in.seekg(0);
    Passage passage(sink, wanted, options, tick);
    return read_statements(in, name, options.format, options.csv, passage);
}

// The accounts of a file's statements, in its order.
class Accounts final : public Sink {
  public:
    Accounts(const std::string& name, std::size_t most) : name_(name), most_(most) {}
    std::vector<std::string> all;

    Result<> begin(const Head& head) override {
        if (all.size() == most_)
            return fail(Code::statement_unsupported,
                        fmt::format("{} has more than {} statements; divide it", name_, most_));
        all.push_back(head.account);
        return {};
    }
    Result<> entry(const Entry& /*entry*/) override { return {}; }
    Result<> end(const Tail& /*tail*/) override { return {}; }

  private:
    const std::string& name_;
    std::size_t most_;
};

std::string listed(const std::vector<std::string>& accounts) {
    const std::set<std::string> once(accounts.begin(), accounts.end());
    return fmt::format("{}", fmt::join(once, ", "));
}

// Which of them the account that was asked for means.
Result<std::vector<bool>> choose(const std::string& name, const std::vector<std::string>& accounts,
                                 const std::string& account) {
    std::vector<bool> wanted(accounts.size(), account.empty());
    if (account.empty())
        return wanted;
    const std::string key = account_key(account);
    std::set<std::string> own_ways; // that are no IBAN: any of them may be the account
    bool is_there = false;
    for (std::size_t i = 0; i < accounts.size(); ++i) {
        wanted[i] = account_key(accounts[i]) == key;
        is_there = is_there || wanted[i];
        if (!parse_iban(accounts[i]))
            own_ways.insert(accounts[i]);
    }
    if (!is_there && own_ways.size() == 1)
        for (std::size_t i = 0; i < accounts.size(); ++i)
            is_there = (wanted[i] = own_ways.contains(accounts[i])) || is_there;
    if (!is_there)
        return fail(Code::account_unknown, fmt::format("{} is of the account {}, not of {}", name,
                                                       listed(accounts), account));
    return wanted;
}

} // namespace

Result<FileSummary> summarize_file(std::istream& in, const std::string& name,
                                   const FileOptions& options, const FileTick& tick) {
    Accounts accounts(name, options.statements_max);
    TRY_VOID(read_from_start(in, name, nullptr, options, accounts, tick));
    if (accounts.all.empty())
        return fail(Code::statement_unsupported, name + " has no statement in it");
    FileSummary file;
    TRY(file.wanted, choose(name, accounts.all, options.account));
    Summarizer summarizer;
    TRY_VOID(pass_on_file(in, name, options, file.wanted, summarizer, tick));
    file.statements = summarizer.statements();
    return file;
}

Result<> pass_on_file(std::istream& in, const std::string& name, const FileOptions& options,
                      const std::vector<bool>& wanted, Sink& sink, const FileTick& tick) {
    return read_from_start(in, name, &wanted, options, sink, tick);
}

} // namespace settled::statements
