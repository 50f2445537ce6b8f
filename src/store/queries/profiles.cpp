#include "store/queries/profiles.h"

namespace settled::store {

namespace {

#define PROFILE_COLUMNS                                                                            \
    "tenant_id, id, institution, scheme, receiver, rare, length_max, state, updated_at"

const Statement find_one{"SELECT " PROFILE_COLUMNS
                         " FROM institution_profile WHERE tenant_id = $1 AND "
                         "institution = $2 AND scheme = $3 AND receiver = $4"};
const Statement count{"SELECT count(*) FROM institution_profile WHERE tenant_id = $1"};
const Statement put{
    "INSERT INTO institution_profile (" PROFILE_COLUMNS
    ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) "
    "ON CONFLICT (tenant_id, institution, scheme, receiver) DO UPDATE SET rare = excluded.rare, "
    "length_max = excluded.length_max, state = excluded.state, updated_at = excluded.updated_at"};
const Statement list{"SELECT " PROFILE_COLUMNS
                     " FROM institution_profile WHERE tenant_id = $1 AND id < $2 "
                     "ORDER BY id DESC LIMIT $3"};
const Statement of_one{"SELECT " PROFILE_COLUMNS
                       " FROM institution_profile WHERE tenant_id = $1 AND institution = $2 "
                       "ORDER BY scheme, receiver LIMIT $3"};
const Statement at_receiver{"SELECT " PROFILE_COLUMNS
                            " FROM institution_profile WHERE tenant_id = $1 AND "
                            "receiver = $2 ORDER BY updated_at DESC, id LIMIT $3"};
#undef PROFILE_COLUMNS

const Statement cap_of{
    "SELECT wanted, least, changed_at FROM receiver_cap WHERE tenant_id = $1 AND receiver = $2"};
// The writer may have read an older row: the least never rises.
const Statement set_cap{
    "INSERT INTO receiver_cap (tenant_id, receiver, wanted, least, changed_at) VALUES "
    "($1, $2, $3, $4, $5) ON CONFLICT (tenant_id, receiver) DO UPDATE SET "
    "wanted = excluded.wanted, changed_at = excluded.changed_at, least = CASE WHEN "
    "receiver_cap.least = 0 OR (excluded.least > 0 AND excluded.least < receiver_cap.least) "
    "THEN excluded.least ELSE receiver_cap.least END"};

const Statement banks_of{
    "SELECT tenant_id, bank, institution, weight FROM institution_bank WHERE tenant_id = $1 "
    "ORDER BY bank, institution"};
const Statement add_bank{
    "INSERT INTO institution_bank (tenant_id, bank, institution, weight) VALUES ($1, $2, $3, $4) "
    "ON CONFLICT (tenant_id, bank, institution) DO UPDATE SET "
    "weight = institution_bank.weight + excluded.weight"};

const Statement set_seed{
    "INSERT INTO institution_seed (tenant_id, institution, scheme, reference_chars_max, "
    "updated_at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (tenant_id, institution, scheme) DO "
    "UPDATE SET reference_chars_max = excluded.reference_chars_max, "
    "updated_at = excluded.updated_at"};
const Statement seeds_of{
    "SELECT institution, scheme, reference_chars_max FROM institution_seed WHERE tenant_id = $1 "
    "ORDER BY institution, scheme"};

const Statement cursor_of{"SELECT match_id FROM learning_cursor WHERE tenant_id = $1"};
const Statement begin_cursor{"INSERT INTO learning_cursor (tenant_id, match_id) VALUES ($1, 0) "
                             "ON CONFLICT (tenant_id) DO NOTHING"};
const Statement move_cursor{
    "UPDATE learning_cursor SET match_id = $3 WHERE tenant_id = $1 AND match_id = $2"};
const Statement pairs{
    "SELECT m.id, m.rank, p.institution_id, p.scheme, p.reference, p.created_at, p.c_account, "
    "p.c_end_to_end_id, "
    "p.c_reference, p.c_uetr, p.c_other_account, t.scheme, t.reference, t.settled_at, t.c_account, "
    "t.c_end_to_end_id, t.c_reference, t.c_uetr, t.c_other_account, COALESCE(e.actor, '') "
    "FROM settlement_match m "
    "JOIN payment p ON p.tenant_id = m.tenant_id AND p.id = m.payment_id "
    "JOIN settlement t ON t.tenant_id = m.tenant_id AND t.id = m.settlement_id "
    "LEFT JOIN match_end e ON e.tenant_id = m.tenant_id AND e.match_id = m.id "
    "WHERE m.tenant_id = $1 AND m.id > $2 AND m.id < $3 ORDER BY m.id LIMIT $4"};

const Statement all_plans{
    "SELECT tenant_id, institution, scheme, receiver, rare, length_max FROM institution_profile"};
const Statement all_caps{"SELECT tenant_id, receiver, wanted, least, changed_at FROM receiver_cap"};
const Statement all_banks{"SELECT tenant_id, bank, institution, weight FROM institution_bank"};
const Statement all_seeds{
    "SELECT tenant_id, institution, scheme, reference_chars_max FROM institution_seed"};

std::optional<std::int64_t> number_at(const Row& row, std::size_t column) {
    return row.is_null(column) ? std::nullopt : std::optional(row.integer(column));
}

ProfileRow read_profile(const Row& row) {
    return {row.id<TenantId>(0),
            row.id<ProfileId>(1),
            {row.string(2), row.string(3), row.string(4)},
            learn::RareThings(row.integer(5)),
            number_at(row, 6),
            row.string(7),
            row.instant(8)};
}

// In a row, 0 is no cap.
std::int64_t shown_cap(std::size_t cap) {
    return cap == learn::no_cap ? 0 : static_cast<std::int64_t>(cap);
}
learn::CapState read_cap(const Row& row, std::size_t first) {
    const auto cap = [&row](std::size_t column) {
        const std::int64_t value = row.integer(column);
        return value == 0 ? learn::no_cap : static_cast<std::size_t>(value);
    };
    return {cap(first), cap(first + 1), row.instant(first + 2)};
}

BankRow read_bank(const Row& row) {
    return {row.id<TenantId>(0), row.string(1), row.string(2), row.integer(3)};
}

learn::Seed read_seed(const Row& row, std::size_t first) {
    return {row.string(first), row.string(first + 1),
            static_cast<std::size_t>(row.integer(first + 2))};
}

learn::MatchedPair read_pair(const Row& row) {
    learn::MatchedPair pair;
    pair.rank = static_cast<int>(row.integer(1));
    pair.institution_id = row.text(2);
    pair.payment_scheme = row.text(3);
    pair.payment_reference = row.text(4);
    pair.settlement_scheme = row.text(11);
    pair.settlement_reference = row.text(12);
    const auto read = [&row](match::MatchFields& identity, Instant at, std::size_t first) {
        identity.at = at;
        identity.account = row.text(first);
        identity.end_to_end_id = row.text(first + 1);
        identity.reference = row.text(first + 2);
        identity.uetr = row.text(first + 3);
        identity.other_account = row.text(first + 4);
    };
    read(pair.payment, row.instant(5), 6);
    read(pair.settlement, row.instant(13), 14);
    return pair;
}

template <class T, class Read>
std::vector<T> read_all(const Rows& rows, const Read& read) {
    std::vector<T> all;
    for (std::size_t i = 0; i < rows.size(); ++i)
        all.push_back(read(rows[i]));
    return all;
}

} // namespace

Step<std::optional<ProfileRow>> find_profile(Session& s, TenantId tenant, learn::ProfileKey key) {
    const Rows rows = co_await s.run(find_one, tenant, key.institution, key.scheme, key.receiver);
    if (rows.empty())
        co_return std::nullopt;
    co_return read_profile(rows.front());
}

Step<std::int64_t> count_profiles(Session& s, TenantId tenant) {
    const Rows rows = co_await s.run(count, tenant);
    co_return rows.front().integer(0);
}

Step<> put_profile(Session& s, ProfileRow row) {
    co_await s.send(put, row.tenant, row.id, row.key.institution, row.key.scheme, row.key.receiver,
                    row.rare.bits(), row.length_max, row.state, row.updated_at);
}

Step<std::vector<ProfileRow>> list_profiles(Session& s, TenantId tenant, std::int64_t before,
                                            std::size_t limit) {
    const Rows rows = co_await s.run(list, tenant, before, static_cast<std::int64_t>(limit));
    co_return read_all<ProfileRow>(rows, read_profile);
}

Step<std::vector<ProfileRow>> profiles_of(Session& s, TenantId tenant, std::string institution,
                                          std::size_t limit) {
    const Rows rows = co_await s.run(of_one, tenant, institution, static_cast<std::int64_t>(limit));
    co_return read_all<ProfileRow>(rows, read_profile);
}

Step<std::vector<ProfileRow>> profiles_at(Session& s, TenantId tenant, std::string receiver,
                                          std::size_t limit) {
    const Rows rows =
        co_await s.run(at_receiver, tenant, receiver, static_cast<std::int64_t>(limit));
    co_return read_all<ProfileRow>(rows, read_profile);
}

Step<learn::CapState> find_cap(Session& s, TenantId tenant, std::string receiver) {
    const Rows rows = co_await s.run(cap_of, tenant, receiver);
    co_return rows.empty() ? learn::CapState{} : read_cap(rows.front(), 0);
}

Step<> put_cap(Session& s, TenantId tenant, std::string receiver, learn::CapState state) {
    co_await s.send(set_cap, tenant, receiver, shown_cap(state.wanted), shown_cap(state.floor),
                    state.changed_at);
}

Step<std::vector<BankRow>> list_banks(Session& s, TenantId tenant) {
    const Rows rows = co_await s.run(banks_of, tenant);
    co_return read_all<BankRow>(rows, read_bank);
}

Step<> add_to_bank(Session& s, BankRow row) {
    co_await s.send(add_bank, row.tenant, row.bank, row.institution, row.weight);
}

Step<> put_seed(Session& s, TenantId tenant, learn::Seed seed, Instant now) {
    co_await s.send(set_seed, tenant, seed.institution, seed.scheme,
                    static_cast<std::int64_t>(seed.reference_chars_max), now);
}

Step<std::vector<learn::Seed>> list_seeds(Session& s, TenantId tenant) {
    const Rows rows = co_await s.run(seeds_of, tenant);
    co_return read_all<learn::Seed>(rows, [](const Row& row) { return read_seed(row, 0); });
}

Step<MatchId> learnt_until(Session& s, TenantId tenant) {
    const Rows rows = co_await s.run(cursor_of, tenant);
    if (!rows.empty())
        co_return rows.front().id<MatchId>(0);
    co_await s.send(begin_cursor, tenant);
    co_return MatchId{};
}

Step<bool> learn_on(Session& s, TenantId tenant, MatchId from, MatchId to) {
    const Rows moved = co_await s.run(move_cursor, tenant, from, to);
    co_return moved.changed() == 1;
}

Step<std::vector<LearningPair>> matches_between(Session& s, TenantId tenant, MatchId after,
                                                MatchId before, std::size_t limit) {
    const Rows rows =
        co_await s.run(pairs, tenant, after, before, static_cast<std::int64_t>(limit));
    co_return read_all<LearningPair>(rows, [](const Row& row) {
        return LearningPair{row.id<MatchId>(0), read_pair(row), !row.text(19).empty()};
    });
}

Step<PlanBookRows> read_plan_book(Session& s) {
    PlanBookRows book;
    const Rows plans = co_await s.run(all_plans);
    book.plans = read_all<PlanRow>(plans, [](const Row& row) {
        return PlanRow{row.id<TenantId>(0),
                       {row.string(1), row.string(2), row.string(3)},
                       learn::RareThings(row.integer(4)),
                       number_at(row, 5)};
    });
    const Rows caps = co_await s.run(all_caps);
    book.caps = read_all<CapRow>(caps, [](const Row& row) {
        return CapRow{row.id<TenantId>(0), row.string(1), read_cap(row, 2)};
    });
    const Rows banks = co_await s.run(all_banks);
    book.banks = read_all<BankRow>(banks, read_bank);
    const Rows seeds = co_await s.run(all_seeds);
    book.seeds = read_all<SeedRow>(
        seeds, [](const Row& row) { return SeedRow{row.id<TenantId>(0), read_seed(row, 1)}; });
    co_return book;
}

} // namespace settled::store
