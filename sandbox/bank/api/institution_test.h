// The rig with an institution that calls the bank's API with everything right.
#pragma once

#include "sandbox/rig_test.h"

#include "wire/base64.h"

namespace settled::sandbox {

class Institution : public Rig {
  protected:
    void SetUp() override {
        using namespace std::chrono_literals;
        start({.answer_within = 10s, .retry_every = 20ms, .retry_for = 60s});
        token_ = file_text(sandbox_->key_files().api_token);
        signer_ =
            *crypto::software_signer(file_text(sandbox_->key_files().institution_private_key));
    }

    // Under a request id of its own, unless one is given.
    net::Fields fields(const std::string& body, const std::string& request_id = {}) {
        ++calls_;
        net::Fields all;
        all.add("Authorization", "Bearer " + token_);
        all.add("X-Request-Id",
                request_id.empty() ? "request-" + std::to_string(calls_) : request_id);
        all.add("DigitalSignature", wire::to_base64(*signer_->sign(body)));
        all.add("Content-Type", "application/json");
        return all;
    }
    net::Reply post(const std::string& path, const std::string& body,
                    const std::string& request_id = {}) {
        return call("POST", bank_url() + path, body, fields(body, request_id));
    }
    net::Reply get(const std::string& path) {
        return call("GET", bank_url() + path, "", fields(""));
    }
    wire::JsonDocument control_json(const std::string& path) {
        return parsed(control("GET", path));
    }

    // Payloads of the webhooks of one type, in the order of arrival.
    std::vector<wire::JsonDocument> webhooks(std::string_view type) const {
        std::vector<wire::JsonDocument> payloads;
        for (const net::Request& request : stand_in_->webhooks) {
            const wire::JsonDocument webhook = parsed(request.body);
            if (text_at(webhook, "Type") == type)
                payloads.push_back(parsed(webhook.root().member("Payload")->raw()));
        }
        return payloads;
    }
    std::vector<wire::JsonDocument> await_webhooks(std::string_view type, std::size_t count) {
        EXPECT_TRUE(until([&] { return webhooks(type).size() >= count; })) << type;
        return webhooks(type);
    }

    std::string token_;
    std::shared_ptr<crypto::Signer> signer_;
    int calls_ = 0;
};

// A payment of the real account, as the institution instructs it.
struct Transfer {
    std::string end_to_end_id = "E2E-1";
    std::string amount = "12.34";
    std::string creditor_name = "A Borrower";
    std::string creditor_iban = "GB29NWBK60161331926819";
    std::string reference = "Loan 7";
    std::string extra = {}; // further members of the transfer, each with a comma before it
};

inline std::string transfer_json(const Transfer& transfer) {
    return R"({"paymentIdentification":{"instructionIdentification":"i","endToEndIdentification":")" +
           transfer.end_to_end_id + R"("},"amount":{"instructedAmount":)" + transfer.amount +
           R"(,"currency":"GBP"},"creditor":{"name":")" + transfer.creditor_name +
           R"("},"creditorAccount":{"identification":{"iban":")" + transfer.creditor_iban +
           R"("}},"remittanceInformation":{"structured":{"creditorReferenceInformation":)"
           R"({"reference":")" +
           transfer.reference + R"("}}})" + transfer.extra + "}";
}

inline std::string fps_body(const std::string& debtor_iban,
                            const std::vector<Transfer>& transfers) {
    std::string list;
    for (const Transfer& transfer : transfers)
        list += (list.empty() ? "" : ",") + transfer_json(transfer);
    return R"({"paymentInstructions":[{"paymentInstructionIdentification":"p",)"
           R"("debtor":{"address":"1 High Street, London"},)"
           R"("debtorAccount":{"identification":{"iban":")" +
           debtor_iban + R"("}},"creditTransfers":[)" + list + "]}]}";
}

} // namespace settled::sandbox
