#include "store/copy/copy_tally.h"

#include "store/postgres/values.h"

#include <fmt/format.h>

#include <cstring>

namespace settled::store {

namespace {

void append_number(std::string& buffer, std::uint64_t number) {
    std::array<char, sizeof number> bytes{};
    std::memcpy(bytes.data(), &number, sizeof number);
    buffer.append(bytes.data(), bytes.size());
}

void append_bytes(std::string& buffer, std::string_view bytes) {
    append_number(buffer, bytes.size());
    buffer.append(bytes);
}

} // namespace

Tally::Tally(const CopiedTable& table) : table_(&table), sums_(table.columns.size()) {}

void Tally::add(const Row& row) {
    ++rows_;
    buffer_.assign(as_text(digest_));
    for (std::size_t i = 0; i < table_->columns.size(); ++i) {
        const Value::Kind kind = row.is_null(i) ? Value::Kind::null : table_->columns[i].kind;
        buffer_ += static_cast<char>(kind);
        if (kind == Value::Kind::integer) {
            const auto number = static_cast<std::uint64_t>(row.integer(i));
            sums_[i] += number;
            append_number(buffer_, number);
        } else if (kind == Value::Kind::text) {
            // What PostgreSQL cannot hold is not the same in both, and is no difference.
            std::string mended;
            const bool is_mended = postgres::mend_text(row.text(i), mended);
            append_bytes(buffer_, is_mended ? std::string_view(mended) : row.text(i));
        } else if (kind == Value::Kind::blob) {
            append_bytes(buffer_, row.text(i));
        }
    }
    digest_ = crypto::sha256(buffer_);
}

crypto::Digest digest_of(const std::vector<Tally>& tallies) {
    std::string all;
    for (const Tally& tally : tallies) {
        append_number(all, tally.rows());
        all += as_text(tally.digest());
    }
    return crypto::sha256(all);
}

std::string difference(const Tally& source, const Tally& copy) {
    std::string text = fmt::format("{}: {} rows at the source, {} in the copy", source.table().name,
                                   source.rows(), copy.rows());
    for (std::size_t i = 0; i < source.table().columns.size(); ++i)
        if (source.sum(i) != copy.sum(i))
            text += fmt::format("; sum of {} {} and {}", source.table().columns[i].name,
                                source.sum(i), copy.sum(i));
    return text;
}

} // namespace settled::store
