#include "cli/commands/review_import.h"

#include "cli/client/query.h"
#include "store/queries/money/reviews.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace settled::cli {

namespace {

DecisionResult refused(std::string_view code, std::string detail) {
    return {Outcome::refused, std::string(code), std::move(detail)};
}

struct Reply {
    net::Response response;
    wire::JsonDocument document;

    bool is_good() const { return response.status >= 200 && response.status < 300; }
    std::string at(std::string_view path) const { return text_at(document.root(), path); }
    DecisionResult refusal() const {
        const std::string detail = at("detail");
        return refused(at("code"), detail.empty() ? at("title") : detail);
    }
};

class Importer {
  public:
    Importer(ApiSession& session, const ReviewImport& options)
        : session_(session), options_(options) {}

    Result<DecisionResult> carry_out(const PlannedDecision& decision) const {
        TRY(const Reply review, call({"GET", "/v1/reviews/" + decision.review_id, ""}));
        if (!review.is_good())
            return review.refusal();
        if (const auto stranger = stranger_of(decision, review))
            return refused(info(Code::candidate_unknown).token, *stranger);
        TRY(const Reply decided, call({"POST", decision.path(), decision.body(options_.dry_run),
                                       decision.idempotency_key()}));
        if (decided.is_good())
            return DecisionResult{decided.response.fields.find("Idempotent-Replayed") == "true"
                                      ? Outcome::done_before
                                      : Outcome::done};
        TRY(const bool stands, is_matched_so(decision, review));
        return stands ? DecisionResult{Outcome::stands} : decided.refusal();
    }

  private:
    Result<Reply> call(const ApiCall& call) const {
        TRY(net::Response response, session_.call(call));
        auto document = wire::JsonDocument::parse(response.body);
        if (!document)
            return fail(Code::reply_malformed,
                        fmt::format("the server answered {}", response.status));
        return Reply{std::move(response), *std::move(document)};
    }

    // By our id or by the client's.
    static bool is_named(const wire::Json& candidate, std::string_view id) {
        return text_at(candidate, "payment_id") == id || text_at(candidate, "client_id") == id;
    }

    // A payment that is no candidate of the open review. A spreadsheet may have made another id of
    // the one that was exported ("0017" becomes 17), and that may be a payment, too.
    static std::optional<std::string> stranger_of(const PlannedDecision& decision,
                                                  const Reply& review) {
        if (review.at("status") != "open" || !store::is_of_settlement(review.at("kind")))
            return std::nullopt; // whether that can be is the server's to say
        const auto candidates = review.document.root().member("detail")->member("candidates");
        for (const PlannedPart& part : decision.parts) {
            bool is_there = false;
            for (std::size_t i = 0; candidates && i < candidates->size(); ++i)
                is_there = is_there || is_named(candidates->at(i), part.payment_id);
            if (!is_there)
                return part.payment_id;
        }
        return std::nullopt;
    }

    // The settlement is already matched to this one payment, as the decision asks.
    Result<bool> is_matched_so(const PlannedDecision& decision, const Reply& review) const {
        if (decision.action != "accept")
            return false;
        TRY(const Reply settlement,
            call({"GET", "/v1/settlements/" + review.at("subject_id"), ""}));
        TRY(const Reply payment,
            call({"GET", "/v1/payments/" + query_text(decision.parts.front().payment_id), ""}));
        return settlement.is_good() && payment.is_good() && settlement.at("status") == "matched" &&
               settlement.at("match.payment_id") == payment.at("id") &&
               settlement.at("match.amount.value") == settlement.at("amount.value");
    }

    ApiSession& session_;
    const ReviewImport& options_;
};

} // namespace

std::string_view token(Outcome outcome) {
    static constexpr std::array<std::string_view, 4> tokens{"done", "done_before", "stands",
                                                            "refused"};
    return tokens[static_cast<std::size_t>(outcome)];
}

Result<> carry_out(ApiSession& session, const std::vector<PlannedDecision>& plan,
                   const ReviewImport& options, std::vector<DecisionResult>& results,
                   const std::function<void(std::size_t done)>& progress) {
    const Importer importer(session, options);
    for (const PlannedDecision& decision : plan) {
        TRY(DecisionResult result, importer.carry_out(decision));
        results.push_back(std::move(result));
        progress(results.size());
    }
    return {};
}

} // namespace settled::cli
