#include "sandbox/bank/webhooks/chaps_documents.h"

#include <fmt/format.h>

namespace settled::sandbox {

namespace {

// Long supplementary data, as documents of the scheme carry it.
std::string filled_up(std::string head, std::string_view tail) {
    constexpr std::string_view open = "<SplmtryData><Envlp>";
    constexpr std::string_view close = "</Envlp></SplmtryData>";
    const std::size_t used = head.size() + open.size() + close.size() + tail.size();
    head.append(open);
    if (used < chaps_document_characters)
        head.append(chaps_document_characters - used, '.');
    return head.append(close).append(tail);
}

} // namespace

std::string pacs_008_of(const Booking& booking) {
    return filled_up(
        fmt::format(
            "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:pacs.008.001.08\"><FIToFICstmrCdtTrf>"
            "<CdtTrfTxInf><PmtId><InstrId>{}</InstrId><EndToEndId>{}</EndToEndId></PmtId>"
            "<IntrBkSttlmAmt Ccy=\"GBP\">{}</IntrBkSttlmAmt>",
            booking.scheme_id, booking.end_to_end_id, decimal(booking.amount)),
        "</CdtTrfTxInf></FIToFICstmrCdtTrf></Document>");
}

std::string pacs_004_of(const Booking& booking, std::string_view original_end_to_end_id) {
    return filled_up(
        fmt::format("<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:pacs.004.001.09\"><PmtRtr>"
                    "<TxInf><RtrId>{}</RtrId><OrgnlEndToEndId>{}</OrgnlEndToEndId>"
                    "<RtrdIntrBkSttlmAmt Ccy=\"GBP\">{}</RtrdIntrBkSttlmAmt>"
                    "<RtrRsnInf><Rsn><Cd>{}</Cd></Rsn></RtrRsnInf>",
                    booking.scheme_id, original_end_to_end_id, decimal(booking.amount),
                    booking.return_code),
        "</TxInf></PmtRtr></Document>");
}

} // namespace settled::sandbox
