// Which statements of an account follow one another, which of them are pages of one statement, and
// which settlements may be asked for on each.
//
// A bank splits a busy day into several messages: MT940 has at most 2,000 characters a message, a
// camt message is cut after some thousand entries. What stands on another page is not missing on
// this one. So a page is judged with its pages:
//
// 1. Pages belong together by the id of their camt message; by the statement's number, successive
//    page numbers and equal balances; or by an interim closing balance (:62M:) that is the interim
//    opening balance (:60M:) of the other.
// 2. As long as a page is missing or not loaded, no settlement is asked for and no balance of the whole is
//    compared. Of a camt message whose pages cannot be counted for this account, balances that add
//    up show that all are here: an account need not be on every page of a message.
// 3. The settlements of a day are asked for once, on the first page that ends on it.
// 4. A statement is compared with the one before it, not with one of its own pages, whatever the
//    order in which they were imported.
//
// The result depends on no order. Pure.
#pragma once

#include "base/clock.h"
#include "base/id.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace settled::statements {

// A statement (or a page of one) as its neighbours need to know it; of one account and currency.
struct Sheet {
    StatementId id;
    Instant from, to; // the first and the last day
    std::optional<std::int64_t> opening, closing;
    std::optional<std::int64_t> sequence, page;
    std::string message_id;
    bool continues = false, goes_on = false;
    std::int64_t credits_minor = 0, debits_minor = 0;
    bool is_loaded = true; // all its entries are here
};

struct Place {
    std::vector<StatementId> pages; // of the same statement, itself among them, in their order
    bool lacks_pages = false;       // some page that belongs to it is not here
    // The page or the statement before it; nullopt: none is here.
    std::optional<StatementId> previous;
    bool previous_lacks_pages = false; // and this one is the next statement, so that they are lost
    std::optional<std::pair<std::int64_t, std::int64_t>> sequence_gap; // first and last missing
    std::optional<std::int64_t> opening_difference; // opening less the closing before it
    // Closing less opening less entries: of itself, or on the first page of a camt message of all
    // pages. nullopt: there is nothing to compare.
    std::optional<std::int64_t> balance_difference;
    // Settlements of this period must be on a statement; equal: nothing is asked of this one.
    Instant asked_from, asked_before;
};

// `around`: the other statements of the account and currency from the last day before `own.from` on
// which one ends to the first day after `own.to` on which one ends. Notifications are not among them.
Place place_of(const Sheet& own, std::span<const Sheet> around);

} // namespace settled::statements
