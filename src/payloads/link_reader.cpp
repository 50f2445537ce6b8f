#include "payloads/link_reader.h"

#include "base/id.h"
#include "base/limits.h"
#include "payloads/bounds.h"
#include "payloads/client_id.h"
#include "payloads/reader.h"
#include "payloads/uk_account.h"

namespace settled::payloads {

Result<domain::NewLink> read_link(const wire::Json& root) {
    constexpr std::size_t owner_name_bytes_max = 4 * 140; // of UTF-8
    domain::NewLink link;
    Reader in(root);
    const auto parse_id = [](std::string_view text) {
        return parse_client_id_beside(LinkIdTag::prefix, text);
    };
    link.client_id = in.take("client_id", limits::client_id_bytes_max, parse_id).value_or("");
    link.connector = in.text("connector", limits::text_bytes_max);
    link.core_banking = in.optional_text("core_banking", limits::text_bytes_max);
    link.loan_account_id =
        in.take("loan_account_id", bounds::account_text_bytes_max, parse_client_id).value_or("");
    if (!in.has("loan_account_id"))
        in.missing("loan_account_id");
    link.owner_name = in.take("owner_name", owner_name_bytes_max, parse_owner_name).value_or("");
    if (!in.has("owner_name") && !in.has("core_banking"))
        in.missing("owner_name");
    link.iban = in.take("iban", bounds::account_text_bytes_max, parse_gb_iban).value_or("");
    TRY_VOID(in.finish());
    return link;
}

} // namespace settled::payloads
