#include "connectors/clearbank/schemes/bacs_return.h"

#include "connectors/clearbank/returns.h"
#include "connectors/percent_encoded.h"
#include "wire/json_writer.h"

namespace settled::connectors::clearbank {

domain::CallRequest bacs_return_request(std::string_view institution_account,
                                        std::string_view virtual_account_id,
                                        std::string_view bank_transaction_id,
                                        domain::ReturnReason reason) {
    wire::JsonWriter w;
    w.object().key("returns").array().object().member("transactionId", bank_transaction_id);
    w.member("reasonCode", return_codes(reason).bacs).end().end().end();
    std::string target = "/v1/Accounts/" + percent_encoded(institution_account);
    if (!virtual_account_id.empty())
        target += "/Virtual/" + percent_encoded(virtual_account_id);
    return {.purpose = domain::CallPurpose::return_payment,
            .method = "POST",
            .target = target + "/Transactions/Returns",
            .body = std::move(w).text()};
}

} // namespace settled::connectors::clearbank
