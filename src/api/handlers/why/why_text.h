// Sentences about payments, settlements, matches and reviews, for timelines and searches. Pure. Accounts are masked.
#pragma once

#include "domain/match.h"
#include "domain/order.h"
#include "domain/payment.h"
#include "domain/settlement.h"
#include "store/queries/money/links.h"
#include "store/queries/money/returns.h"
#include "store/queries/money/reviews.h"

#include <string>
#include <string_view>

namespace settled::api {

// "12.34 GBP".
std::string amount_text(const Money& money);
// "settlement_ambiguous" → "settlement ambiguous".
std::string words_of(std::string_view token);

// "payment order-2041, 12.34 GBP, reference INV-2041: settled".
std::string sentence_of(const domain::Payment& payment);
std::string sentence_of(const domain::Settlement& settlement);
std::string sentence_of(const domain::Order& order);
std::string sentence_of(const store::ReturnRow& row);
std::string sentence_of(const store::LinkRow& row);
// "12.34 GBP, reference INV-2041, from Ann Lee".
std::string terms_of(const domain::Payment& payment);
std::string terms_of(const domain::Settlement& settlement);
std::string terms_of(const domain::Order& order);

// "matched to order-2041 (rank 2, e2e+account+amount)".
std::string match_text(const domain::Match& match, std::string_view client_id);
std::string review_text(const store::ReviewRow& review);

} // namespace settled::api
