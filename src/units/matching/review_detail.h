// What a reviewer sees of an ambiguous settlement: both sides, which fields agree, which fields
// would distinguish the candidates, and why none was taken. Pure.
//
// It is made with the verdict and shows only what the verdict was based on. Accounts are masked,
// and every text except the ids is cut at detail_text_bytes_max. Amounts and accounts are what a
// reviewer compares; the whole of a payment is at GET /v1/payments/{id}.

#include "base/limits.h"
#include "units/matching/judge.h"

#include <string>

namespace settled::units {

// The longest text of a scheme (match::reference_chars_max).
inline constexpr std::size_t detail_text_bytes_max = match::reference_chars_max;
// More are counted (`left_out`), best rank first: a person does not choose among more, and the
// reader of a page of reviews has its limits (limits::json_members_max).
inline constexpr std::size_t detail_candidates_max = limits::candidates_max;

// {"settlement":{…},"candidates":[{"payment_id":"pay_…","client_id":"order-1","rank":6,…,
//  "reject_reason":"…"}],"distinguishing_fields":["payer_name","created_at"],
//  "all_compared":true,"left_out":0}
std::string review_detail(const domain::Settlement& settlement, const Verdict& verdict);

} // namespace settled::units
