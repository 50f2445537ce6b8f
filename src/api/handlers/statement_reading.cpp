#include "api/handlers/statement_reading.h"

#include "api/bounds.h"
#include "net/pause.h"

#include <spanstream>
#include <utility>

namespace settled::api {

namespace {

using statements::Entry;
using statements::FileTick;
using statements::Head;
using statements::Tail;

// How often a coroutine looks at a thread that reads: a piece takes some milliseconds to be stored.
constexpr auto look_interval = std::chrono::milliseconds(2);

FileTick tick_of(const std::stop_token& stop) {
    return [stop] -> Result<> {
        if (stop.stop_requested())
            return fail(Code::server_busy, "the server is ending");
        return {};
    };
}

} // namespace

Task<Result<statements::FileSummary>> summarize(const FileToRead& file) {
    Result<statements::FileSummary> summary = fail(Code::internal, {});
    const SideJob job([&](const std::stop_token& stop) {
        std::ispanstream in(file.bytes);
        summary = statements::summarize_file(in, file.name, file.options, tick_of(stop));
    });
    while (!job.is_done())
        co_await net::pause(look_interval);
    co_return std::move(summary);
}

// Divides statements into pieces.
class FileReading::Cutter final : public statements::Sink {
  public:
    Cutter(FileReading& reading, const std::stop_token& stop) : reading_(reading), stop_(stop) {}

    Result<> begin(const Head& /*head*/) override {
        piece_ = {count_++, 1, {}};
        return {};
    }
    Result<> entry(const Entry& entry) override {
        store::EntryRow row;
        row.number = piece_.first + static_cast<std::int64_t>(piece_.entries.size());
        row.verdict =
            entry.credit && !entry.reversal ? store::verdict_pending : store::verdict_not_followed;
        row.entry = entry;
        piece_.entries.push_back(std::move(row));
        if (piece_.entries.size() < bounds::statement_entries_per_piece)
            return {};
        return pass_on();
    }
    Result<> end(const Tail& /*tail*/) override {
        const bool is_empty = piece_.first == 1 && piece_.entries.empty();
        return is_empty || !piece_.entries.empty() ? pass_on() : Result<>{};
    }

  private:
    Result<> pass_on() {
        const auto after = piece_.first + static_cast<std::int64_t>(piece_.entries.size());
        const std::size_t statement = piece_.statement;
        reading_.put(std::exchange(piece_, {statement, after, {}}), stop_);
        if (stop_.stop_requested())
            return fail(Code::server_busy, "the server is ending");
        return {};
    }

    FileReading& reading_;
    const std::stop_token& stop_;
    std::size_t count_ = 0;
    FilePiece piece_;
};

FileReading::FileReading(const FileToRead& file, const std::vector<bool>& wanted)
    : job_([this, &file, &wanted](const std::stop_token& stop) {
          std::ispanstream in(file.bytes);
          Cutter cutter(*this, stop);
          outcome_ =
              statements::pass_on_file(in, file.name, file.options, wanted, cutter, tick_of(stop));
      }) {}

// Waits until the piece before was taken.
void FileReading::put(FilePiece piece, const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    const bool is_free = taken_.wait(lock, stop, [this] { return !piece_; });
    if (is_free)
        piece_ = std::move(piece);
}

Task<Result<std::optional<FilePiece>>> FileReading::next() {
    for (;;) {
        const bool is_done = job_.is_done(); // looked at first: then there is no piece to come
        {
            const std::lock_guard lock(mutex_);
            if (piece_) {
                auto piece = std::exchange(piece_, std::nullopt);
                taken_.notify_one();
                co_return piece;
            }
        }
        if (is_done && !outcome_)
            co_return std::unexpected(outcome_.error());
        if (is_done)
            co_return std::optional<FilePiece>{};
        co_await net::pause(look_interval);
    }
}

} // namespace settled::api
