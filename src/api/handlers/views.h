// Objects as the API shows them (openapi.yaml, components). Text that is not known is empty, as it
// is in the events; a time that has not come is null.
//
// Each writes one object as the next value. Those that only one controller needs stand there.
#pragma once

#include "domain/match.h"
#include "domain/payment.h"
#include "domain/settlement.h"
#include "store/queries/money/reviews.h"
#include "store/queries/tasks.h"
#include "wire/json_writer.h"

#include <optional>
#include <span>
#include <string_view>

namespace settled::api {

void write_time(wire::JsonWriter& w, std::string_view name, Instant at);
void write_time(wire::JsonWriter& w, std::string_view name, std::optional<Instant> at);

// The members without the braces, so that a detail can add to them.
void write_payment_members(wire::JsonWriter& w, const domain::Payment& payment);
void write_settlement_members(wire::JsonWriter& w, const domain::Settlement& settlement);

void write_payment(wire::JsonWriter& w, const domain::Payment& payment);
void write_settlement(wire::JsonWriter& w, const domain::Settlement& settlement);
void write_match(wire::JsonWriter& w, const domain::Match& match);
// What a person can decide about a review of that kind.
std::span<const std::string_view> decisions_for(std::string_view kind);
void write_review(wire::JsonWriter& w, const store::ReviewRow& review);
void write_review_members(wire::JsonWriter& w, const store::ReviewRow& review);
void write_delivery(wire::JsonWriter& w, const store::TaskRow& task);
void write_delivery_members(wire::JsonWriter& w, const store::TaskRow& task);

// "*" or "a b" → ["a","b"].
void write_words(wire::JsonWriter& w, std::string_view name, std::string_view words);

} // namespace settled::api
